"""What is known about a live session, and its form at rest.

The form at rest is MessagePack, typed and versioned: whoever can write to the store must not be
able to run code here, so nothing is ever unpickled. User data is encoded key by key, so that a
store can change one key without knowing the others.

History of the form:
    1  first
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from .door import is_text
from .errors import DataTooLarge

VERSION = 1
MAX_DEPTH = 16

Encoded = Mapping[str, bytes]
"""User data, each value encoded on its own."""


class Client(Protocol):
    """Who is asking, as far as the caller can tell."""

    @property
    def address(self) -> str: ...

    @property
    def user_agent(self) -> str: ...


class Record(msgspec.Struct, frozen=True):
    """One live session, without its ID: only whoever holds the ID knows that."""

    handle: str
    subject: str | None
    created_at: float
    seen_at: float
    renewed_at: float
    """When the present ID was made."""
    address: str = ""
    user_agent: str = ""
    data: Encoded = {}

    @property
    def last_seen_at(self) -> float:
        """When the last touch was, for the devices page."""
        return self.seen_at


class _Head(msgspec.Struct, frozen=True, array_like=True):
    version: int
    handle: str
    subject: str | None
    created_at: float
    renewed_at: float
    address: str
    user_agent: str


# What msgspec raises, and Python: for what is no bytes, text that is no UTF-8, nesting without end.
_UNREADABLE = (msgspec.MsgspecError, TypeError, ValueError, RecursionError)
_encode = msgspec.msgpack.encode
_decode_head = msgspec.msgpack.Decoder(_Head).decode
_decode_value = msgspec.msgpack.Decoder().decode
_decode_data = msgspec.msgpack.Decoder(dict[str, bytes]).decode


class Damaged(ValueError):
    """Bytes that are not a record of a version this code knows. Stays inside the package."""


def encode_head(record: Record) -> bytes:
    """All of *record* that does not change between renewals: neither `seen_at` nor `data`."""
    return _encode(
        _Head(
            VERSION,
            record.handle,
            record.subject,
            record.created_at,
            record.renewed_at,
            record.address,
            record.user_agent,
        )
    )


def decode_record(head: bytes, seen_at: float, data: Encoded) -> Record:
    """The record from its parts at rest; `Damaged` if they are not one."""
    try:
        known = _decode_head(head)
        sound = math.isfinite(known.created_at + known.renewed_at + seen_at)
    except _UNREADABLE as exc:
        raise Damaged(str(exc)) from exc
    if known.version != VERSION:
        raise Damaged(f"version {known.version}")
    if not sound:  # a session that began at no number would never end
        raise Damaged("an instant that is none")
    return Record(
        known.handle,
        known.subject,
        known.created_at,
        seen_at,
        known.renewed_at,
        known.address,
        known.user_agent,
        data,
    )


def encode_data(data: Encoded) -> bytes:
    """All user data in one piece, for stores that keep it so."""
    return _encode(data)


def decode_data(encoded: bytes) -> dict[str, bytes]:
    """The user data key by key; `Damaged` if that is not what it is."""
    try:
        return _decode_data(encoded)
    except _UNREADABLE as exc:
        raise Damaged(str(exc)) from exc


def encode_values(changes: Mapping[str, Any]) -> dict[str, bytes | None]:
    """Each value encoded on its own; None stays None, and removes the key.

    Raises ValueError, naming the key, for what is not plain data, and TypeError for *changes*
    that are no mapping.
    """
    if not isinstance(changes, Mapping):
        raise TypeError(
            f"session data is a mapping of names to values, not {type(changes).__name__}"
        )
    for key in changes:
        if not is_text(key):
            raise ValueError(f"session data has names that are text, not {key!r}: use str(...)")
    return {
        key: None if value is None else _encode_value(key, value) for key, value in changes.items()
    }


def decode_values(data: Encoded) -> dict[str, Any]:
    """The user data as plain Python values; `Damaged` if a value is not readable."""
    if not data:
        return {}
    try:
        return {key: _decode_value(value) for key, value in data.items()}
    except _UNREADABLE as exc:
        raise Damaged(str(exc)) from exc


def merged(data: Encoded, changes: Mapping[str, bytes | None], limit_bytes: int) -> Encoded:
    """*data* with *changes* applied; `DataTooLarge` if it would pass the limit."""
    result = {**data, **{key: value for key, value in changes.items() if value is not None}}
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
    if data_bytes(result) > limit_bytes:
        raise DataTooLarge(largest(changes), limit_bytes)
    return result


def data_bytes(data: Encoded) -> int:
    """What counts against the limit: the keys in UTF-8 and the encoded values."""
    return sum(len(key.encode()) + len(value) for key, value in data.items())


def largest(changes: Mapping[str, bytes | None]) -> str:
    """The key that weighs most in *changes*."""
    return max(changes, key=lambda key: len(changes[key] or b""), default="")


def _encode_value(key: str, value: Any) -> bytes:
    if not _is_plain(value, MAX_DEPTH):
        raise ValueError(
            f"session data {key!r} is not plain: use str, int, float, bool, None, list and dict "
            f"with str keys, at most {MAX_DEPTH} deep"
        )
    try:
        return _encode(value)
    except (OverflowError, TypeError, UnicodeEncodeError) as exc:
        raise ValueError(f"session data {key!r} cannot be stored: {exc}") from exc


def _is_plain(value: Any, depth: int) -> bool:
    if value is None or isinstance(value, (str, bool, int)):
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if depth == 0:
        return False
    if isinstance(value, list):
        return all(_is_plain(item, depth - 1) for item in value)
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(v, depth - 1) for k, v in value.items())
    return False
