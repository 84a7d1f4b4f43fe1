"""Calls of verify at several points in turns, so that all share whatever the machine does."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from demo.auth import Floor, Mechanism

CHUNK = 100
"""Calls at one point before it is another's turn."""
WARM = 10
"""Calls before those of a chunk that count: of credentials of their own, for the code's sake."""


@dataclass
class Timed:
    """One point while it is measured."""

    mechanism: Mechanism
    floor: Floor | None
    credentials: Sequence[str]
    """Each is looked up once, if there are enough of them: nothing of it is at hand already."""
    subjects: Sequence[str]
    calls: int
    rest_s: float = 0.0
    """Before each of its chunks: a relay that was asked a moment ago still polls."""
    verify_ns: list[int] = field(default_factory=list)
    floor_ns: list[int] = field(default_factory=list)
    correct: int = 0
    _used: int = 0

    def chunk(self, calls: int) -> None:
        """Time *calls* calls, after some that do not count."""
        for _ in range(WARM):
            place = self._next()
            self.mechanism.verify(self.credentials[place])
            if self.floor is not None:
                self.floor(place)
        verify, floor, now = self.mechanism.verify, self.floor, time.perf_counter_ns
        for _ in range(calls):
            place = self._next()
            credential = self.credentials[place]
            started = now()
            identity = verify(credential)
            verified = now()
            self.verify_ns.append(verified - started)
            self.correct += identity.subject == self.subjects[place]
            if floor is not None:
                started = now()
                floor(place)
                self.floor_ns.append(now() - started)

    def _next(self) -> int:
        place = self._used % len(self.credentials)
        self._used += 1
        return place


def wanted(calls: int) -> int:
    """How many credentials *calls* calls use up, with those of the warm-ups."""
    return calls + WARM * -(-calls // CHUNK)


def measure(points: Sequence[Timed], order: Random) -> None:
    """Time every point's calls, in chunks whose order is drawn."""
    turns = [
        (point, min(CHUNK, point.calls - begun))
        for point in points
        for begun in range(0, point.calls, CHUNK)
    ]
    order.shuffle(turns)
    gc.collect()
    gc.freeze()
    gc.disable()
    last: Timed | None = None
    for point, calls in turns:
        if point is not last and (point.rest_s or (last is not None and last.rest_s)):
            time.sleep(max(point.rest_s, last.rest_s if last else 0.0))
        point.chunk(calls)
        last = point
    gc.enable()
