"""Answers of HTTP/1.1 out of whatever pieces a socket gives, with every byte counted.

WireError(OSError)      no answer in time, a closed connection, or not HTTP/1.1
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

HEAD_LIMIT_BYTES = 256 * 1024
BODY_LIMIT_BYTES = 16 * 1024 * 1024


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


class Parser:
    """One answer at a time out of whatever pieces the socket gives."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skipped = 0
        self.closes = False
        """Whether the server ends the connection after the last answer (RFC 9112 section 9.3)."""

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

    def end(self) -> Response | None:
        """The answer if the end of the connection completes it: one without a length may end so."""
        head = self._head()
        if head is None or not _ends_by_closing(self._buffer, dict(head[1])):
            return None
        status, headers, start = head
        body, received = bytes(self._buffer[start:]), len(self._buffer) + self._skipped
        self._buffer.clear()
        return Response(status, headers, body, received)

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
                lines = [value.lower() for name, value in headers if name == "connection"]
                said = [word.strip() for line in lines for word in line.split(",")]
                self.closes = "close" in said or (
                    version == "HTTP/1.0" and "keep-alive" not in said
                )
                return status, headers, end + 4
            # An interim answer (RFC 9110 section 15.2): the final one follows.
            self._skipped += end + 4
            del self._buffer[: end + 4]


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
        if _ends_by_closing(buffer, fields):
            return None
        raise ValueError("the answer has no length")
    length = int(fields["content-length"])
    if not 0 <= length <= BODY_LIMIT_BYTES:
        raise ValueError(f"a length of {length} bytes")
    end = start + length
    return (bytes(buffer[start:end]), end) if len(buffer) >= end else None


def _ends_by_closing(buffer: bytearray, fields: dict[str, str]) -> bool:
    """Whether the end of the connection is that of the body (RFC 9112 section 6.3)."""
    if "content-length" in fields or "transfer-encoding" in fields:
        return False
    return buffer.startswith(b"HTTP/1.0") or fields.get("connection", "").lower() == "close"


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
