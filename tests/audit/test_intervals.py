from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from audit.intervals import over, paired, pooled_quantile, share_limits
from audit.raw import Regime, Samples, Series


def test_the_interval_of_a_median_is_scipys() -> None:
    """The same draws from the same seed; scipy's own bootstrap as the witness."""
    values = np.random.default_rng(3).normal(size=12)
    found = over(values, seed=5)
    witness = stats.bootstrap(
        (values,),
        np.median,
        n_resamples=2000,
        method="percentile",
        confidence_level=1 - 2 * stats.norm.sf(stats.t.ppf(0.975, 11) * (12 / 11) ** 0.5),
        rng=np.random.default_rng(5),
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((witness.low, witness.high))


def test_blocks_that_are_equal_leave_no_doubt() -> None:
    found = over(np.array([2.0, 2.0, 2.0]), seed=1)
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)


def test_one_block_has_no_interval() -> None:
    found = over(np.array([2.0]), seed=1)
    assert (found.low, found.high) == (None, None)


def test_the_interval_of_a_pooled_quantile_covers_blocks_that_differ() -> None:
    """Six blocks around six levels: the interval spans levels, not the noise within one."""
    rng = np.random.default_rng(7)
    blocks = {n: rng.normal(100 + n, 0.01, size=500) for n in range(6)}
    found = pooled_quantile(blocks, 0.5, seed=1)
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < 101.5
    assert found.high > 103.5
    assert (found.n, found.rounds) == (3000, 6)


def test_a_tail_needs_samples_in_every_block() -> None:
    blocks = {0: np.arange(1000.0), 1: np.arange(999.0)}
    assert pooled_quantile(blocks, 0.99, seed=1) is None
    assert pooled_quantile(blocks, 0.9, seed=1) is not None


def _series(blocks: dict[int, Samples]) -> Series:
    return Series("", Regime({}, {}), blocks)


def test_only_blocks_that_both_have_are_paired() -> None:
    mine = {0: np.array([5.0]), 1: np.array([6.0]), 2: np.array([100.0])}
    found = paired(_series(mine), _series({0: np.array([1.0]), 1: np.array([1.0])}))
    assert found is not None
    assert (found.value, found.low, found.high) == (4.5, 4.0, 5.0)
    assert (found.n, found.rounds) == (2, 2)


def test_only_equal_crowds_are_paired() -> None:
    crowds = np.array([0, 2])
    mine = Series("", Regime({}, {}), {0: np.array([5.0, 90.0])}, {0: crowds})
    other = Series("", Regime({}, {}), {0: np.array([1.0, 70.0])}, {0: crowds})
    found = paired(mine, other)
    assert found is not None
    assert found.value == 12.0
    strangers = Series("", Regime({}, {}), {0: np.array([1.0])}, {0: np.array([1])})
    assert paired(mine, strangers) is None


def test_the_interval_of_a_difference_holds_what_wilcoxons_test_does_not_reject() -> None:
    """scipy's own test as the witness, a hair inside each limit and a hair outside."""
    apart = np.random.default_rng(4).normal(size=10)
    mine = {block: np.array([each]) for block, each in enumerate(apart)}
    found = paired(_series(mine), _series(dict.fromkeys(mine, np.zeros(1))))
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    for limit, inwards in ((found.low, 1e-9), (found.high, -1e-9)):
        assert stats.wilcoxon(apart - (limit + inwards), method="exact").pvalue > 0.05
        assert stats.wilcoxon(apart - (limit - inwards), method="exact").pvalue <= 0.05


@pytest.mark.parametrize(("found", "of"), [(0, 299), (3, 50), (50, 50), (0, 0)])
def test_the_limits_of_a_share_are_exact(found: int, of: int) -> None:
    low, high = share_limits(found, of)
    if (found, of) == (0, 299):
        assert (low, high < 0.01) == (0.0, True)
    elif of == 0:
        assert (low, high) == (0.0, 1.0)
    else:
        exact = stats.binomtest(found, of).proportion_ci(0.95 if found < of else 0.90)
        assert (low, high) == pytest.approx((exact.low, exact.high))
