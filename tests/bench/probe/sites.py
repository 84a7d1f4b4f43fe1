"""Small real services to be probed: honest ones, and such as lie about their logout."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Asked(NamedTuple):
    """One request, as a site sees it."""

    method: str
    path: str
    headers: Any
    body: bytes
    connection: int
    """Differs from connection to connection."""

    @property
    def bearer(self) -> str:
        return str(self.headers.get("Authorization", "")).removeprefix("Bearer ")

    @property
    def cookies(self) -> dict[str, str]:
        # As WSGI servers do: several Cookie headers are joined with a comma.
        pairs = ",".join(self.headers.get_all("Cookie", [])).split(";")
        return {k.strip(): v.strip() for k, _, v in (pair.partition("=") for pair in pairs)}


class Answer(NamedTuple):
    """One answer of a site."""

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


def cookie(name: str, value: str, more: str = "; Path=/; HttpOnly") -> tuple[str, str]:
    """A Set-Cookie field."""
    return ("Set-Cookie", f"{name}={value}{more}")


class Site:
    """An honest service with a bearer token; others change what they do otherwise."""

    TOML = '[credential]\njson = "token"\n'
    REQUEST = 'path = "/me"\nbody = "ada"\n'
    CLAIM_S = 0.0
    NODES = 1
    PROTOCOL = "HTTP/1.1"
    TRIALS = 2

    def __init__(self) -> None:
        self.live: set[str] = set()
        self.gone: dict[str, float] = {}
        """By credential, when it was logged out."""
        self.lock = threading.RLock()

    def respond(self, asked: Asked, node: int) -> Answer:
        """The answer of one node to one request."""
        with self.lock:
            path = asked.path.partition("?")[0]
            if path == "/login":
                return self.login(asked)
            if path == "/logout":
                return self.logout(asked, node)
            return self.me(asked, node)

    def issue(self) -> str:
        credential = secrets.token_urlsafe(24)
        self.live.add(credential)
        return credential

    def held(self, asked: Asked) -> str:
        return asked.bearer

    def login(self, asked: Asked) -> Answer:
        return Answer(200, {"token": self.issue()})

    def logout(self, asked: Asked, node: int) -> Answer:
        held = self.held(asked)
        if held not in self.live:
            return self.refusal(asked)
        self.end(held, node)
        self.gone[held] = time.monotonic()
        return Answer(200, {})

    def end(self, held: str, node: int) -> None:
        self.live.discard(held)

    def me(self, asked: Asked, node: int) -> Answer:
        if self.held(asked) in self.live:
            return self.welcome(asked)
        return self.refusal(asked)

    def welcome(self, asked: Asked) -> Answer:
        return Answer(200, {"who": "ada"})

    def refusal(self, asked: Asked) -> Answer:
        return Answer(401, {"title": "log in first"})

    def since_logout(self, asked: Asked) -> float | None:
        """Seconds since what *asked* carries was logged out; None if it was not."""
        at = self.gone.get(self.held(asked))
        return None if at is None else time.monotonic() - at

    def description(self, bases: list[str]) -> str:
        """The description of this site in TOML."""
        return (
            f'name = "{type(self).__name__}"\nnodes = {json.dumps(bases)}\n'
            f'[login]\npath = "/login"\n{self.TOML}[request]\n{self.REQUEST}'
            f"{self.revoke()}[watch]\ntrials = {self.TRIALS}\nafter_s = {self.CLAIM_S + 0.3}\n"
            f"claimed_bound_s = {self.CLAIM_S}\n"
        )

    def revoke(self) -> str:
        return '[revoke]\npath = "/logout"\n'


class Cookies(Site):
    """The same with a cookie."""

    TOML = '[credential]\ncookie = "sid"\n'

    def held(self, asked: Asked) -> str:
        return asked.cookies.get("sid", "")

    def login(self, asked: Asked) -> Answer:
        return Answer(200, {}, (cookie("sid", self.issue()),))


class _Handler(BaseHTTPRequestHandler):
    site: Site
    node: int

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *_: object) -> None:
        return

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = Asked(self.command, self.path, self.headers, body, id(self))
        answer = self.site.respond(asked, self.node)
        raw = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    do_GET = do_POST = do_DELETE = _any  # noqa: N815 - the names that http.server calls


@contextlib.contextmanager
def serving(site: Site) -> Iterator[list[str]]:
    """Serve *site*; the base URLs of its nodes."""
    with contextlib.ExitStack() as stack:
        bases: list[str] = []
        for node in range(site.NODES):
            made = {"site": site, "node": node, "protocol_version": site.PROTOCOL}
            server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), made))
            server.daemon_threads = True
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            loop = {"poll_interval": 0.02}
            threading.Thread(target=server.serve_forever, kwargs=loop, daemon=True).start()
            bases.append(f"http://127.0.0.1:{server.server_address[1]}")
        yield bases


def new_uuid() -> str:
    """A UUID with a letter at the tenth place from its end."""
    found = str(uuid.uuid4())
    return f"{found[:-10]}a{found[-9:]}"
