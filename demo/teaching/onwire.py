"""A request and its answer as bytes: HTTP/1.1 line by line (RFC 9112), HTTP/2 in one number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from shlex import quote

from ..contract.visitor import Answer
from .story import Sent, Side

FRAME_BYTES = 9
"""The head of an HTTP/2 frame (RFC 9113 section 4.1)."""
HOP_BY_HOP = ("host", "connection")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line; *mark* says that it is the credential, or what renews it."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line on the wire, with the bytes it takes, its end included."""

    parts: tuple[Part, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Second:
    """What an exchange takes over HTTP/2, in bytes: frames of headers, and of the body."""

    request: int
    answer: int


def request_lines(sent: Sent, credentials: Iterable[str]) -> list[Line]:
    """Return the request as an HTTP/1.1 client sends it."""
    head = [f"{sent.method} {sent.path} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.headers)]
    return _lines(head, sent.body, credentials)


def answer_lines(answer: Answer, credentials: Iterable[str]) -> list[Line]:
    """Return the answer as an HTTP/1.1 server sends it; a real one adds Date and Server."""
    head = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
    head += [f"{k}: {v}" for k, v in answer.headers]
    return _lines(head, answer.body, credentials)


def size(lines: Sequence[Line]) -> int:
    """Return the bytes of all *lines*."""
    return sum(line.size for line in lines)


def over_http2(side: Side) -> list[Second] | None:
    """
    Give what each exchange takes over one HTTP/2 connection; None if hpack is not installed.

    What was sent before is sent as a reference, so the second request that carries a credential
    takes fewer bytes than the first.
    """
    try:
        from hpack import Encoder
    except ImportError:
        return None
    asks, answers = Encoder(), Encoder()
    found = []
    for exchange in side.exchanges:
        sent, answer = exchange.sent, exchange.answer
        pseudo = [(":method", sent.method), (":scheme", "https"), (":path", sent.path)]
        host = dict(sent.headers)["Host"]
        block = asks.encode([*pseudo, (":authority", host), *_lowered(sent.headers)])
        back = answers.encode([(":status", str(answer.status)), *_lowered(answer.headers)])
        found.append(Second(_framed(block, sent.body), _framed(back, answer.body)))
    return found


def as_curl(sent: Sent, base: str, transport: str) -> str:
    """Return a command that sends the same request to an app of one's own under *base*."""
    words = ["curl", "-i"]
    if transport == "cookie":
        words += ["-c", "jar", "-b", "jar"]
    elif sent.path != "/login":
        words += ["-H", '"Authorization: Bearer $TOKEN"']
    if sent.body:
        words += ["--json", quote(sent.body.decode())]
    elif sent.method != "GET":
        words += ["-X", sent.method]
    return " ".join([*words, base.rstrip("/") + sent.path])


def _lines(head: Sequence[str], body: bytes, credentials: Iterable[str]) -> list[Line]:
    known = [credential for credential in credentials if credential]
    lines = [Line(_marked(text, known), len(text.encode()) + 2) for text in head]
    lines.append(Line((Part(""),), 2))
    if body:
        lines.append(Line(_marked(body.decode(), known), len(body)))
    return lines


def _marked(text: str, credentials: Sequence[str]) -> tuple[Part, ...]:
    for credential in credentials:
        before, found, after = text.partition(credential)
        if found:
            rest = [part for part in _marked(after, credentials) if part.text]
            return Part(before), Part(credential, "credential"), *rest
    return (Part(text),)


def _lowered(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers if name.lower() not in HOP_BY_HOP]


def _framed(block: bytes, body: bytes) -> int:
    return FRAME_BYTES + len(block) + (FRAME_BYTES + len(body) if body else 0)
