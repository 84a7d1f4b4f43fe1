"""Any HTTP service, as its description tells it: what to send, and what an answer means."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from time import time
from urllib.parse import urlencode, urlsplit

import msgspec

from ..payload.compression import Field
from ..payload.wire import Connection, Headers, Response, raw_request, request_fields
from . import filling
from .config import Asked, Config, Request
from .cookies import Jar
from .judging import Judge
from .login import Login, take
from .login import ServiceError as ServiceError
from .targets import Node

TOO_MANY = (429, 503)


class Limited(ServiceError):
    """The service wants fewer logins; `after_s` is its Retry-After in seconds, if it has one."""

    def __init__(self, message: str, after_s: float | None) -> None:
        super().__init__(message)
        self.after_s = after_s


class Service:
    """A described service; every method that asks raises `ServiceError` or `WireError`."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.nodes = config.parsed_nodes()
        self.judge = Judge(config.request)
        self.rotates = False
        """Whether an accepting answer replaces the value of a cookie."""

    def log_in(self, node: Node, connection: Connection, before: Login | None = None) -> Login:
        """
        Log in anew at *node*; with *before*, as [relogin] has it, which may refer to that login.

        Raises `Limited` if the service wants fewer logins.
        """
        request = self.config.login if before is None else self.config.relogin
        assert request is not None
        response = connection.exchange(_raw(node, request, before, with_login=False))
        _expect(response, request, "the login" if before is None else "the relogin")
        jar = Jar()
        jar.absorb(response, node, _host(node, request), node.base + request.path)
        return take(self.config.credential, response, jar)

    def ask(self, node: Node, login: Login | None) -> bytes:
        """Return the request that asks who is calling."""
        asked = self.config.request
        headers = self._headers(node, login)
        return raw_request(asked.method, self._path(node, login), node.origin, headers, b"", "")

    def absorb(self, node: Node, login: Login, response: Response) -> bool:
        """Keep the cookies that an accepting answer sets; return whether it replaced one."""
        asked = self.config.request
        return login.jar.absorb(response, node, _host(node, asked), node.base + asked.path)

    def revoke(self, node: Node, login: Login) -> bytes:
        """Return the request that ends *login*."""
        return _raw(node, self.config.revoke, login, with_login=True)

    def update(self, node: Node, login: Login) -> bytes | None:
        """Return the request that changes something for the caller; None if none is described."""
        request = self.config.update
        return _raw(node, request, login, with_login=True) if request else None

    def renew(self, node: Node, connection: Connection, login: Login) -> Login:
        """Replace the credential of *login*, as [renew] has it, and return the login with it."""
        request = self.config.renew
        assert request is not None, "only called where it is described"
        response = connection.exchange(_raw(node, request, login, with_login=True))
        _expect(response, request, "the renewal")
        jar = login.jar.copy()
        jar.absorb(response, node, _host(node, request), node.base + request.path)
        return take(self.config.credential, response, jar)

    def left_by(self, node: Node, login: Login, response: Response) -> Login:
        """Return *login* as a browser has it after the answer to the logout."""
        left = login.copy()
        left.jar.is_copy = False
        request = self.config.revoke
        left.jar.absorb(response, node, _host(node, request), node.base + request.path)
        return left

    def fields(self, node: Node, login: Login | None) -> list[Field]:
        """Return the request that asks, as HTTP/2 would have it."""
        asked = self.config.request
        usual = request_fields(asked.method, node.origin, self._headers(node, login), b"", "")
        regular = [(name.lower(), value) for name, value in usual]
        return [
            (":method", asked.method),
            (":scheme", node.scheme),
            (":authority", next(value for name, value in regular if name == "host")),
            (":path", self._path(node, login)),
            *(pair for pair in regular if pair[0] not in ("host", "content-length")),
        ]

    @property
    def transport(self) -> str:
        """`cookie` or `bearer`."""
        where = self.config.credential
        in_cookie = where.cookie and not where.send
        return "cookie" if in_cookie or where.send.lower().startswith("cookie:") else "bearer"

    def _path(self, node: Node, login: Login | None) -> str:
        path = self.config.request.path
        return node.base + (login.in_path(path) if login else _without(path))

    def _headers(self, node: Node, login: Login | None) -> Headers:
        given = self.config.request.headers
        if login is None:
            # Of one without a login nothing can be filled in: such a field is left out.
            return tuple((name, value) for name, value in given.items() if _without(value) == value)
        return login.headers(given, node.base + self.config.request.path.partition("?")[0])


def _raw(node: Node, request: Request, login: Login | None, *, with_login: bool) -> bytes:
    """Return a request; *login* fills it in, and is carried *with_login*."""
    content, kind = b"", ""
    if request.json is not None:
        kind = "application/json"
        content = msgspec.json.encode(login.in_json(request.json) if login else request.json)
    elif request.form is not None:
        kind = "application/x-www-form-urlencoded"
        form = login.in_json(request.form) if login else request.form
        content = urlencode(form).encode()
    path = node.base + (login.in_path(request.path) if login else request.path)
    headers: Headers = tuple(request.headers.items())
    if login and with_login:
        headers = login.headers(request.headers, path.partition("?")[0])
    elif login:
        headers = tuple((name, login.in_header(value)) for name, value in headers)
    return raw_request(request.method, path, node.origin, headers, content, kind)


def _without(template: str) -> str:
    """Return *template* with nothing in the places that a login fills in."""
    return filling.fill(template, lambda *_: "")


def _host(node: Node, request: Request | Asked) -> str:
    """Return the host that the request is for, without its port."""
    given = {name.lower(): value for name, value in request.headers.items()}
    return urlsplit(f"//{given.get('host', node.authority)}").hostname or node.host


def _expect(response: Response, request: Request, what: str) -> None:
    if response.status in request.status:
        return
    wanted = " or ".join(map(str, request.status))
    message = (
        f"{what}, {request.method} {request.path}, gave {response.status} and not {wanted}: "
        f"{response.title}"
    )
    after = next(iter(response.all("retry-after")), "")
    if response.status == 429 or (response.status in TOO_MANY and after):
        raise Limited(message, _seconds(after))
    raise ServiceError(message)


def _seconds(after: str) -> float | None:
    """Return the seconds of a Retry-After (RFC 9110 section 10.2.3); None if it has none."""
    if after.isdecimal():
        return float(after[:9])
    try:
        return max(0.0, parsedate_to_datetime(after).timestamp() - time())
    except (ValueError, TypeError):
        return None
