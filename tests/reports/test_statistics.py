"""Estimates recover known truths, and their intervals cover them as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from reports.statistics import (
    Estimate,
    clopper_pearson,
    holds_in,
    noise_floor,
    over,
    quantile,
    times_as_long,
)


@pytest.mark.parametrize("statistic", ["median", "mean"])
@pytest.mark.parametrize("blocks", [6, 7, 10, 16])
def test_interval_covers_the_truth_as_often_as_it_says(blocks: int, statistic: str) -> None:
    """A plain percentile interval holds the median of seven blocks in 88 of 100 runs, not 95."""
    rng = np.random.default_rng(7)
    runs, covered = 600, 0
    for seed in range(runs):
        found = over(rng.normal(3, 1, blocks), seed, n=blocks, statistic=statistic)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 3 <= found.high
    assert covered / runs > 0.92


def test_interval_of_a_pooled_quantile_covers_the_truth_as_often_as_it_says() -> None:
    """Ten blocks that differ by more than their samples do."""
    rng = np.random.default_rng(8)
    runs, covered = 200, 0
    for seed in range(runs):
        blocks = {b: rng.normal(rng.normal(0, 1), 0.2, 50) for b in range(10)}
        found = quantile(blocks, 0.5, seed)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0 <= found.high
    assert covered / runs > 0.92


def test_quantile_is_pooled_and_its_interval_is_over_blocks() -> None:
    """Two kinds of blocks: the interval spans both, though each block alone is very sure."""
    rng = np.random.default_rng(3)
    blocks = {b: rng.normal(10 if b % 2 else 20, 0.1, 2_000) for b in range(8)}
    found = quantile(blocks, 0.5, seed=1)
    pooled = np.concatenate(list(blocks.values()))
    assert found is not None
    assert found.value == pytest.approx(float(np.median(pooled)))
    assert found.low == pytest.approx(10, abs=0.5)
    assert found.high == pytest.approx(20, abs=0.5)


def test_interval_of_a_pooled_quantile_minds_how_large_blocks_are() -> None:
    """A resample of large blocks has more samples to count than one of small blocks."""
    rng = np.random.default_rng(5)
    sizes = (20, 4_000, 30, 25, 3_000, 40)
    found = quantile({b: rng.normal(50, 1, size) for b, size in enumerate(sizes)}, 0.5, seed=1)
    assert found is not None
    assert found.low == pytest.approx(50, abs=0.5)
    assert found.high == pytest.approx(50, abs=0.5)


@pytest.mark.parametrize(("q", "enough"), [(0.99, 1_000), (0.999, 10_000)])
def test_a_tail_is_not_given_from_too_few_samples(q: float, enough: int) -> None:
    """One block a sample short is enough to withhold it."""
    rng = np.random.default_rng(1)
    whole = {0: rng.normal(size=enough), 1: rng.normal(size=enough)}
    short = {0: rng.normal(size=enough), 1: rng.normal(size=enough - 1)}
    assert quantile(whole, q, seed=1) is not None
    assert quantile(short, q, seed=1) is None


def test_quantile_of_one_block_has_no_interval() -> None:
    """One block is one observation."""
    found = quantile({0: np.arange(100.0)}, 0.5, seed=1)
    assert found == Estimate(49.5, None, None, 100, 1)


def test_none_of_299_is_under_one_percent() -> None:
    """The rule of three hundred."""
    low, high = clopper_pearson(0, 299)
    assert low == 0
    assert high == pytest.approx(0.00997, abs=1e-4)
    assert clopper_pearson(0, 298)[1] > 0.01


def test_limits_of_a_share_in_the_middle() -> None:
    """5 of 10, as in Clopper and Pearson's own tables."""
    low, high = clopper_pearson(5, 10)
    assert low == pytest.approx(0.187, abs=1e-3)
    assert high == pytest.approx(0.813, abs=1e-3)


def test_limits_of_nothing_tried_say_nothing() -> None:
    """No probe, no knowledge."""
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def test_noise_floor_is_the_far_end_of_the_interval() -> None:
    """The sign of noise is an accident."""
    assert noise_floor(Estimate(-1.0, -4.0, 2.0, 10, 10)) == 4.0
    assert noise_floor(Estimate(-1.0, None, None, 10, 1)) == 1.0


def test_a_run_must_be_longer_by_the_square() -> None:
    """Half of what can be claimed takes four times as long."""
    assert times_as_long(2.0, 2.0) == 4.0
    assert times_as_long(9.0, 2.0) == 1.0
    assert times_as_long(0.0, 2.0) == float("inf")
    assert times_as_long(9.0, 2.0, reach=18.0) == 4.0


def test_few_blocks_are_told_for_what_they_are() -> None:
    """The range of three blocks holds the median in three of four runs."""
    assert holds_in(3) == 0.75
    assert holds_in(8) == 0.95
