"""Families and denials in this process: shared with nobody and gone with a restart.

A denial that is gone with a restart lets a revoked token in again: for tests, and for one node
whose access tokens are shorter than its restarts.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from ..record import Outcome, Record, Rotation


@dataclass(slots=True)
class _Family:
    record: Record
    expires_at: float
    current: bytes
    spent: dict[bytes, tuple[float, bytes]] = field(default_factory=dict)

    def has(self, key: bytes) -> bool:
        return key == self.current or key in self.spent


class MemoryStore:
    """Dicts behind a lock; see `TokenStore` for the contract."""

    outages: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._families: dict[str, _Family] = {}
        self._handles_of: dict[str, set[str]] = {}
        self._denied: dict[str, float] = {}

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        with self._lock:
            if record.handle in self._families:
                return
            self._families[record.handle] = _Family(record, expires_at, key)
            if record.subject is not None:
                self._handles_of.setdefault(record.subject, set()).add(record.handle)

    def read(self, handle: str, key: bytes) -> Record | None:
        with self._lock:
            family = self._families.get(handle)
            return family.record if family is not None and family.has(key) else None

    def merge(self, handle: str, data: bytes) -> bool:
        with self._lock:
            family = self._families.get(handle)
            if family is None:
                return False
            family.record = msgspec.structs.replace(family.record, data=data)
            return True

    def replace(
        self,
        handle: str,
        key: bytes,
        new_key: bytes,
        nonce: bytes,
        seen_at: float,
        expires_at: float,
        grace_since: float,
    ) -> Rotation:
        with self._lock:
            family = self._families.get(handle)
            if family is None or not family.has(key):
                return Rotation(Outcome.ABSENT)
            if family.current == key:
                family.spent[key] = (seen_at, nonce)
                family.current = new_key
                family.record = msgspec.structs.replace(family.record, seen_at=seen_at)
                family.expires_at = expires_at
                return Rotation(Outcome.ROTATED, nonce)
            spent_at, earlier_nonce = family.spent[key]
            if spent_at >= grace_since:
                return Rotation(Outcome.REPEATED, earlier_nonce)
            self._remove(handle)
            return Rotation(Outcome.REUSED)

    def delete(self, handle: str) -> Record | None:
        with self._lock:
            return self._remove(handle)

    def delete_handle(self, subject: str, handle: str) -> bool:
        with self._lock:
            if handle not in self._handles_of.get(subject, ()):
                return False
            return self._remove(handle) is not None

    def delete_subject(self, subject: str, keep: str | None = None) -> list[str]:
        with self._lock:
            doomed = [h for h in self._handles_of.get(subject, ()) if h != keep]
            for handle in doomed:
                self._remove(handle)
            return doomed

    def list_subject(self, subject: str) -> list[Record]:
        with self._lock:
            return [self._families[h].record for h in self._handles_of.get(subject, ())]

    def deny(self, names: Sequence[str], until: float) -> None:
        with self._lock:
            for name in names:
                self._denied[name] = max(until, self._denied.get(name, until))

    def is_denied(self, name: str) -> bool:
        return name in self._denied

    def reap(self, now: float, limit: int = 1000) -> int:
        with self._lock:
            past = [h for h, family in self._families.items() if family.expires_at <= now]
            for handle in past[:limit]:
                self._remove(handle)
            lapsed = [name for name, until in self._denied.items() if until <= now]
            for name in lapsed[: max(0, limit - len(past))]:
                del self._denied[name]
            return min(limit, len(past) + len(lapsed))

    def ping(self) -> None:
        return

    def close(self) -> None:
        return

    def _remove(self, handle: str) -> Record | None:
        family = self._families.pop(handle, None)
        if family is None:
            return None
        if family.record.subject is not None:
            handles = self._handles_of[family.record.subject]
            handles.discard(handle)
            if not handles:
                del self._handles_of[family.record.subject]
        return family.record
