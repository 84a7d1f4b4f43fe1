"""Break-even: the store round trip from which a token costs less than a session."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ..figures import Found
from ..intervals import Estimate, limits, medians_drawn, over
from ..raw import Records, Regime, Samples
from .scale import Point, points

CERTAIN = 0.9
"""Of the resamples that must cross, for there to be a crossing."""


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """The differences at each round trip of every session and token, and where they cross."""
    walks = _walks(points(records))
    kind = {arm: records.arm(arm).get("mechanism", "control") for arm in walks}
    for session in (arm for arm in walks if kind[arm] == "session"):
        for token in (arm for arm in walks if kind[arm] == "token"):
            yield from _pair(records, walks[session], walks[token])


def _walks(everything: Sequence[Point]) -> dict[str, list[Point]]:
    """For each scheme the longest row of points that differ in their round trip alone."""
    groups: dict[tuple[object, ...], list[Point]] = {}
    for point in everything:
        if point.regime.labels.get("axis") == "store_rtt":
            others = {n: v for n, v in point.regime.conditions.items() if n != "store_rtt_ms"}
            groups.setdefault((point.arm, tuple(sorted(others.items()))), []).append(point)
    longest: dict[str, list[Point]] = {}
    for group in groups.values():
        if len(group) > len(longest.get(group[0].arm, [])):
            longest[group[0].arm] = group
    return longest


def _pair(records: Records, session: Sequence[Point], token: Sequence[Point]) -> Iterator[Found]:
    there = {point.rtt_ms: point for point in token}
    both = [
        (one, there[one.rtt_ms])
        for one in session
        if one.rtt_ms in there and one.blocks.keys() & there[one.rtt_ms].blocks.keys()
    ]
    if len(both) < 2:
        return
    less = {"less": both[0][1].arm}
    apart = [
        np.array([one.blocks[b] - other.blocks[b] for b in one.blocks if b in other.blocks])
        for one, other in both
    ]
    for (one, _), values in zip(both, apart, strict=True):
        estimate = over(values, records.seed, n=values.size)
        metric = "verify_us_difference_p50"
        yield Found("scale", one.arm, metric, estimate, one.regime, less)
        for metric, length in _lengths(records, estimate):
            yield Found("scale", one.arm, metric, Estimate(length), one.regime, less)
    crossing = _break_even(np.array([one.rtt_ms for one, _ in both]), apart, records.seed)
    if crossing is not None:
        regime = Regime({}, {})
        yield Found("scale", both[0][0].arm, "break_even_rtt_ms", crossing, regime, less)


def _lengths(records: Records, difference: Estimate) -> Iterator[tuple[str, float]]:
    """How long a run would be whose interval of the difference ends before zero."""
    ends = difference.low, difference.high
    if ends[0] is None or ends[1] is None or difference.value == 0 or ends[0] * ends[1] > 0:
        return
    towards_zero = ends[0] if difference.value > 0 else ends[1]
    times = math.ceil(((difference.value - towards_zero) / difference.value) ** 2)
    if times <= 1:
        return
    yield "times_as_long", float(times)
    if records.run["ended_at"] is not None:
        minutes = (records.run["ended_at"] - records.run["started_at"]) / 60
        yield "run_minutes", float(math.ceil(minutes * times))


def _break_even(at_ms: Samples, apart: list[Samples], seed: int) -> Estimate | None:
    crossing = _crossing(at_ms, np.array([np.median(values) for values in apart]))
    if crossing is None:
        return None
    rounds = min(values.size for values in apart)
    if rounds < 2:
        return Estimate(crossing, rounds=rounds)
    lines = np.array([medians_drawn(values, seed) for values in apart]).T
    crossings = [_crossing(at_ms, line) for line in lines]
    seen = [one for one in crossings if one is not None]
    if len(seen) < CERTAIN * len(crossings):
        return None
    low, high = limits(np.array(seen), rounds)
    return Estimate(crossing, min(float(low), crossing), max(float(high), crossing), 0, rounds)


def _crossing(at_ms: Samples, apart: Samples) -> float | None:
    """The first place where the difference turns positive, on the line between two points."""
    turns = np.flatnonzero((apart[:-1] <= 0) & (apart[1:] > 0))
    if not turns.size:
        return None
    left = int(turns[0])
    share = -apart[left] / (apart[left + 1] - apart[left])
    return float(at_ms[left] + share * (at_ms[left + 1] - at_ms[left]))
