"""Any HTTP service, as its description tells it: what to send, and what an answer means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from ..payload.compression import Field
from ..payload.wire import USER_AGENT, Connection, Headers, Response, raw_request
from ..processes.children import BenchError
from ..revocation.history import ACCEPT, REJECT
from .config import Config, Request
from .targets import Node

SOMEBODY_ELSE = -1
"""A status of acceptance without the words that an accepting answer has."""
_PLACE = re.compile(r"\{(credential|cookie:[^{}]+|json:[^{}]+)\}")


class ServiceError(BenchError):
    """The service does not do what its description says; the message has what it did."""


@dataclass(frozen=True)
class Login:
    """One login: what the service handed out, and what that weighed."""

    credential: str
    response: Response
    cookies: dict[str, str]


class Service:
    """A described service; every method that asks raises `ServiceError` or `WireError`."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.nodes = config.parsed_nodes()

    def log_in(self, node: Node, connection: Connection, *, again: bool = False) -> Login:
        """A new login at *node*; *again*: by the way the description has for that."""
        request = self.config.relogin if again and self.config.relogin else self.config.login
        response = connection.exchange(_raw(node, request, (), _verbatim))
        _expect(response, request, "the login")
        cookies = _cookies(response)
        return Login(self._taken(response, cookies), response, cookies)

    def ask(self, node: Node, login: Login | None, credential: str | None = None) -> bytes:
        """The request that asks who is calling; *credential* in the place of the login's own."""
        asked = self.config.request
        headers = self._asking(login, credential)
        return raw_request(asked.method, node.base + asked.path, node.origin, headers)

    def revoke(self, node: Node, login: Login) -> bytes:
        """The request that ends *login*."""
        carried = self._carrying(login.credential)
        return _raw(node, self.config.revoke, carried, _filler(login))

    def judge(self, response: Response) -> int:
        """`ACCEPT`, `REJECT`, or the status of an answer that is neither."""
        asked = self.config.request
        if response.status in asked.status and asked.body.encode() in response.body:
            return ACCEPT
        if response.status in asked.refused:
            return REJECT
        return SOMEBODY_ELSE if response.status in (ACCEPT, REJECT) else response.status

    def fields(self, node: Node, login: Login | None) -> list[Field]:
        """The request that asks, as HTTP/2 would have it."""
        asked = self.config.request
        return [
            (":method", asked.method),
            (":scheme", node.scheme),
            (":authority", node.authority),
            (":path", node.base + asked.path),
            ("user-agent", USER_AGENT),
            ("accept", "application/json"),
            *((name.lower(), value) for name, value in self._asking(login)),
        ]

    @property
    def transport(self) -> str:
        """`cookie` or `bearer`."""
        return "cookie" if self._line("").lower().startswith("cookie:") else "bearer"

    def _asking(self, login: Login | None, credential: str | None = None) -> Headers:
        headers = self.config.request.headers.items()
        if login is None:
            # Of one without a login nothing can be filled in: such a field is left out.
            return tuple((name, value) for name, value in headers if not _PLACE.search(value))
        fill = _filler(login)
        carried = self._carrying(credential or login.credential)
        return (*((name, fill(value)) for name, value in headers), *carried)

    def _line(self, credential: str) -> str:
        where = self.config.credential
        if where.send:
            return where.send.replace("{credential}", credential)
        if where.cookie:
            return f"Cookie: {where.cookie}={credential}"
        return (
            f"{where.header or 'Authorization: Bearer'}{': ' if where.header else ' '}{credential}"
        )

    def _carrying(self, credential: str) -> Headers:
        name, _, value = self._line(credential).partition(":")
        return ((name, value.strip()),)

    def _taken(self, response: Response, cookies: dict[str, str]) -> str:
        where = self.config.credential
        if where.cookie:
            found, place = cookies.get(where.cookie), f"cookie {where.cookie!r}"
        elif where.header:
            found = next(iter(response.all(where.header.lower())), None)
            place = f"header {where.header!r}"
        else:
            found, place = _field(response.json(), where.json), f"JSON field {where.json!r}"
        if not isinstance(found, str) or not found:
            raise ServiceError(
                f"the answer to the login has no {place}: see [credential] in the description"
            )
        return found


def _raw(node: Node, request: Request, carried: Headers, fill: Callable[[str], str]) -> bytes:
    headers = tuple((name, fill(value)) for name, value in request.headers.items())
    content, kind = b"", "application/json"
    if request.json is not None:
        content = msgspec.json.encode(_filled(request.json, fill))
    elif request.form is not None:
        pairs = {name: fill(value) for name, value in request.form.items()}
        content, kind = urlencode(pairs).encode(), "application/x-www-form-urlencoded"
    path = node.base + fill(request.path)
    return raw_request(request.method, path, node.origin, (*carried, *headers), content, kind)


def _filled(value: Any, fill: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, dict):
        return {key: _filled(each, fill) for key, each in value.items()}
    return [_filled(each, fill) for each in value] if isinstance(value, list) else value


def _verbatim(template: str) -> str:
    return template


def _filler(login: Login) -> Callable[[str], str]:
    """What puts `{credential}`, `{cookie:name}` and `{json:field}` of *login* into a template."""

    def value(match: re.Match[str]) -> str:
        kind, _, name = match.group(1).partition(":")
        if kind == "credential":
            return login.credential
        body = login.response.json() if kind == "json" else None
        found = login.cookies.get(name) if kind == "cookie" else _field(body, name)
        if found is None:
            raise ServiceError(f"the answer to the login has nothing for {match.group(0)}")
        return str(found)

    return lambda template: _PLACE.sub(value, template)


def _field(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _cookies(response: Response) -> dict[str, str]:
    pairs = (line.partition(";")[0].partition("=") for line in response.all("set-cookie"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _expect(response: Response, request: Request, what: str) -> None:
    if response.status not in request.status:
        wanted = " or ".join(map(str, request.status))
        raise ServiceError(
            f"{what}, {request.method} {request.path}, gave {response.status} and not {wanted}: "
            f"{response.title}"
        )
