"""Families, denials and counters in this process: shared with nobody and gone with a restart.

A denial that is gone with a restart lets a revoked token in again: for tests, and for one node
whose access tokens are shorter than its restarts.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import wraps
from itertools import chain, islice
from typing import Concatenate, ParamSpec, TypeVar

import msgspec

from ..record import Outcome, Record, Rotation
from .base import GARBAGE_S, SPENT_KEPT, SWEPT, Changes, Cursor, Listener, is_of_family


@dataclass(slots=True)
class _Family:
    record: Record
    expires_at: float
    current: bytes
    spent: dict[bytes, tuple[float, bytes]] = field(default_factory=dict)

    def has(self, key: bytes) -> bool:
        return is_of_family(key, self.current) or key in self.spent


_Due = tuple[Callable[[str], object], str]
"""What clears something away, and its name."""


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
    """Dicts behind a lock; see `TokenStore` for the contract.

    A family is what has a record; what a call that was cut short has left beside it is passed over.
    """

    outages: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # In the order in which they were refreshed last, nearly that in which they are past.
        self._families: OrderedDict[str, _Family] = OrderedDict()
        self._handles_of: dict[str, set[str]] = {}
        # In the order of their numbers: what is denied for longer moves to the end.
        self._denied: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._told = threading.Condition(self._lock)
        self._sequence = 0
        self._life = secrets.token_hex(8)
        self._counters: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @_alone
    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        if record.handle in self._families:
            return
        if record.subject is not None:
            self._handles_of.setdefault(record.subject, set()).add(record.handle)
        # Last: it can be found, and ended, by all that lists it.
        self._families[record.handle] = _Family(record, expires_at, key)
        for past in self._due(record.created_at - GARBAGE_S, SWEPT):
            for clear, name in list(past):
                clear(name)

    @_alone
    def read(self, handle: str, key: bytes) -> Record | None:
        family = self._families.get(handle)
        return family.record if family is not None and family.has(key) else None

    @_alone
    def merge(self, handle: str, data: bytes, seen_after: float) -> bool:
        family = self._families.get(handle)
        if family is None or family.record.seen_at <= seen_after:
            return False
        family.record = msgspec.structs.replace(family.record, data=data)
        return True

    @_alone
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
        family = self._families.get(handle)
        if family is None or not family.has(key):
            return Rotation(Outcome.ABSENT)
        if family.current == key:
            family.spent[key] = (seen_at, nonce)
            family.current = new_key
            family.record = msgspec.structs.replace(family.record, seen_at=seen_at)
            family.expires_at = expires_at
            self._families.move_to_end(handle)
            while len(family.spent) > SPENT_KEPT:
                del family.spent[next(iter(family.spent))]
            return Rotation(Outcome.ROTATED, nonce)
        # One that is no longer kept was spent long ago.
        spent_at, earlier_nonce = family.spent.get(key, (0.0, b""))
        if key in family.spent and spent_at >= grace_since:
            return Rotation(Outcome.REPEATED, earlier_nonce)
        self._remove(handle)
        return Rotation(Outcome.REUSED, earlier_nonce, spent_at, family.current)

    @_alone
    def delete(self, handle: str) -> Record | None:
        return self._remove(handle)

    @_alone
    def delete_handle(self, subject: str, handle: str) -> bool:
        if handle not in self._handles_of.get(subject, ()):
            return False
        return self._remove(handle) is not None

    @_alone
    def delete_subject(self, subject: str, keep: str | None = None) -> list[str]:
        doomed = [record.handle for record in self._listed(subject) if record.handle != keep]
        for handle in doomed:
            self._remove(handle)
        return doomed

    @_alone
    def list_subject(self, subject: str) -> list[Record]:
        return self._listed(subject)

    @_alone
    def deny(self, names: Sequence[str], until: float) -> None:
        for name in names:
            if name in self._denied and self._denied[name][0] >= until:
                continue
            self._sequence += 1
            # Never absent meanwhile: `is_denied` takes no lock, and a call may be cut short.
            self._denied[name] = (until, self._sequence)
            self._denied.move_to_end(name)
        self._told.notify_all()

    def is_denied(self, name: str) -> bool:
        return name in self._denied

    @_alone
    def denied_since(self, cursor: Cursor | None, limit: int = 10_000) -> Changes:
        since = cursor.sequence if cursor is not None and cursor.life == self._life else 0
        # From the newest back, of which those before the page fall out at the other end.
        page: deque[tuple[str, float, int]] = deque(maxlen=limit)
        later = 0
        for name, (until, sequence) in reversed(self._denied.items()):
            if sequence <= since:
                break
            page.append((name, until, sequence))
            later += 1
        page.reverse()
        reached = page[-1][2] if page else since
        denials = [(name, until) for name, until, _ in page]
        return Changes(denials, Cursor(self._life, reached), later > len(page))

    def listen(self) -> Listener:
        return _Listener(self._told, lambda: self._sequence)

    @_alone
    def advance(self, counter: str, step: int, first: int, until: float) -> int:
        value, earlier_until = self._counters.get(counter, (first - step, until))
        self._counters[counter] = (value + step, max(until, earlier_until))
        self._counters.move_to_end(counter)
        return value + step

    @_alone
    def standing(self, name: str, counter: str) -> tuple[bool, int | None]:
        value, _ = self._counters.get(counter, (None, None))
        return name in self._denied, value

    @_alone
    def reap(self, now: float, limit: int = 1000) -> int:
        due = list(islice(chain.from_iterable(self._due(now)), limit))
        for clear, name in due:
            clear(name)
        return len(due)

    def ping(self) -> None:
        return

    def close(self) -> None:
        return

    def _due(self, now: float, first: int | None = None) -> Iterator[Iterator[_Due]]:
        """What is past at *now*: families, denials, counters; of the *first* of each alone."""
        families = islice(self._families.items(), first)
        denials = islice(self._denied.items(), first)
        counters = islice(self._counters.items(), first)
        yield ((self._remove, h) for h, family in families if family.expires_at <= now)
        yield ((self._denied.pop, name) for name, (until, _) in denials if until <= now)
        yield ((self._counters.pop, name) for name, (_, until) in counters if until <= now)

    def _listed(self, subject: str) -> list[Record]:
        found = (self._families.get(handle) for handle in self._handles_of.get(subject, ()))
        return [family.record for family in found if family is not None]

    def _remove(self, handle: str) -> Record | None:
        family = self._families.pop(handle, None)
        if family is None:
            return None
        if family.record.subject is not None:
            handles = self._handles_of.get(family.record.subject, set())
            handles.discard(handle)
            if not handles:
                self._handles_of.pop(family.record.subject, None)
        return family.record


class _Listener:
    """Sees the store's sequence number move."""

    def __init__(self, told: threading.Condition, sequence: Callable[[], int]) -> None:
        self._told = told
        self._sequence = sequence
        self._seen = sequence()

    def wait(self, timeout_s: float) -> bool:
        with self._told:
            moved = self._told.wait_for(lambda: self._sequence() != self._seen, timeout_s)
            self._seen = self._sequence()
            return moved

    def confirm(self) -> bool:
        return self.wait(0)

    def close(self) -> None:
        return
