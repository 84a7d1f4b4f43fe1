"""The known delay ends at the look at the clock that is nearest to when it should."""

from __future__ import annotations

import itertools
from statistics import mean

import pytest

from demo import timing


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that shows 70 ns more at every look."""
    clock = itertools.count(1_000, 70)
    monkeypatch.setattr(timing, "perf_counter_ns", lambda: next(clock))


@pytest.mark.usefixtures("looks")
def test_a_wait_ends_half_a_look_early_as_often_as_late() -> None:
    until = 100_000
    late = []
    for _ in range(700):
        until += 7_001
        late.append(timing.spin(until) - until)
    assert -36 < min(late) < max(late) < 36
    assert abs(mean(late)) < 1


@pytest.mark.usefixtures("looks")
def test_an_instant_that_is_over_is_not_waited_for() -> None:
    assert timing.spin(10) == 1_000
