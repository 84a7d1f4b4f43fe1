"""What is known about a live family of tokens, and its form at rest.

The form at rest is MessagePack, typed and versioned: whoever can write to the store must not be
able to run code here, so nothing is ever unpickled. User data is the JSON that the next access
token will carry.

History of the form:
    1  first
"""

from __future__ import annotations

import math
from enum import Enum, auto
from typing import Protocol

import msgspec

VERSION = 1


class Client(Protocol):
    """Who is asking, as far as the caller can tell."""

    @property
    def address(self) -> str: ...

    @property
    def user_agent(self) -> str: ...


class Record(msgspec.Struct, frozen=True):
    """One live family: a login and all tokens that descend from it."""

    handle: str
    subject: str | None
    created_at: float
    seen_at: float
    address: str = ""
    user_agent: str = ""
    data: bytes = b"{}"

    @property
    def last_seen_at(self) -> float:
        """When the last refresh was: no server sees what happens in between."""
        return self.seen_at


class Outcome(Enum):
    """What became of an attempt to rotate a refresh token."""

    ROTATED = auto()
    """It was current, and is spent now."""
    REPEATED = auto()
    """It was spent a moment ago: the same successor is due."""
    REUSED = auto()
    """It was spent longer ago: the family has ended with this step."""
    ABSENT = auto()
    """It was never issued, or its family has ended."""


class Rotation(msgspec.Struct, frozen=True):
    """The outcome, and the nonce from which the successor follows.

    With REUSED, what tells one reuse from another: when the token was spent, and the key that
    was the family's current one.
    """

    outcome: Outcome
    nonce: bytes = b""
    spent_at: float = 0.0
    current: bytes = b""


class _Head(msgspec.Struct, frozen=True, array_like=True):
    version: int
    handle: str
    subject: str | None
    created_at: float
    address: str
    user_agent: str


# What msgspec raises, and Python: for what is no bytes, text that is no UTF-8, nesting without end.
_UNREADABLE = (msgspec.MsgspecError, TypeError, ValueError, RecursionError)
_encode = msgspec.msgpack.encode
_decode_head = msgspec.msgpack.Decoder(_Head).decode


class Damaged(ValueError):
    """Bytes that are not a record of a version this code knows. Stays inside the package."""


def encode_head(record: Record) -> bytes:
    """All of *record* that does not change: neither `seen_at` nor `data`."""
    return _encode(
        _Head(
            VERSION,
            record.handle,
            record.subject,
            record.created_at,
            record.address,
            record.user_agent,
        )
    )


def decode_record(head: bytes, seen_at: float, data: bytes) -> Record:
    """The record from its parts at rest; `Damaged` if they are not one."""
    try:
        known = _decode_head(head)
        sound = math.isfinite(known.created_at + seen_at)
    except _UNREADABLE as exc:
        raise Damaged(str(exc)) from exc
    if known.version != VERSION:
        raise Damaged(f"version {known.version}")
    if not sound or not isinstance(data, bytes):  # a family that began at no number would never end
        raise Damaged("an instant that is none, or data that is no bytes")
    return Record(
        known.handle,
        known.subject,
        known.created_at,
        seen_at,
        known.address,
        known.user_agent,
        data,
    )
