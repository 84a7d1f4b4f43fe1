"""Estimates and intervals by the method docs/how-we-measure.md states, written a second time.

Expanded percentile bootstrap over blocks: 2,000 times draw as many blocks as there are, with
replacement, from `numpy.random.default_rng(seed of the run)`; the limits are the quantiles of what
comes out that Student's t with so few blocks asks for. A pooled quantile takes its value from a
grid of 1,000 of the pooled samples, which lies densely in the tail when the quantile does.
A difference of two arms is that of all pairs of their requests (end to end, of those that found as
many others under way), and its limits are Wilcoxon's.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .raw import Samples, Series

RESAMPLES = 2000
WITHIN = 0.95
GRID = 1000
NEEDED = {0.5: 1, 0.9: 100, 0.99: 1_000, 0.999: 10_000}
"""Samples in each block, or the quantile is not printed."""


@dataclass(frozen=True)
class Estimate:
    """A value with its limits, where there are any, and what it rests on."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int = 0
    rounds: int = 0


def over(values: Samples, seed: int, n: int = 0, take: Callable[..., Any] = np.median) -> Estimate:
    """*take* of one value a block, with its interval."""
    value, count = float(take(values)), int(values.size)
    if count < 2:
        return Estimate(value, n=n, rounds=count)
    if np.all(values == values[0]):
        return Estimate(value, value, value, n, count)
    low, high = limits(take(values[_drawn(seed, count)], axis=1), count)
    return Estimate(value, float(low), float(high), n, count)


def limits(again: Samples, count: int) -> Samples:
    """Where the interval of a figure ends that came out so *again* when *count* were resampled."""
    t = stats.t.ppf((1 + WITHIN) / 2, count - 1) * math.sqrt(count / (count - 1))
    return np.asarray(np.quantile(again, [stats.norm.sf(t), stats.norm.cdf(t)], axis=0))


def pooled_quantile(blocks: Mapping[int, Samples], q: float, seed: int) -> Estimate | None:
    """The *q* quantile of all samples; None where a block has too few of them."""
    parts = [np.sort(part) for part in blocks.values()]
    if min(part.size for part in parts) < NEEDED[q]:
        return None
    pooled = np.sort(np.concatenate(parts))
    value = float(np.quantile(pooled, q))
    if len(parts) < 2:
        return Estimate(value, n=pooled.size, rounds=len(parts))
    grid = pooled[_places(pooled.size, q)]
    below = np.array([np.searchsorted(part, grid, side="right") for part in parts])
    sizes = np.array([part.size for part in parts])
    # Few blocks can be drawn in few ways, whatever the order they come in.
    ways, way = np.unique(np.sort(_drawn(seed, len(parts)), axis=1), axis=0, return_inverse=True)
    # The first value of the grid that a share q of the drawn blocks' samples does not exceed.
    places = [np.searchsorted(below[drawn].sum(axis=0), q * sizes[drawn].sum()) for drawn in ways]
    found = grid[places][way]
    low, high = limits(found, len(parts))
    return Estimate(value, min(float(low), value), max(float(high), value), pooled.size, len(parts))


def paired(mine: Series, other: Series) -> Estimate | None:
    """By how much the blocks of one arm differ from those of another; None without shared ones.

    The median of the means of every two blocks, a block counting as two as well.
    """
    shared = {b: all_pairs(mine, other, b) for b in mine.blocks if b in other.blocks}
    apart = [found for found in shared.values() if found is not None]
    if not apart:
        return None
    n = sum(mine.blocks[b].size for b, found in shared.items() if found is not None)
    return over_blocks(apart, n)


def over_blocks(apart: Sequence[float], n: int = 0) -> Estimate:
    """The median of the means of every two of *apart*, one a block, with Wilcoxon's limits."""
    means = sorted((a + b) / 2 for a, b in itertools.combinations_with_replacement(apart, 2))
    value, count = float(np.median(means)), len(apart)
    if count < 2:
        return Estimate(value, n=n, rounds=count)
    left_out = _unlikely_rank_sums(count)
    return Estimate(value, float(means[left_out]), float(means[-1 - left_out]), n, count)


def all_pairs(mine: Series, other: Series, block: int) -> float | None:
    """The median of the differences between every sample of one and every sample of the other.

    Of those that found equal crowds, where these are known; None if there are no such pairs.
    """
    apart = np.subtract.outer(mine.blocks[block], other.blocks[block])
    if block in mine.crowds and block in other.crowds:
        apart = apart[np.equal.outer(mine.crowds[block], other.crowds[block])]
    return float(np.median(apart)) if apart.size else None


def _unlikely_rank_sums(count: int) -> int:
    """How many of the least sums of Wilcoxon's signed ranks may be left out on either side."""
    # The coefficient of x^s says how many sets of the ranks 1 to count have the sum s.
    sets = np.poly1d([1])
    for rank in range(1, count + 1):
        sets *= np.poly1d([1] + [0] * (rank - 1) + [1])
    up_to = np.cumsum(sets.coeffs[::-1]) / 2**count
    # The limit belongs to the largest sum that is unlikely; what is below it is left out.
    return max(int((up_to <= (1 - WITHIN) / 2).sum()) - 1, 0)


def share_of_medians(above: Samples, below: Samples, seed: int, n: int) -> Estimate | None:
    """The median of *above* over that of *below*, a value a block; None if *below* may be none."""
    count = int(above.size)
    drawn = _drawn(seed, count) if count > 1 else np.zeros((1, 1), np.int64)
    bases = np.median(below[drawn], axis=1)
    if np.median(below) <= 0 or np.any(bases <= 0):
        return None
    value = float(np.median(above) / np.median(below))
    if count < 2:
        return Estimate(value, n=n, rounds=count)
    low, high = limits(np.median(above[drawn], axis=1) / bases, count)
    return Estimate(value, min(float(low), value), max(float(high), value), n, count)


def share_limits(found: int, of: int) -> tuple[float, float]:
    """Exact (Clopper-Pearson) 95 % limits of a share; one-sided where all or none were found."""
    if of == 0:
        return 0.0, 1.0
    tail = 0.05 if found in (0, of) else 0.025
    low = stats.beta.ppf(tail, found, of - found + 1) if found else 0.0
    high = stats.beta.ppf(1 - tail, found + 1, of - found) if found < of else 1.0
    return float(low), float(high)


def medians_drawn(values: Samples, seed: int) -> Samples:
    """The median of each resample of *values*."""
    return np.asarray(np.median(values[_drawn(seed, int(values.size))], axis=1))


def _drawn(seed: int, count: int) -> NDArray[np.int64]:
    """Which blocks each resample takes: one line a resample."""
    return np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))


def _places(size: int, q: float) -> NDArray[np.int64]:
    first = 0.0 if q <= 0.5 else max(0.0, 1 - 8 * (1 - q))
    return np.unique((np.linspace(first, 1.0, GRID) * (size - 1)).astype(np.int64))
