"""Estimates and their intervals: the block, not the request, is the unit.

The requests of one block share a server process and a moment, so they are not independent; a
bootstrap over requests would give intervals far too narrow. Everything here resamples blocks.
A percentile is taken over the pooled samples; percentiles are never averaged. What one arm takes
more than another has an interval of its own kind, in `differences`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from .loading import Samples

CONFIDENCE = 0.95
RESAMPLES = 2000
SAMPLES_NEEDED = {0.5: 1, 0.9: 100, 0.99: 1_000, 0.999: 10_000}
"""How many samples each block must have before a percentile is printed."""
GRID = 1_000
ENOUGH_BLOCKS = 6
"""From here on an interval of 95 % exists without assuming a distribution."""


@dataclass(frozen=True)
class Estimate:
    """A figure, its 95 % interval where there can be one, and what it rests on."""

    value: float
    low: float | None
    high: float | None
    n: int
    rounds: int

    def scaled(self, factor: float) -> Estimate:
        """Return the same in a unit *factor* times smaller."""
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return Estimate(self.value * factor, low, high, self.n, self.rounds)


def quantile(blocks: Mapping[int, Samples], q: float, seed: int) -> Estimate | None:
    """Estimate the *q* quantile of the pooled samples; None if the blocks are too small for it."""
    parts = [samples for samples in blocks.values() if samples.size]
    if not parts or min(part.size for part in parts) < SAMPLES_NEEDED.get(q, 1):
        return None
    pooled = np.sort(np.concatenate(parts))
    value = float(np.quantile(pooled, q))
    if len(parts) < 2:
        return Estimate(value, None, None, pooled.size, len(parts))
    low, high = _pooled_interval(parts, pooled, q, seed)
    return Estimate(value, min(low, value), max(high, value), pooled.size, len(parts))


def over(values: Samples, seed: int, *, n: int, statistic: str = "median") -> Estimate:
    """Estimate the median (or mean) of one value a block, with a bootstrap interval."""
    take = np.median if statistic == "median" else np.mean
    value = float(take(values))
    if values.size < 2 or np.ptp(values) == 0:
        exact = value if values.size > 1 else None
        return Estimate(value, exact, exact, n, values.size)
    low, high = limits(resampled(values, seed, statistic), values.size)
    return Estimate(value, low, high, n, values.size)


def resampled(values: Samples, seed: int, statistic: str = "median") -> Samples:
    """Return the statistic of *values* drawn anew; equal seeds and sizes draw the same blocks."""
    drawn = np.random.default_rng(seed).integers(0, values.size, (RESAMPLES, values.size))
    take = np.median if statistic == "median" else np.mean
    return np.asarray(take(values[drawn], axis=1))


def limits(again: Samples, blocks: int) -> tuple[float, float]:
    """Return the limits of an interval from what came out *again* when *blocks* were resampled.

    As many resamples lie beyond them as Student's t and the variance of so few blocks ask for,
    not 2.5 % on either side: those miss the truth in 6 to 16 of 100 runs with six to ten blocks
    (docs/decisions/0008). The expanded percentile interval of Hesterberg (2015), What Teachers
    Should Know About the Bootstrap, 5.3.
    """
    reach = special.stdtrit(blocks - 1, (1 + CONFIDENCE) / 2) * (blocks / (blocks - 1)) ** 0.5
    beyond = 100 * special.ndtr(-reach)
    low, high = np.percentile(again, (beyond, 100 - beyond))
    return float(low), float(high)


def clopper_pearson(found: int, trials: int) -> tuple[float, float]:
    """Return exact 95 % limits of a share; with nothing found the upper one is one-sided."""
    if trials == 0:
        return 0.0, 1.0
    tail = (1 - CONFIDENCE) if found in (0, trials) else (1 - CONFIDENCE) / 2
    low = 0.0 if found == 0 else float(special.betaincinv(found, trials - found + 1, tail))
    high = (
        1.0 if found == trials else float(special.betaincinv(found + 1, trials - found, 1 - tail))
    )
    return low, high


def one_sided(found: int, trials: int) -> float:
    """Return the upper limit that a share is under with 95 % confidence."""
    return (
        1.0 if found == trials else float(special.betaincinv(found + 1, trials - found, CONFIDENCE))
    )


def noise_floor(identical: Estimate) -> float:
    """Return what two identical arms may differ by: the far end of the interval between them.

    Without an interval it is the difference that was seen.
    """
    ends = [identical.value, identical.low, identical.high]
    return max(abs(end) for end in ends if end is not None)


def times_as_long(effect: float, noise: float, reach: float = 0.0) -> float:
    """Say how many times as long a run must be for *effect* to be told.

    It must come to twice the noise floor, and its interval, which reaches *reach* from it towards
    zero, must end before zero. Both shrink with the square root of the number of blocks.
    """
    if effect == 0:
        return float("inf")
    return max(1.0, (max(2 * noise, reach) / abs(effect)) ** 2)


def holds_in(rounds: int) -> float:
    """Return the share of runs whose interval covers the truth, if it spans *rounds* blocks."""
    return CONFIDENCE if rounds >= ENOUGH_BLOCKS else 1 - 2.0 ** (1 - rounds)


def _pooled_interval(
    parts: Sequence[Samples], pooled: Samples, q: float, seed: int
) -> tuple[float, float]:
    """Bootstrap a pooled quantile over blocks.

    How many samples of each block lie below each value of a grid is counted once; a resample is
    then a weighted sum of those counts, not another sort, and its quantile found by halving.
    """
    grid = _grid(pooled, q)
    below = np.array([np.searchsorted(np.sort(part), grid, side="right") for part in parts])
    sizes = np.array([part.size for part in parts])
    drawn = np.random.default_rng(seed).integers(0, len(parts), (RESAMPLES, len(parts)))
    needed = q * sizes[drawn].sum(axis=1)
    low, high = np.zeros(RESAMPLES, np.int64), np.full(RESAMPLES, grid.size - 1)
    while (low < high).any():
        middle = (low + high) // 2
        enough = below[drawn, middle[:, None]].sum(axis=1) >= needed
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
    return limits(grid[low], len(parts))


def _grid(pooled: Samples, q: float) -> Samples:
    """Choose the values a resampled quantile may take: dense in the tail when *q* is there."""
    start = 0.0 if q <= 0.5 else 1 - (1 - q) * 8
    positions = np.linspace(max(0.0, start), 1.0, GRID) * (pooled.size - 1)
    return np.asarray(pooled[np.unique(positions.astype(np.int64))])
