"""The known delay is what it says on average, and as often too long as too short."""

from __future__ import annotations

import random
from statistics import mean

import pytest

from demo import timing
from demo.timing import LONGEST_LOOK_NS, Wait

DELAY_NS = 7_001
LOOK_NS = 70


class Clock:
    """One that shows some more nanoseconds at every look."""

    def __init__(self, draw: random.Random) -> None:
        self.now_ns = 1_000
        self.interrupted_ns = 0
        self._draw = draw

    def __call__(self) -> int:
        # A look takes longer at times, and is then the likelier to be the last of a wait.
        self.now_ns += LOOK_NS + int(self._draw.expovariate(1 / 20)) + self.interrupted_ns
        return self.now_ns


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock(random.Random(1))
    monkeypatch.setattr(timing, "thread_time_ns", clock)
    return clock


def took_ns(wait: Wait, clock: Clock) -> int:
    """What a wait takes whoever waits for it."""
    began_ns = clock()
    wait()
    return clock() - began_ns


def test_a_wait_is_too_long_as_often_as_too_short(clock: Clock) -> None:
    """Whatever the looks take, and the call itself."""
    wait = Wait(DELAY_NS)
    off = [took_ns(wait, clock) - DELAY_NS for _ in range(4_000)]
    assert abs(mean(off)) < 5
    assert abs(sum(one > 0 for one in off) - sum(one < 0 for one in off)) < 400
    assert max(map(abs, off)) < 6 * LOOK_NS


def test_an_interrupted_wait_takes_little_off_the_next(clock: Clock) -> None:
    """It was long; the next is not short by as much."""
    wait = Wait(DELAY_NS)
    clock.interrupted_ns = 5 * DELAY_NS
    assert took_ns(wait, clock) > DELAY_NS
    clock.interrupted_ns = 0
    assert took_ns(wait, clock) >= DELAY_NS - LONGEST_LOOK_NS
