"""A caller of the demo app who keeps the credential in the open, to send, save or tamper with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .payload.wire import Connection, Headers, Response, build_request


class Refused(RuntimeError):
    """The app did not do what an experiment needs; the message names route, status and reason."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """What a browser would keep of one Set-Cookie."""

    name: str
    value: str
    path: str

    def applies(self, path: str) -> bool:
        """Whether a request for *path* carries it (RFC 6265 section 5.1.4)."""
        prefix = self.path if self.path.endswith("/") else self.path + "/"
        return path == self.path or path.startswith(prefix)


class Caller:
    """One caller at one mount of the app; the credential travels as the app handed it out.

    What the app sets is what is sent: cookies by their path, whether Secure or not, and an
    `access_token` as bearer. Log in once, then take what a load generator needs:

        caller = Caller(Connection(node.host, node.port), node.base("session-cookie-redis"))
        caller.login("alice")
        caller.headers("/me")       # (("Cookie", "…"),) or (("Authorization", "Bearer …"),)
        caller.raw("GET", "/me")    # the whole request, as bytes
    """

    def __init__(self, connection: Connection, base: str = "") -> None:
        self.connection = connection
        self.base = base.rstrip("/")
        self.access_token: str | None = None
        self.refresh_token: str | None = None
        self.cookies: dict[str, Cookie] = {}

    @property
    def transport(self) -> Literal["cookie", "bearer", "none"]:
        """How the credential travels, as seen in what the app handed out."""
        if self.access_token is not None:
            return "bearer"
        return "cookie" if self.headers("/me") else "none"

    def headers(self, path: str) -> Headers:
        """The headers that carry the credential to *path*; none for one who has none."""
        sent: list[tuple[str, str]] = []
        if self.access_token is not None:
            sent.append(("Authorization", f"Bearer {self.access_token}"))
        crumbs = [c for c in self.cookies.values() if c.applies(self.base + path)]
        if crumbs:
            sent.append(("Cookie", "; ".join(f"{c.name}={c.value}" for c in crumbs)))
        return tuple(sent)

    def raw(self, method: str, path: str, body: Any = None) -> bytes:
        """The bytes of an authenticated request, not sent."""
        return build_request(method, self.base + path, self.headers(path), body)

    def request(self, method: str, path: str, body: Any = None) -> Response:
        """The answer to an authenticated request; a credential in it replaces the old one."""
        response = self.connection.exchange(self.raw(method, path, body))
        self.absorb(response)
        return response

    def expect(self, method: str, path: str, body: Any = None) -> Response:
        """The answer, whose status is 200; else `Refused`."""
        response = self.request(method, path, body)
        if response.status != 200:
            route = f"{method} {self.base}{path}"
            raise Refused(f"{route} gave {response.status}: {response.title}")
        return response

    def login(self, username: str) -> Response:
        """Log in as one of the demo accounts; `Refused` if the app does not let them in."""
        account = {"username": username, "password": f"{username}-password"}
        return self.expect("POST", "/login", account)

    def me(self) -> Response:
        """Who the app says this is; not checked."""
        return self.request("GET", "/me")

    def absorb(self, response: Response) -> None:
        """Keep what *response* hands out, as a browser or a token client would."""
        for line in response.all("set-cookie"):
            self._keep(line)
        fields = response.json() if response.status == 200 else None
        if isinstance(fields, dict) and isinstance(fields.get("access_token"), str):
            self.access_token = fields["access_token"]
            self.refresh_token = fields.get("refresh_token", self.refresh_token)

    def tampered(self) -> Caller:
        """The same caller with one character of the credential changed: the app must refuse it."""
        other = Caller(self.connection, self.base)
        if self.access_token is not None:
            other.access_token = _flip(self.access_token)
        other.cookies = {n: Cookie(n, _flip(c.value), c.path) for n, c in self.cookies.items()}
        return other

    def _keep(self, line: str) -> None:
        pair, *attributes = line.split(";")
        name, _, value = pair.strip().partition("=")
        given = {k.strip().lower(): v.strip() for k, _, v in (a.partition("=") for a in attributes)}
        if not value or not _lasts(given.get("max-age", "")):
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = Cookie(name, value, given.get("path") or "/")


def _lasts(max_age: str) -> bool:
    """Whether a cookie with this Max-Age is kept; one that is no number says nothing."""
    try:
        return int(max_age) > 0
    except ValueError:
        return True


def _flip(credential: str) -> str:
    # The tenth from the end: the last character of base64url may carry bits that nobody reads.
    position = max(0, len(credential) - 10)
    other = "A" if credential[position] != "A" else "B"
    return credential[:position] + other + credential[position + 1 :]
