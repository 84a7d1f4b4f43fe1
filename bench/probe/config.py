"""A service as a TOML file describes it: where it is, how one logs in, is known and logs out.

Every key is in docs/probe.md. Errors name the file, the line and the key.

    BenchError
        ConfigError     a description that cannot be used
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from ..processes.children import BenchError
from .filling import known_places, objection, texts
from .targets import Node, TargetError, parse_node

FRAMING = ("content-length", "transfer-encoding")
TAIL_S = 0.5
"""Watched on after the claimed bound, unless the file says otherwise."""


class ConfigError(BenchError):
    """The file cannot be used as it is; the message says where, and what to do."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file; a key that is not known is an error and not a wish ignored."""


class Request(_Table, frozen=True):
    """One request; `{…}` in its values is filled in from the answer to the login."""

    path: str
    method: str = "POST"
    json: dict[str, Any] | None = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = {}
    status: tuple[int, ...] = (200,)
    """What it gives when it does what it should."""


class Renewal(Request, frozen=True, kw_only=True):
    """The request that replaces the credential; its answer hands out the new one."""

    after_s: float
    """How old a credential is when a client of `bench/locustfile.py` renews it."""


class Asked(_Table, frozen=True):
    """The request that asks who is calling, and how its answers are told apart."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = {}
    status: tuple[int, ...] = (200,)
    body: str = ""
    """Words that an accepting answer has in its body: the caller's own name, say."""
    refused: tuple[int, ...] = (401,)
    """The statuses of a refusal; one that is in `status` too refuses where `body` is missing."""


class Credential(_Table, frozen=True):
    """Where the answer to the login holds the credential, and how it travels afterwards."""

    json: str = ""
    """A field of the body; `a.0.b` is the field b of the first element of the list a."""
    cookie: str = ""
    header: str = ""
    send: str = ""
    """The header line that carries it, with `{credential}`; empty: as is usual for its kind."""


class Watch(_Table, frozen=True):
    """How long and how closely it is watched."""

    claimed_bound_s: float = 0.0
    trials: int = 10
    interval_ms: float = 10.0
    """Between two requests to one node."""
    after_s: float | None = None
    """How long it is watched after the logout; None: half a second more than the claim."""
    seed: int = 1

    @property
    def tail_s(self) -> float:
        """From the acknowledged logout to the last request."""
        return self.claimed_bound_s + TAIL_S if self.after_s is None else self.after_s


class Config(_Table, frozen=True):
    """One service to be probed."""

    name: str
    nodes: list[str]
    """Base URLs, each of one process or machine that serves it."""
    login: Request
    credential: Credential
    request: Asked
    revoke: Request
    relogin: Request | None = None
    """Sent while the revoked credential is watched: a new login must not bring it back."""
    update: Request | None = None
    """Changes something for the caller; sent by `bench/locustfile.py` alone, as is `renew`."""
    renew: Renewal | None = None
    watch: Watch = Watch()

    def parsed_nodes(self) -> list[Node]:
        """The nodes; `load_config` has seen that they can be."""
        return [parse_node(url) for url in self.nodes]


def load_config(path: Path) -> Config:
    """The description in the file *path*; `ConfigError` if it is none."""
    text = ""
    try:
        # TOML is UTF-8 whatever the locale is, and some editors begin it with a byte order mark.
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        config = msgspec.convert(tomllib.loads(text), Config)
    except OSError as exc:
        raise ConfigError(f"{path} cannot be read: {exc.strerror}") from exc
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(f"{path} is not TOML: {exc}") from exc
    except msgspec.ValidationError as exc:
        raise ConfigError(_located(path, text, str(exc))) from exc
    for key, wrong in _objections(config):
        raise ConfigError(f"{path}, line {line_of(text, key)}, {key}: {wrong}")
    return config


def line_of(text: str, key: str) -> int:
    """The line of *key*, such as `login.path`, in the TOML *text*; else that of its table."""
    *tables, name = key.split(".")
    lines = text.splitlines()
    start, end = 0, len(lines)
    if tables:
        header = re.compile(rf"\s*\[\s*{re.escape(tables[0])}\s*\]|\s*{re.escape(tables[0])}\s*=")
        start = next((n for n, line in enumerate(lines) if header.match(line)), 0)
        nexts = (n for n, line in enumerate(lines) if n > start and line.lstrip().startswith("["))
        end = next(nexts, end)
    wanted = re.compile(rf"\s*\[?\s*{re.escape(name)}\s*[\]=]")
    found = (n for n in range(start, end) if wanted.match(lines[n]))
    return next(found, start) + 1


def _located(path: Path, text: str, message: str) -> str:
    """msgspec's *message*, in our words and with the line it is about."""
    what, _, where = message.partition(" - at ")
    key = ".".join(re.findall(r"\w+", where))
    said = what[0].lower() + what[1:]
    field = re.search(r"field `(\w+)`", what)
    if field is not None:
        missing = "missing" in what
        key = ".".join(filter(None, [key, field.group(1)]))
        said = "this key is missing" if missing else "there is no such key"
    return f"{path}, line {line_of(text, key)}, {key}: {said}; docs/probe.md has every key"


def _objections(config: Config) -> list[tuple[str, str]]:
    """Key and reason of everything that is of the right kind and still cannot be."""
    found: list[tuple[str, str]] = []
    ways = [config.credential.json, config.credential.cookie, config.credential.header]
    if sum(map(bool, ways)) != 1:
        found.append(("credential", "say where it is with one of json, cookie and header"))
    if config.credential.send and not re.match(r"[\w-]+: .*\{credential\}", config.credential.send):
        found.append(("credential.send", 'write it as "Name: … {credential}"'))
    if wrong := objection(config.credential.send):
        found.append(("credential.send", wrong))
    found += _bad_requests(config)
    found += _bad_statuses(config.request)
    found += _bad_watch(config.watch)
    if config.renew is not None and not config.renew.after_s > 0:
        found.append(("renew.after_s", "more than 0 seconds"))
    if not config.nodes:
        found.append(("nodes", "name at least one"))
    for url in config.nodes:
        try:
            parse_node(url)
        except TargetError as exc:
            found.append(("nodes", str(exc)))
    return found


def _bad_requests(config: Config) -> list[tuple[str, str]]:
    requests: dict[str, Request | Asked | None] = {
        "login": config.login,
        "request": config.request,
        "revoke": config.revoke,
        "relogin": config.relogin,
        "update": config.update,
        "renew": config.renew,
    }
    found: list[tuple[str, str]] = []
    for name, request in requests.items():
        if request is None:
            continue
        if not re.fullmatch(r"/[!-~]*", request.path):
            found.append((f"{name}.path", "it begins with / and has no spaces"))
        if not re.fullmatch(r"[A-Z]+", request.method) or request.method in ("HEAD", "CONNECT"):
            found.append((f"{name}.method", "one word in capitals, such as POST, but not HEAD"))
        if isinstance(request, Request):
            found += _bad_body(name, request)
        found += _bad_headers(name, request.headers)
        found += _bad_places(name, request)
    return found


def _bad_body(table: str, request: Request) -> list[tuple[str, str]]:
    if request.json is not None and request.form is not None:
        return [(f"{table}.form", "a body is either json or form")]
    if request.method == "GET" and (request.json is not None or request.form is not None):
        return [(f"{table}.method", "a GET has no body")]
    return []


def _bad_headers(table: str, headers: dict[str, str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in headers.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~\w-]+", name, re.ASCII):
            found.append((f"{table}.headers", f"{name!r} is no name of a header"))
        if name.lower() in FRAMING:
            found.append((f"{table}.headers", f"{name} is the probe's own: leave it out"))
        if any(ord(letter) < 32 and letter != "\t" for letter in value):
            found.append((f"{table}.headers", "a header is one line"))
    if len({name.lower() for name in headers}) < len(headers):
        found.append((f"{table}.headers", "one header stands there twice: names know no case"))
    return found


def _bad_places(table: str, request: Request | Asked) -> list[tuple[str, str]]:
    values = {"path": [request.path], "headers": list(request.headers.values())}
    if isinstance(request, Request):
        values |= {"json": list(texts(request.json)), "form": list(texts(request.form))}
    found: list[tuple[str, str]] = []
    for key, templates in values.items():
        for template in templates:
            if table != "login":
                wrong = objection(template)
                found += [(f"{table}.{key}", wrong)] if wrong else []
            elif places := known_places(template):
                # A password may have braces; what only a login can fill in it cannot have.
                message = f"{places[0]} is filled in from the answer to the login: not before it"
                found.append((f"{table}.{key}", message))
    return found


def _bad_statuses(asked: Asked) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, statuses in (("status", asked.status), ("refused", asked.refused)):
        if odd := [status for status in statuses if status == 429 or status >= 500]:
            found.append((f"request.{key}", f"{odd[0]} says nothing about a login: leave it out"))
    return found


def _bad_watch(watch: Watch) -> list[tuple[str, str]]:
    checks = [
        ("watch.trials", 1 <= watch.trials <= 1000, "from 1 to 1000"),
        ("watch.interval_ms", 1 <= watch.interval_ms <= 10_000, "from 1 to 10000"),
        ("watch.claimed_bound_s", 0 <= watch.claimed_bound_s <= 3600, "from 0 to 3600"),
        ("watch.after_s", 0.1 <= watch.tail_s <= 3700, "from 0.1 to 3700"),
    ]
    return [(key, why) for key, good, why in checks if not good]
