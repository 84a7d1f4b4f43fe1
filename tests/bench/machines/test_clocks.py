from __future__ import annotations

import random

from bench.machines.clocks import Exchange, compare

AHEAD_NS = 5_000_000_000
"""Of the other clock, in truth."""


def _exchange(draw: random.Random, ahead_ns: int, least_ns: int = 50_000) -> Exchange:
    """One there and back, each way with a delay of its own."""
    sent = draw.randrange(10**9)
    there = sent + least_ns + int(draw.expovariate(1 / 200_000))
    answered = there + draw.randrange(100_000)
    back = answered + least_ns + int(draw.expovariate(1 / 200_000))
    return Exchange(sent, there + ahead_ns, answered + ahead_ns, back)


def test_the_truth_lies_within_the_bound() -> None:
    """Whatever the delays were, and however unlike on the two ways."""
    draw = random.Random(1)
    for _ in range(500):
        before = [_exchange(draw, AHEAD_NS) for _ in range(5)]
        after = [_exchange(draw, AHEAD_NS) for _ in range(5)]
        clock = compare("w", before, after)
        assert abs(clock.ahead_ns - AHEAD_NS) <= clock.bound_ns


def test_the_quickest_exchange_is_the_one_that_counts() -> None:
    quick = Exchange(0, 1_000 + AHEAD_NS, 1_000 + AHEAD_NS, 2_000)
    slow = Exchange(0, 90_000 + AHEAD_NS, 90_000 + AHEAD_NS, 100_000)
    clock = compare("w", [slow, quick, slow], [quick])
    assert (clock.ahead_ns, clock.bound_ns, clock.drift_ns) == (AHEAD_NS, 1_000, 0)


def test_a_clock_that_drifts_is_known_less_well() -> None:
    """Its error in the middle is at most half of what it drifted, besides the bound itself."""
    before = Exchange(0, 1_000, 1_000, 2_000)
    after = Exchange(0, 1_000 + 600, 1_000 + 600, 2_000)
    clock = compare("w", [before], [after])
    assert (clock.ahead_ns, clock.bound_ns, clock.drift_ns) == (300, 1_300, 600)


def test_time_at_the_other_end_is_not_under_way() -> None:
    assert Exchange(0, 10, 1_000_010, 1_000_020).under_way_ns == 20
