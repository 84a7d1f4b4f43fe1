from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bench.driving.schedule import Schedule, climbing, interleaved, separate


def _same(one: Schedule, other: Schedule) -> bool:
    return (
        np.array_equal(one.due_ns, other.due_ns)
        and np.array_equal(one.arm, other.arm)
        and np.array_equal(one.draw, other.draw)
    )


@given(seed=st.integers(0, 2**64 - 1), arms=st.integers(1, 20))
def test_one_seed_gives_one_schedule(seed: int, arms: int) -> None:
    assert _same(interleaved([seed], arms, 200.0, 2.0), interleaved([seed], arms, 200.0, 2.0))


def test_two_seeds_give_two_schedules() -> None:
    assert not _same(interleaved([1], 3, 200.0, 2.0), interleaved([2], 3, 200.0, 2.0))


def test_gaps_are_those_of_a_poisson_process() -> None:
    """Exponential gaps: the mean is 1/rate and the deviation as large as the mean."""
    gaps_s = np.diff(interleaved([7], 3, 1000.0, 20.0).due_ns) / 1e9
    assert abs(gaps_s.mean() * 1000.0 - 1.0) < 0.05
    assert abs(gaps_s.std() / gaps_s.mean() - 1.0) < 0.05


def test_every_arm_is_as_likely() -> None:
    schedule = interleaved([7], 4, 1000.0, 20.0)
    shares = np.bincount(schedule.arm, minlength=4) / len(schedule)
    assert np.all(np.abs(shares - 0.25) < 0.02)


def test_arms_are_interleaved() -> None:
    """No arm has a stretch of the block to itself."""
    schedule = interleaved([7], 4, 1000.0, 10.0)
    for quarter in np.array_split(schedule.arm, 4):
        assert {0, 1, 2, 3} == set(quarter.tolist())


def test_a_climb_has_one_rate_after_the_other() -> None:
    """Each for as long, with a gap before the next, and every arm in each."""
    rates = [200.0, 400.0, 800.0]
    schedule, starts_ns = climbing([7], 4, rates, 2.0, gap_s=0.5)
    assert starts_ns.tolist() == [0, 2_500_000_000, 5_000_000_000]
    assert np.all(np.diff(schedule.due_ns) >= 0)
    counted = 0
    for rate, start_ns in zip(rates, starts_ns, strict=True):
        own = (schedule.due_ns >= start_ns) & (schedule.due_ns < start_ns + 2_000_000_000)
        assert abs(own.sum() / 2.0 / rate - 1.0) < 0.15
        assert {0, 1, 2, 3} == set(schedule.arm[own].tolist())
        counted += int(own.sum())
    assert counted == len(schedule) == len(schedule.draw)


def test_separate_turns_do_not_overlap() -> None:
    schedule, turns_ns = separate([7], 5, 500.0, 0.2, 0.8, gap_s=0.3)
    assert np.all(np.diff(schedule.due_ns) >= 0)
    for arm, start_ns in enumerate(turns_ns):
        own = schedule.due_ns[schedule.arm == arm]
        assert len(own) > 0
        assert start_ns <= own.min()
        assert own.max() < start_ns + 1e9
        assert (own >= start_ns + 0.2e9).sum() == 400  # the same number for each, after warm-up


def test_separate_turns_come_in_an_order_drawn_from_the_seed() -> None:
    orders = {tuple(separate([seed], 5, 50.0, 0.2, 0.8, 0.1)[1].tolist()) for seed in range(10)}
    assert len(orders) > 1


def test_a_schedule_survives_a_file(tmp_path: Path) -> None:
    schedule = interleaved([7], 3, 100.0, 1.0)
    schedule.save(tmp_path / "schedule.npz")
    assert _same(schedule, Schedule.load(tmp_path / "schedule.npz"))
