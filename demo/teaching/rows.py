"""What is in the store of the demonstration: keys as digests, values in a few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..filters import moment

if TYPE_CHECKING:
    from .recording import Recorder


@dataclass(frozen=True, slots=True)
class Row:
    """One row, as somebody who reads the store sees it."""

    key: str
    kind: str
    summary: str


def rows_of(recorder: Recorder) -> tuple[Row, ...]:
    """Return what the store holds of all that was ever written to it, by asking the store."""
    (store,) = recorder.stores
    found = (_row(store, key, kind) for key, kind in recorder.keys.items())
    return tuple(row for row in found if row is not None)


def _row(store: Any, key: tuple[Any, ...], kind: str) -> Row | None:
    if kind == "denial":
        return (
            Row(key[0], "denied", "a token of this name is refused")
            if _denied(store, key)
            else None
        )
    record = store.read(*key)
    if record is None:
        return None
    data = record.data
    words = len(data) if isinstance(data, bytes) else sum(map(len, data.values()))
    kept = ", ".join(data) if isinstance(data, dict) and data else f"{words} bytes of user data"
    summary = f"{record.subject}, since {moment(record.created_at)}, handle {record.handle}, {kept}"
    return Row(f"SHA-256 {key[-1].hex()[:16]}…", "session" if len(key) == 1 else "family", summary)


def _denied(store: Any, key: tuple[Any, ...]) -> bool:
    return bool(store.is_denied(key[0]))
