"""How far apart two clocks are, from messages between them, as NTP has it (RFC 5905 section 8).

A message leaves here at `sent`, is there at `received`, the answer leaves there at `answered` and
is here at `back`; the first and the last are instants of our clock, the others of theirs. Then the
other clock is ahead by the mean of two differences, and cannot be farther from that than half of
the time that the messages were under way. Of many exchanges the quickest says it best.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec


class Exchange(NamedTuple):
    """One message there and back; instants in nanoseconds."""

    sent: int
    received: int
    answered: int
    back: int

    @property
    def under_way_ns(self) -> int:
        """How long the two messages travelled, together."""
        return (self.back - self.sent) - (self.answered - self.received)

    @property
    def ahead_ns(self) -> float:
        """How far the other clock is ahead, if both messages took equally long."""
        return ((self.received - self.sent) + (self.answered - self.back)) / 2


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """The clock of one worker, over a block, against the master's."""

    worker: str
    ahead_ns: int
    """In the middle of the block."""
    bound_ns: int
    """How far wrong that may be at most, the drift included."""
    drift_ns: int
    """By how much it changed from before the block until after it."""
    exchanges: int

    def here(self, there_ns: int) -> int:
        """The instant of our clock for one of theirs."""
        return there_ns - self.ahead_ns


def compare(worker: str, before: Sequence[Exchange], after: Sequence[Exchange]) -> Clock:
    """The clock of *worker*, from exchanges before and after a block."""
    first, last = (min(each, key=lambda one: one.under_way_ns) for each in (before, after))
    drift_ns = last.ahead_ns - first.ahead_ns
    half_ns = max(first.under_way_ns, last.under_way_ns) / 2
    return Clock(
        worker=worker,
        ahead_ns=round((first.ahead_ns + last.ahead_ns) / 2),
        bound_ns=round(half_ns + abs(drift_ns) / 2),
        drift_ns=round(drift_ns),
        exchanges=len(before) + len(after),
    )
