"""Sessions in this process: the fastest store, shared with nobody and gone with a restart."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from itertools import islice

import msgspec

from ..record import Record, merged
from ..strength import Immediate, Strength
from .base import GARBAGE_S, SWEPT


class MemoryStore:
    """A dict behind a lock; see `SessionStore` for the contract.

    Reading takes no lock: a record is never changed, only replaced.
    """

    outages: tuple[type[Exception], ...] = ()
    strength: Strength = Immediate()

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: dict[bytes, Record] = {}
        # In the order in which they were seen last, which is nearly that in which they are past.
        self._expires_at: OrderedDict[bytes, float] = OrderedDict()
        self._keys_of: dict[str, set[bytes]] = {}

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        with self._lock:
            if key not in self._records:
                self._put(key, record, expires_at)
                self._sweep(record.created_at - GARBAGE_S)

    def read(self, key: bytes, fresh: bool = False) -> Record | None:  # noqa: ARG002
        return self._records.get(key)

    def touch(self, key: bytes, seen_at: float, expires_at: float) -> bool:
        with self._lock:
            record = self._records.get(key)
            if record is None:
                return False
            if seen_at > record.seen_at:
                self._records[key] = msgspec.structs.replace(record, seen_at=seen_at)
                self._expires_at[key] = expires_at
                self._expires_at.move_to_end(key)
            return True

    def merge(self, key: bytes, changes: Mapping[str, bytes | None], limit_bytes: int) -> bool:
        with self._lock:
            record = self._records.get(key)
            if record is None:
                return False
            data = merged(record.data, changes, limit_bytes)
            self._records[key] = msgspec.structs.replace(record, data=data)
            return True

    def replace(self, key: bytes, new_key: bytes, record: Record, expires_at: float) -> bool:
        with self._lock:
            old = self._remove(key)
            if old is None:
                return False
            self._put(new_key, msgspec.structs.replace(record, data=old.data), expires_at)
            return True

    def delete(self, key: bytes) -> Record | None:
        with self._lock:
            return self._remove(key)

    def delete_handle(self, subject: str, handle: str) -> bool:
        with self._lock:
            for key in self._keys_of.get(subject, ()):
                if self._records[key].handle == handle:
                    self._remove(key)
                    return True
            return False

    def delete_subject(self, subject: str, keep: str | None = None) -> int:
        with self._lock:
            keys = self._keys_of.get(subject, set())
            doomed = [key for key in keys if self._records[key].handle != keep]
            for key in doomed:
                self._remove(key)
            return len(doomed)

    def list_subject(self, subject: str) -> list[Record]:
        with self._lock:
            return [self._records[key] for key in self._keys_of.get(subject, ())]

    def reap(self, now: float, limit: int = 1000) -> int:
        with self._lock:
            due = (key for key, at in self._expires_at.items() if at <= now)
            doomed = list(islice(due, limit))
            for key in doomed:
                self._remove(key)
            return len(doomed)

    def ping(self) -> None:
        return

    def close(self) -> None:
        return

    def _put(self, key: bytes, record: Record, expires_at: float) -> None:
        self._records[key] = record
        self._expires_at[key] = expires_at
        if record.subject is not None:
            self._keys_of.setdefault(record.subject, set()).add(key)

    def _sweep(self, now: float) -> None:
        for key, expires_at in list(islice(self._expires_at.items(), SWEPT)):
            if expires_at > now:
                return
            self._remove(key)

    def _remove(self, key: bytes) -> Record | None:
        record = self._records.pop(key, None)
        if record is None:
            return None
        del self._expires_at[key]
        if record.subject is not None:
            keys = self._keys_of[record.subject]
            keys.discard(key)
            if not keys:
                del self._keys_of[record.subject]
        return record
