"""HTTP/1.1 on a plain socket: every byte is counted, and no header is sent that was not asked for.

HTTP libraries add headers, drop `Secure` cookies on loopback and report the size of the decoded
body; here a request is the bytes that were built, and nothing else.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Sequence
from typing import Any

import msgspec

from .parsing import Parser as Parser
from .parsing import Response as Response
from .parsing import WireError as WireError

HOST = "127.0.0.1:8000"
"""The Host of every request, wherever it goes: ports differ in length from run to run."""
USER_AGENT = "sessions-or-tokens-bench/1"

Headers = Sequence[tuple[str, str]]


def build_request(method: str, path: str, headers: Headers = (), body: Any = None) -> bytes:
    """The bytes of one request: the fixed headers, then *headers*, then *body* as JSON.

    Two requests that differ in their credential alone differ in its bytes alone.
    """
    content = b"" if body is None else msgspec.json.encode(body)
    return raw_request(method, path, f"http://{HOST}", headers, content)


def raw_request(
    method: str,
    path: str,
    origin: str,
    headers: Headers = (),
    content: bytes = b"",
    content_type: str = "application/json",
) -> bytes:
    """The bytes of one request to *origin*, such as `http://127.0.0.1:8000`.

    The names of the fields that every request has come in a fixed order, before *headers*.
    """
    fields = request_fields(method, origin, headers, content, content_type)
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    head = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
    return head + (content if method != "GET" else b"")


def request_fields(
    method: str,
    origin: str,
    headers: Headers = (),
    content: bytes = b"",
    content_type: str = "application/json",
) -> list[tuple[str, str]]:
    """The header fields of one request: one of *headers* takes the place of a usual one.

    Names are compared without their case (RFC 9110 section 5.1). An empty *content_type* is left
    out.
    """
    usual = [
        ("Host", origin.partition("://")[2]),
        ("User-Agent", USER_AGENT),
        ("Accept", "application/json"),
    ]
    if method != "GET":
        # A browser says where a state-changing request comes from; a cookie needs it to pass.
        usual.append(("Origin", origin))
        usual += [("Content-Type", content_type)] if content_type else []
        usual.append(("Content-Length", str(len(content))))
    given = {name.lower(): (name, value) for name, value in headers}
    kept = [given.get(name.lower(), (name, value)) for name, value in usual]
    names = {name.lower() for name, _ in usual}
    return [*kept, *((name, value) for name, value in headers if name.lower() not in names)]


class Connection:
    """A persistent connection to one server; opened at the first request, and again if closed.

    A request is never sent twice: one that fails after it was sent raises.
    """

    def __init__(
        self, host: str, port: int, *, timeout_s: float = 5.0, tls: ssl.SSLContext | None = None
    ) -> None:
        """*tls* is for https; bytes are then counted before they are encrypted."""
        self.host = host
        self.port = port
        self._tls = tls
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def request(self, method: str, path: str, headers: Headers = (), body: Any = None) -> Response:
        """The answer to one request; `WireError` if there is none within the timeout."""
        return self.exchange(build_request(method, path, headers, body))

    def exchange(self, raw: bytes) -> Response:
        """The answer to the bytes *raw*, exactly as they are."""
        try:
            return self._exchange(raw)
        except WireError as exc:
            self.close()
            raise WireError(f"{self.host}:{self.port}: {exc}") from exc
        except TimeoutError as exc:
            self.close()
            message = f"{self.host}:{self.port}: no answer in {self._timeout_s:g} s"
            raise WireError(message) from exc
        except OSError as exc:
            self.close()
            raise WireError(f"{self.host}:{self.port}: {exc.strerror or exc}") from exc

    def close(self) -> None:
        """Close; the next request opens a new connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, raw: bytes) -> Response:
        connected = self._connected()
        connected.sendall(raw)
        parser = Parser()
        while True:
            data = connected.recv(65536)
            response = parser.feed(data) if data else parser.end()
            if response is not None:
                break
            if not data:
                raise WireError("the connection was closed before the answer was whole")
        if parser.closes:
            self.close()
        fields = (response.status, response.headers, response.body, response.received_bytes)
        return Response(*fields, sent_bytes=len(raw))

    def _connected(self) -> socket.socket:
        # Readable while nothing was asked means that the server has closed it.
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()
        if self._socket is None:
            plain = connect(self.host, self.port, self._timeout_s)
            self._socket = plain
            if self._tls is not None:
                self._socket = self._tls.wrap_socket(plain, server_hostname=self.host)
        return self._socket


def connect(host: str, port: int, timeout_s: float) -> socket.socket:
    """A connected socket that holds no byte back."""
    connected = socket.create_connection((host, port), timeout=timeout_s)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected
