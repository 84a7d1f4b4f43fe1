"""Differences of two arms recover known truths, and their intervals hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.differences import means_beyond, over_differences, paired_cost, shift
from reports.loading import Regime, Samples, Series
from reports.statistics import ENOUGH_BLOCKS, Estimate, holds_in


def _series(blocks: dict[int, Samples]) -> Series:
    return Series("", Regime(), blocks)


few_times = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


@given(few_times, few_times)
def test_a_shift_is_the_median_of_all_differences(mine: list[int], other: list[int]) -> None:
    """However many are equal: nanoseconds often are."""
    one, two = np.array(mine, float), np.array(other, float)
    assert shift([(one, two)]) == np.median(np.subtract.outer(one, two))


def test_a_shift_of_many_samples_is_exact_too() -> None:
    """Skewed, and of sizes that differ."""
    rng = np.random.default_rng(2)
    one, two = rng.lognormal(0, 1, 1_501), rng.lognormal(0.1, 1, 1_200)
    assert shift([(one, two)]) == np.median(np.subtract.outer(one, two))


def test_a_shift_errs_by_less_than_a_difference_of_medians() -> None:
    """Times of requests are skewed: most are near the least, and some wait behind others."""
    rng = np.random.default_rng(3)
    shifts, medians = [], []
    for _ in range(300):
        one, two = (0.3 + rng.lognormal(-2, 1, 300) for _ in range(2))
        shifts.append(shift([(one, two)]))
        medians.append(np.median(one) - np.median(two))
    assert np.std(shifts) < 0.85 * np.std(medians)


@pytest.mark.parametrize("blocks", [6, 7, 10, 16])
def test_interval_of_a_difference_holds_as_often_as_it_says(blocks: int) -> None:
    """Blocks are normal, or have heavy tails: the interval assumes neither."""
    rng = np.random.default_rng(blocks)
    runs = 1_000
    for drawn in (rng.normal(5, 1, (runs, blocks)), 5 + rng.standard_t(3, (runs, blocks))):
        covered = 0
        for values in drawn:
            found = over_differences(values, n=blocks)
            assert found.low is not None
            assert found.high is not None
            covered += found.low <= 5 <= found.high
        assert covered / runs > 0.93


def test_limits_are_those_of_published_tables() -> None:
    """Wilcoxon's critical values for 5 % on two sides; the least sums are 0, 1, 2 and so on."""
    critical = {6: 0, 7: 2, 8: 3, 9: 5, 10: 8, 12: 13, 15: 25, 20: 52}
    assert {blocks: means_beyond(blocks) for blocks in critical} == critical


def test_few_blocks_give_their_range() -> None:
    """Below six blocks no sum is unlikely enough, and the range holds less often than 95 %."""
    assert means_beyond(ENOUGH_BLOCKS) == 0
    assert means_beyond(ENOUGH_BLOCKS - 1) == -1
    assert over_differences(np.array([4.0, 1.0, 2.0]), n=9) == Estimate(2.25, 1.0, 4.0, 9, 3)
    assert holds_in(3) == 0.75


def test_one_disturbed_block_does_not_carry_a_difference() -> None:
    """Nine blocks agree, one is a hundred times off."""
    found = over_differences(np.array([1.0] * 9 + [100.0]), n=1)
    assert (found.value, found.low) == (1.0, 1.0)


def test_paired_cost_recovers_a_shift_that_block_noise_is_ten_times_as_large_as() -> None:
    """Blocks differ by 50 us, the arms by 5: only the pairing can see it."""
    rng = np.random.default_rng(4)
    shifts = rng.normal(0, 50, 12)
    reference = {b: 100 + shifts[b] + rng.gamma(2, 2, 500) for b in range(12)}
    dearer = {b: 105 + shifts[b] + rng.gamma(2, 2, 500) for b in range(12)}
    found = paired_cost(_series(dearer), _series(reference))
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.value == pytest.approx(5, abs=0.3)
    assert found.low < 5 < found.high
    assert found.high - found.low < 1


def test_paired_cost_counts_only_blocks_that_both_have() -> None:
    """An interrupted block has one arm without the other, and says nothing of their difference."""
    both = {0: np.zeros(9), 1: np.zeros(9)}
    found = paired_cost(_series({0: np.ones(9), 1: np.full(9, 99.0)}), _series({0: np.zeros(9)}))
    assert found == Estimate(1.0, None, None, 9, 1)
    found = paired_cost(_series({0: np.ones(9), 1: np.array([])}), _series(both))
    assert found == Estimate(1.0, None, None, 9, 1)
    assert paired_cost(_series({0: np.array([])}), _series({0: np.ones(3)})) is None


def test_only_requests_that_found_the_server_as_busy_are_compared() -> None:
    """Of the first block: 5 with 1 and 1, and 90 with 50; of the second nothing that agrees."""
    busy = {0: np.array([0, 2], np.int8), 1: np.array([1], np.int8)}
    mine = Series("", Regime(), {0: np.array([5.0, 90.0]), 1: np.array([7.0])}, busy)
    others = {0: np.array([0, 0, 2], np.int8), 1: np.array([0], np.int8)}
    other = Series("", Regime(), {0: np.array([1.0, 1.0, 50.0]), 1: np.array([1.0])}, others)
    assert paired_cost(mine, other) == Estimate(4.0, None, None, 2, 1)


@given(st.lists(st.tuples(few_times, few_times), min_size=1, max_size=3))
def test_a_shift_within_groups_is_the_median_of_their_differences(
    drawn: list[tuple[list[int], list[int]]],
) -> None:
    groups = [(np.array(mine, float), np.array(other, float)) for mine, other in drawn]
    apart = np.concatenate([np.subtract.outer(mine, other).ravel() for mine, other in groups])
    assert shift(groups) == np.median(apart)
