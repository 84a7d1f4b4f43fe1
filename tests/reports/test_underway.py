"""How busy requests found the server is counted exactly, and takes noise off what is compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.crowds import crowds
from reports.differences import shift
from reports.loading import Regime, Series
from reports.results import Results
from reports.underway import under_way

requests = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda t: (t[0], t[0] + t[1])),
    min_size=1,
    max_size=30,
)


@given(st.lists(requests, min_size=1, max_size=3))
def test_every_other_request_is_counted_once(arms: list[list[tuple[int, int]]]) -> None:
    """Those due before and not yet answered; the second implementation, of verify, agrees."""
    times = [
        {"intended_ns": np.array([a for a, _ in arm]), "end_ns": np.array([b for _, b in arm])}
        for arm in arms
    ]
    everybody = [each for arm in arms for each in arm]
    counted = [[min(sum(a < due < b for a, b in everybody), 2) for due, _ in arm] for arm in arms]
    assert [found.tolist() for found in under_way(times)] == counted
    assert [found.tolist() for found in crowds(times)] == counted


def _block(rng: np.random.Generator, cost_us: float) -> tuple[Series, Series]:
    """Two of six arms at one server that takes them one by one; the second costs *cost_us* more."""
    count = 1_800
    due_us = np.cumsum(rng.exponential(1_600, count))
    arm = rng.integers(0, 6, count)
    work_us = 350 + rng.gamma(2, 40, count) + cost_us * (arm == 1) + 400 * (arm > 3)
    free_us, end_us = 0.0, np.empty(count)
    for place in range(count):
        free_us = max(free_us, due_us[place]) + work_us[place]
        end_us[place] = free_us
    times = [
        {"intended_ns": due_us[arm == each] * 1e3, "end_ns": end_us[arm == each] * 1e3}
        for each in range(6)
    ]
    one, other = (
        Series("", Regime(), {0: (at["end_ns"] - at["intended_ns"]) / 1e3}, {0: busy})
        for at, busy in list(zip(times, under_way(times), strict=True))[:2]
    )
    return one, other


def test_a_known_cost_is_found_with_less_noise() -> None:
    """Compared at random, one has waited and the other has not; the cost has no part in that."""
    rng = np.random.default_rng(5)
    alike, at_random = [], []
    for _ in range(150):
        one, other = _block(rng, cost_us=100.0)
        alike.append(shift(other.beside(one, 0)))
        at_random.append(shift([(other.blocks[0], one.blocks[0])]))
    assert np.std(alike) < 0.7 * np.std(at_random)
    assert np.mean(alike) == pytest.approx(100, abs=2.5)


def test_an_arm_that_has_the_server_to_itself_makes_its_own_crowd(results: Results) -> None:
    """There how busy it is depends on the arm, so all of its requests count alike."""
    requests = list(results.recording.select("lookup", "request"))
    counted = {r.cell.labels["design"] for r in requests if "under_way" in r.arrays}
    assert {r.cell.labels["design"] for r in requests} - counted == {"separate"}
