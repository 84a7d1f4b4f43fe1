"""What the person at a browser can see of it: in the address bar and in the browser's own tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .jar import Sending

SHOWN = 10
"""Characters of a value that are shown: enough to see that two are the same."""


@dataclass(frozen=True)
class Sight:
    """One request that a browser made, and what came of it."""

    method: str
    address: str
    asked_by: str
    """The site whose page made the request, where that is another one."""
    carried: str
    """The credential that went along; empty if none did."""
    status: int
    cookies: tuple[str, ...] = ()
    """What the answer's cookies came to: kept, removed, or dropped."""


def sight_of(
    request: Sending,
    headers: Mapping[str, str],
    status: int,
    cookies: Iterable[tuple[str, bool]],
) -> Sight:
    """One exchange: *cookies* are the answer's Set-Cookie values, and whether they were kept."""
    return Sight(
        request.method,
        short(request.host + request.path, 70),
        "" if request.initiator in (None, request.host) else str(request.initiator),
        _carried(headers),
        status,
        tuple(_came_to(text, kept) for text, kept in cookies),
    )


def short(text: str, length: int = SHOWN) -> str:
    """The beginning of a text that may be long."""
    return text if len(text) <= length else f"{text[:length]}…"


def _carried(headers: Mapping[str, str]) -> str:
    if "Authorization" in headers:
        return f"Bearer {_end(headers['Authorization'].removeprefix('Bearer '))}"
    pairs = [pair.partition("=") for pair in headers.get("Cookie", "").split("; ") if pair]
    return ", ".join(f"{name}={short(value)}" for name, _, value in pairs)


def _came_to(text: str, kept: bool) -> str:
    name, _, value = text.partition(";")[0].partition("=")
    if not kept:
        return f"dropped in silence: {name}, {len(name) + len(value):,} bytes"
    return f"removed: {name}" if "max-age=0" in text.lower() else f"kept: {name}={short(value)}"


def _end(token: str) -> str:
    """The end of a token: all tokens of a server begin alike."""
    return token if len(token) <= SHOWN else f"…{token[-SHOWN:]}"
