"""Sessions in this process: the fastest store, shared with nobody and gone with a restart."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import wraps
from itertools import islice
from typing import Concatenate, ParamSpec, TypeVar

import msgspec

from ..record import Record, merged
from ..strength import Immediate, Strength
from .base import GARBAGE_S, SWEPT

P = ParamSpec("P")
R = TypeVar("R")
_Method = Callable[Concatenate["MemoryStore", P], R]


def _alone(method: _Method[P, R]) -> _Method[P, R]:
    """Make *method* hold the store's lock."""

    @wraps(method)
    def locked(self: MemoryStore, /, *args: P.args, **kwargs: P.kwargs) -> R:
        # On one line: a tracer that raises between the end of a block and the release of its
        # lock would leave it locked for ever.
        with self._lock: return method(self, *args, **kwargs)  # fmt: skip  # noqa: E701

    return locked


class MemoryStore:
    """A dict behind a lock; see `SessionStore` for the contract.

    Reading takes no lock: a record is never changed, only replaced. A session is what has a
    record; what a call that was cut short has left beside it is passed over.
    """

    outages: tuple[type[Exception], ...] = ()
    strength: Strength = Immediate()

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: dict[bytes, Record] = {}
        # In the order in which they were seen last, which is nearly that in which they are past.
        self._expires_at: OrderedDict[bytes, float] = OrderedDict()
        self._keys_of: dict[str, set[bytes]] = {}

    @_alone
    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        if key not in self._records:
            self._put(key, record, expires_at)
            self._sweep(record.created_at - GARBAGE_S)

    def read(self, key: bytes, fresh: bool = False) -> Record | None:  # noqa: ARG002
        return self._records.get(key)

    @_alone
    def touch(self, key: bytes, seen_at: float, expires_at: float) -> bool:
        record = self._records.get(key)
        if record is None:
            return False
        if seen_at > record.seen_at:
            self._records[key] = msgspec.structs.replace(record, seen_at=seen_at)
            self._expires_at[key] = expires_at
            self._expires_at.move_to_end(key)
        return True

    @_alone
    def merge(self, key: bytes, changes: Mapping[str, bytes | None], limit_bytes: int) -> bool:
        record = self._records.get(key)
        if record is None:
            return False
        data = merged(record.data, changes, limit_bytes)
        self._records[key] = msgspec.structs.replace(record, data=data)
        return True

    @_alone
    def replace(self, key: bytes, new_key: bytes, record: Record, expires_at: float) -> bool:
        old = self._remove(key)
        if old is None:
            return False
        self._put(new_key, msgspec.structs.replace(record, data=old.data), expires_at)
        return True

    @_alone
    def delete(self, key: bytes) -> Record | None:
        return self._remove(key)

    @_alone
    def delete_handle(self, subject: str, handle: str) -> bool:
        for record, key in self._listed(subject):
            if record.handle == handle:
                self._remove(key)
                return True
        return False

    @_alone
    def delete_subject(self, subject: str, keep: str | None = None) -> int:
        doomed = [key for record, key in self._listed(subject) if record.handle != keep]
        for key in doomed:
            self._remove(key)
        return len(doomed)

    @_alone
    def list_subject(self, subject: str) -> list[Record]:
        return [record for record, _ in self._listed(subject)]

    @_alone
    def reap(self, now: float, limit: int = 1000) -> int:
        due = (key for key, at in self._expires_at.items() if at <= now)
        doomed = list(islice(due, limit))
        for key in doomed:
            self._remove(key)
        return len(doomed)

    def ping(self) -> None:
        return

    def close(self) -> None:
        return

    def _listed(self, subject: str) -> list[tuple[Record, bytes]]:
        found = ((self._records.get(key), key) for key in self._keys_of.get(subject, ()))
        return [(record, key) for record, key in found if record is not None]

    def _put(self, key: bytes, record: Record, expires_at: float) -> None:
        self._expires_at[key] = expires_at
        if record.subject is not None:
            self._keys_of.setdefault(record.subject, set()).add(key)
        self._records[key] = record  # last: it can be found, and ended, by all that lists it

    def _sweep(self, now: float) -> None:
        for key, expires_at in list(islice(self._expires_at.items(), SWEPT)):
            if expires_at > now:
                return
            self._remove(key)

    def _remove(self, key: bytes) -> Record | None:
        record = self._records.pop(key, None)
        self._expires_at.pop(key, None)
        if record is not None and record.subject is not None:
            keys = self._keys_of.get(record.subject, set())
            keys.discard(key)
            if not keys:
                self._keys_of.pop(record.subject, None)
        return record
