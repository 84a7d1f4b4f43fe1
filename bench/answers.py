"""Whether an answer is a sample, and what its Server-Timing says it cost the server."""

from __future__ import annotations

import re
from typing import NamedTuple

from .payload.wire import Response

_SERVER_TIMING = re.compile(
    r"auth;dur=(?P<auth>[\d.]+), "
    r'store;dur=(?P<store>[\d.]+);desc="reads=(?P<reads>\d+) writes=(?P<writes>\d+)", '
    r'crypto;dur=(?P<crypto>[\d.]+);desc="checks=(?P<checks>\d+)"'
)

_APP_TIMING = re.compile(
    r'app;dur=(?P<app>[\d.]+);desc="of=(?P<of>[^ "]+) came=(?P<came>\d+) cpu=(?P<cpu>\d+)'
    r' check=(?P<check>\d+) waited=(?P<waited>\d+)"'
)


class Spans(NamedTuple):
    """What one request spent inside the server."""

    auth_ns: int = 0
    store_ns: int = 0
    crypto_ns: int = 0
    reads: int = 0
    writes: int = 0
    checks: int = 0
    app_ns: int = 0
    """From entering the app until its answer was ready."""
    cpu_ns: int = 0
    """Processor time of its thread meanwhile."""
    check_cpu_ns: int = 0
    """Of that, in the check of the caller."""
    waited_ns: int = 0
    """How long the thread was ready meanwhile and waited for a processor."""
    came_ns: int = 0
    """When the app was entered, by the server's monotonic clock."""
    scheme: str = ""
    """The scheme that says it answered."""


def spans_of(response: Response) -> Spans | None:
    """The spans in *response*; None if it carries none."""
    values = response.all("server-timing")
    inside = next(filter(None, map(_SERVER_TIMING.fullmatch, values)), None)
    whole = next(filter(None, map(_APP_TIMING.fullmatch, values)), None)
    if inside is None or whole is None:
        return None
    return Spans(
        auth_ns=_nanoseconds(inside["auth"]),
        store_ns=_nanoseconds(inside["store"]),
        crypto_ns=_nanoseconds(inside["crypto"]),
        reads=int(inside["reads"]),
        writes=int(inside["writes"]),
        checks=int(inside["checks"]),
        app_ns=_nanoseconds(whole["app"]),
        cpu_ns=int(whole["cpu"]),
        check_cpu_ns=int(whole["check"]),
        waited_ns=int(whole["waited"]),
        came_ns=int(whole["came"]),
        scheme=whole["of"],
    )


def fault_of(response: Response, subject: str | None) -> str | None:
    """
    What is wrong with an answer of `GET /me` that should name *subject*; None if nothing is.

    401 is fast, and so is an answer for somebody else: neither may count as a sample.
    """
    if response.status != 200:
        return f"status {response.status}: {response.title}"
    fields = response.json()
    if not isinstance(fields, dict) or "subject" not in fields:
        return "the body names no subject"
    if fields["subject"] != subject:
        return f"the body names {fields['subject']!r} and not {subject!r}"
    return None


def _nanoseconds(milliseconds: str) -> int:
    return round(float(milliseconds) * 1_000_000)
