"""Break-even: the store round trip from which a token costs less than a session.

Both are lines of medians over the same round trips. The crossing is where their difference
changes sign, by interpolation between the round trips measured; its band comes from resampling
blocks, which are processes. What does not cross within the range measured has no crossing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.records import Run

from ..loading import Recording
from ..rows import Row, row
from ..statistics import Estimate, limits, over, resampled, times_as_long
from .scale import ROUND_TRIP, Point, along

CERTAIN = 0.9
"""Of the resamples that must cross for the crossing to be one of the lines, not of a few."""

Line = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """A session and a token over the same round trips, block by block."""

    session: str
    token: str
    points: tuple[tuple[Point, Point], ...]

    @property
    def round_trips_ms(self) -> Line:
        """Where both were measured, the shortest first."""
        return np.array([one.rtt_ms for one, _ in self.points])

    def differences(self) -> list[Line]:
        """Return the session less the token, a value a block, for each round trip."""
        return [
            np.array([one.blocks[b] - other.blocks[b] for b in one.blocks if b in other.blocks])
            for one, other in self.points
        ]


def pairs(recording: Recording, points: Sequence[Point]) -> list[Pair]:
    """Pair every session with every token over the round trips that both were measured at."""
    lines = along(points, ROUND_TRIP)
    found = []
    for session in _of(recording, lines, "session"):
        for token in _of(recording, lines, "token"):
            others = {point.rtt_ms: point for point in lines[token]}
            both = tuple((p, others[p.rtt_ms]) for p in lines[session] if p.rtt_ms in others)
            both = tuple((p, o) for p, o in both if p.blocks.keys() & o.blocks.keys())
            if len(both) > 1:
                found.append(Pair(session, token, both))
    return found


def rows(recording: Recording, points: Sequence[Point]) -> list[Row]:
    """Return the differences at each round trip, and the crossing where there is one."""
    name, seed = recording.run.name, recording.run.seed
    found = []
    for pair in pairs(recording, points):
        for (one, _), values in zip(pair.points, pair.differences(), strict=True):
            estimate = over(values, seed, n=values.size)
            figures: dict[str, Estimate | float] = {"verify_us_difference_p50": estimate}
            figures.update(_lengths(recording.run, estimate))
            found += [
                row(name, "scale", pair.session, metric, figure, one.regime, less=pair.token)
                for metric, figure in figures.items()
            ]
        crossing = break_even(pair, seed)
        if crossing is not None:
            metric = "break_even_rtt_ms"
            found.append(row(name, "scale", pair.session, metric, crossing, less=pair.token))
    return found


def _lengths(run: Run, difference: Estimate) -> dict[str, float]:
    """Say how long a run could tell a difference whose interval holds zero."""
    low, high, value = difference.low, difference.high, difference.value
    if low is None or high is None or not low <= 0 <= high or value == 0:
        return {}
    longer = math.ceil(times_as_long(value, 0.0, abs(value - (low if value > 0 else high))))
    if longer <= 1:
        return {}
    found = {"times_as_long": float(longer)}
    if run.ended_at is not None:
        found["run_minutes"] = float(math.ceil((run.ended_at - run.started_at) / 60 * longer))
    return found


def break_even(pair: Pair, seed: int) -> Estimate | None:
    """Return the round trip at which the two cost the same; None if none within the range."""
    at_ms, values = pair.round_trips_ms, pair.differences()
    crossing = _crossing(at_ms, np.array([np.median(one) for one in values]))
    if crossing is None:
        return None
    rounds = min(one.size for one in values)
    if rounds < 2:
        return Estimate(crossing, None, None, 0, rounds)
    drawn = np.array([resampled(one, seed) for one in values]).T
    again = [_crossing(at_ms, line) for line in drawn]
    seen = [one for one in again if one is not None]
    if len(seen) < CERTAIN * len(again):
        return None
    low, high = limits(np.array(seen), rounds)
    return Estimate(crossing, min(low, crossing), max(high, crossing), 0, rounds)


def _crossing(at_ms: Line, differences: Line) -> float | None:
    """Return the first place where the session begins to cost more than the token."""
    for left in range(len(at_ms) - 1):
        before, after = differences[left], differences[left + 1]
        if before <= 0 < after:
            share = -before / (after - before)
            return float(at_ms[left] + share * (at_ms[left + 1] - at_ms[left]))
    return None


def _of(
    recording: Recording, names: Sequence[str] | dict[str, list[Point]], kind: str
) -> list[str]:
    return [name for name in names if recording.arm(name).mechanism == kind]
