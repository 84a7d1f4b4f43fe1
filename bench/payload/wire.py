"""HTTP/1.1 on a plain socket: every byte is counted, and no header is sent that was not asked for.

HTTP libraries add headers, drop `Secure` cookies on loopback and report the size of the decoded
body; here a request is the bytes that were built, and nothing else.

    WireError(OSError)      no answer in time, a closed connection, or not HTTP/1.1
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

HOST = "127.0.0.1:8000"
"""The Host of every request, wherever it goes: ports differ in length from run to run."""
USER_AGENT = "sessions-or-tokens-bench/1"
HEAD_LIMIT_BYTES = 256 * 1024
BODY_LIMIT_BYTES = 16 * 1024 * 1024

Headers = Sequence[tuple[str, str]]


class WireError(OSError):
    """The server gave no whole answer; the message names the server and what went wrong."""


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, and what it and its request weighed at the socket."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """In the order received; the names in lower case."""
    body: bytes
    received_bytes: int
    sent_bytes: int = 0

    def all(self, name: str) -> list[str]:
        """Every value of the header *name*, which is in lower case."""
        return [value for key, value in self.headers if key == name]

    def json(self) -> Any:
        """The body as JSON; None if it is not."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    @property
    def title(self) -> str:
        """What a problem answer says of itself (RFC 9457), for error messages and labels."""
        problem = self.json()
        fields = problem if isinstance(problem, dict) else {}
        return str(fields.get("detail") or fields.get("title") or f"status {self.status}")


def build_request(method: str, path: str, headers: Headers = (), body: Any = None) -> bytes:
    """The bytes of one request: the fixed headers, then *headers*, then *body* as JSON.

    Two requests that differ in their credential alone differ in its bytes alone.
    """
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"User-Agent: {USER_AGENT}"]
    lines.append("Accept: application/json")
    content = b""
    if method != "GET":
        content = b"" if body is None else msgspec.json.encode(body)
        # A browser says where a state-changing request comes from; a cookie needs it to pass.
        lines += [f"Origin: http://{HOST}", "Content-Type: application/json"]
        lines.append(f"Content-Length: {len(content)}")
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


class Parser:
    """One answer at a time out of whatever pieces the socket gives."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skipped = 0

    def feed(self, data: bytes) -> Response | None:
        """The answer if *data* completes it, else None; `WireError` if it is not HTTP/1.1."""
        self._buffer += data
        head = self._head()
        if head is None:
            return None
        status, headers, start = head
        try:
            content = _content(self._buffer, start, status, headers)
        except ValueError as exc:
            raise WireError(f"not HTTP/1.1: {exc}") from exc
        if content is None:
            return None
        body, end = content
        if end != len(self._buffer):
            raise WireError("not HTTP/1.1: more bytes than the answer has")
        response = Response(status, headers, body, end + self._skipped)
        self._buffer.clear()
        self._skipped = 0
        return response

    def _head(self) -> tuple[int, tuple[tuple[str, str], ...], int] | None:
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > HEAD_LIMIT_BYTES:
                    raise WireError(f"not HTTP/1.1: a head of more than {HEAD_LIMIT_BYTES} bytes")
                return None
            first, *rest = self._buffer[:end].decode("latin-1").split("\r\n")
            version, _, remainder = first.partition(" ")
            if version not in ("HTTP/1.1", "HTTP/1.0") or not remainder[:3].isdigit():
                raise WireError(f"not HTTP/1.1: the answer begins {first[:40]!r}")
            status = int(remainder[:3])
            if status >= 200 or status == 101:
                pairs = (line.partition(":") for line in rest)
                headers = tuple((name.lower(), value.strip()) for name, _, value in pairs)
                return status, headers, end + 4
            # An interim answer (RFC 9110 section 15.2): the final one follows.
            self._skipped += end + 4
            del self._buffer[: end + 4]


class Connection:
    """A persistent connection to one server; opened at the first request, and again if closed.

    A request is never sent twice: one that fails after it was sent raises.
    """

    def __init__(self, host: str, port: int, *, timeout_s: float = 5.0) -> None:
        self.host = host
        self.port = port
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
            if not data:
                raise WireError("the connection was closed before the answer was whole")
            response = parser.feed(data)
            if response is not None:
                break
        if "close" in (value.lower() for value in response.all("connection")):
            self.close()
        fields = (response.status, response.headers, response.body, response.received_bytes)
        return Response(*fields, sent_bytes=len(raw))

    def _connected(self) -> socket.socket:
        # Readable while nothing was asked means that the server has closed it.
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()
        if self._socket is None:
            self._socket = connect(self.host, self.port, self._timeout_s)
        return self._socket


def connect(host: str, port: int, timeout_s: float) -> socket.socket:
    """A connected socket that holds no byte back."""
    connected = socket.create_connection((host, port), timeout=timeout_s)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _content(
    buffer: bytearray, start: int, status: int, headers: Iterable[tuple[str, str]]
) -> tuple[bytes, int] | None:
    """The body that starts at *start*, and where it ends; None if it is not whole yet."""
    fields = dict(headers)
    if status in (101, 204, 304):
        return b"", start
    if fields.get("transfer-encoding", "").lower() == "chunked":
        return _chunks(buffer, start)
    if "content-length" not in fields:
        raise ValueError("the answer has no length")
    length = int(fields["content-length"])
    if not 0 <= length <= BODY_LIMIT_BYTES:
        raise ValueError(f"a length of {length} bytes")
    end = start + length
    return (bytes(buffer[start:end]), end) if len(buffer) >= end else None


def _chunks(buffer: bytearray, start: int) -> tuple[bytes, int] | None:
    body = bytearray()
    while True:
        line = buffer.find(b"\r\n", start)
        if line < 0:
            return None
        size = int(bytes(buffer[start:line]).split(b";")[0], 16)
        if not 0 <= size <= BODY_LIMIT_BYTES - len(body):
            raise ValueError(f"a chunk of {size} bytes")
        end = line + 2 + size + 2
        if len(buffer) < end:
            return None
        if buffer[end - 2 : end] != b"\r\n":
            raise ValueError("a chunk longer than it says, or trailers")
        body += buffer[line + 2 : end - 2]
        start = end
        if size == 0:
            return bytes(body), end
