"""Sessions that a node may remember for a moment: the first step from session towards token.

A lookup is trusted for a stated time, so a revocation on another node bites within that time and
not at once; a token does the same with its whole lifetime.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from ..door import check_callable, check_count, check_duration, check_parts
from ..record import Record
from ..strength import Immediate, Strength, Within
from .base import SessionStore

MAX_REMEMBERED = 10_000


class CachedStore:
    """What *store* says, remembered for *trust*; strength `Within(trust)`.

    A write through this node forgets what it concerns. `read(key, fresh=True)` asks the store:
    for routes where a moment is too long. Only sessions that were found are remembered, so that
    nobody can fill the memory with IDs that do not exist.
    """

    def __init__(
        self,
        store: SessionStore,
        trust: timedelta,
        *,
        max_remembered: int = MAX_REMEMBERED,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        check_parts(store, SessionStore, "store", "as RedisStore(client) makes one")
        check_count(max_remembered, "max_remembered")
        check_callable(now, "now")
        if not isinstance(store.strength, Immediate):
            raise ValueError("a store that is cached already cannot be cached again")
        if check_duration(trust, "trust") <= timedelta(0):
            raise ValueError("trust must be longer than nothing: use the store itself instead")
        self._store = store
        self._trust_s = trust.total_seconds()
        self._max_remembered = max_remembered
        self._now = now
        self._lock = threading.Lock()
        self._remembered: OrderedDict[bytes, tuple[float, Record]] = OrderedDict()
        self._forgotten = 0
        self.outages = store.outages
        self.strength: Strength = Within(self._trust_s)

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        self._store.create(key, record, expires_at)

    def read(self, key: bytes, fresh: bool = False) -> Record | None:
        asked_at = self._now()
        known = None if fresh else self._remembered.get(key)
        if known is not None and asked_at - known[0] < self._trust_s:
            return known[1]
        forgotten = self._forgotten
        record = self._store.read(key, fresh)
        if record is None:
            self._forget(key)
        else:
            self._remember(key, asked_at, record, forgotten)
        return record

    def touch(self, key: bytes, seen_at: float, expires_at: float) -> bool:
        self._forget(key)
        return self._store.touch(key, seen_at, expires_at)

    def merge(self, key: bytes, changes: Mapping[str, bytes | None], limit_bytes: int) -> bool:
        try:
            return self._store.merge(key, changes, limit_bytes)
        finally:
            self._forget(key)

    def replace(self, key: bytes, new_key: bytes, record: Record, expires_at: float) -> bool:
        try:
            return self._store.replace(key, new_key, record, expires_at)
        finally:
            self._forget(key)

    def delete(self, key: bytes) -> Record | None:
        try:
            return self._store.delete(key)
        finally:
            self._forget(key)

    def delete_handle(self, subject: str, handle: str) -> bool:
        try:
            return self._store.delete_handle(subject, handle)
        finally:
            self._forget_all()

    def delete_subject(self, subject: str, keep: str | None = None) -> int:
        try:
            return self._store.delete_subject(subject, keep)
        finally:
            self._forget_all()

    def list_subject(self, subject: str) -> Sequence[Record]:
        return self._store.list_subject(subject)

    def reap(self, now: float, limit: int = 1000) -> int:
        return self._store.reap(now, limit)

    def ping(self) -> None:
        self._store.ping()

    def close(self) -> None:
        self._store.close()

    def _remember(self, key: bytes, asked_at: float, record: Record, forgotten: int) -> None:
        with self._lock:
            # What was read before something was forgotten may be older than the write that
            # made us forget it: a revocation must not be undone by a slow answer.
            if forgotten != self._forgotten:
                return
            self._remembered[key] = (asked_at, record)
            self._remembered.move_to_end(key)
            if len(self._remembered) > self._max_remembered:
                self._remembered.popitem(last=False)

    def _forget(self, key: bytes) -> None:
        with self._lock:
            self._forgotten += 1
            self._remembered.pop(key, None)

    def _forget_all(self) -> None:
        with self._lock:
            self._forgotten += 1
            self._remembered.clear()
