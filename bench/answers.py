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


class Spans(NamedTuple):
    """What one request spent inside the server."""

    auth_ns: int = 0
    store_ns: int = 0
    crypto_ns: int = 0
    reads: int = 0
    writes: int = 0
    checks: int = 0


def spans_of(response: Response) -> Spans | None:
    """The spans in *response*; None if it carries none."""
    for value in response.all("server-timing"):
        found = _SERVER_TIMING.fullmatch(value)
        if found:
            return Spans(
                auth_ns=_nanoseconds(found["auth"]),
                store_ns=_nanoseconds(found["store"]),
                crypto_ns=_nanoseconds(found["crypto"]),
                reads=int(found["reads"]),
                writes=int(found["writes"]),
                checks=int(found["checks"]),
            )
    return None


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
