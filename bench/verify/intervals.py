"""Estimates and intervals by the method docs/how-we-measure.md states, written a second time.

Percentile bootstrap over blocks: 2,000 times draw as many blocks as there are, with replacement,
from `numpy.random.default_rng(seed of the run)`; the limits are the 2.5 % and 97.5 % quantiles of
what comes out. A pooled quantile takes its value from a grid of 1,000 of the pooled samples,
which lies densely in the tail when the quantile does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from .raw import Samples

RESAMPLES = 2000
LIMITS = (0.025, 0.975)
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
    low, high = np.quantile(take(values[_drawn(seed, count)], axis=1), LIMITS)
    return Estimate(value, float(low), float(high), n, count)


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
    low, high = np.quantile(found, LIMITS)
    return Estimate(value, min(float(low), value), max(float(high), value), pooled.size, len(parts))


def paired(mine: Mapping[int, Samples], other: Mapping[int, Samples], seed: int) -> Estimate | None:
    """The median over shared blocks of the difference of their medians; None without any."""
    shared = [block for block in mine if block in other]
    if not shared:
        return None
    apart = np.array([np.median(mine[b]) - np.median(other[b]) for b in shared])
    return over(apart, seed, n=sum(mine[b].size for b in shared))


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
    low, high = np.quantile(np.median(above[drawn], axis=1) / bases, LIMITS)
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
