"""How much longer one arm takes than another, and how sure that is.

Within a block: the shift by Hodges and Lehmann (1963), which is the median of the differences
between every request of the one and every request of the other. It is what a difference of
medians estimates, with half to two thirds of its error where times are skewed. End to end, only
requests that found the server as busy are compared with each other. Over blocks:
the pseudomedian with the exact interval of Wilcoxon's signed ranks, which assumes no
distribution, only that blocks err to either side alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .loading import Samples, Series
from .statistics import CONFIDENCE, Estimate

FINE = 1e-9
"""Of the range of the samples: how closely a shift is closed in on before it is read off."""


Groups = Sequence[tuple[Samples, Samples]]
"""Samples of the one and of the other: every sample is compared with those in its group alone."""


def paired_cost(mine: Series, other: Series) -> Estimate | None:
    """Estimate how much more *mine* took than *other*.

    Only blocks that both have samples of count: what disturbed one of a pair disturbed the other.
    None where there is no such block.
    """
    pairs = {block: mine.beside(other, block) for block in mine.blocks if block in other.blocks}
    shared = {block: groups for block, groups in pairs.items() if _pairs(groups)}
    if not shared:
        return None
    costs = np.array([shift(groups) for groups in shared.values()])
    return over_differences(costs, n=sum(mine.blocks[block].size for block in shared))


def shift(groups: Groups) -> float:
    """Return the median of all differences between a sample of the one and one of the other.

    Exact, in time that grows with the samples and not with their pairs.
    """
    groups = [(np.sort(mine), np.sort(other)) for mine, other in groups if mine.size and other.size]
    pairs = _pairs(groups)
    middle = _difference_at((pairs + 1) // 2, groups)
    return middle if pairs % 2 else (middle + _difference_at(pairs // 2 + 1, groups)) / 2


def over_differences(values: Samples, *, n: int) -> Estimate:
    """Estimate the pseudomedian of one difference a block: the median of the means of all pairs.

    Its limits are two of these means, so that the interval holds in 95 of 100 runs or more. With
    fewer than six blocks there are none so far out, and the limits are the outermost.
    """
    first, second = np.triu_indices(values.size)
    means = np.sort((values[first] + values[second]) / 2)
    value = float(np.median(means))
    if values.size < 2:
        return Estimate(value, None, None, n, values.size)
    beyond = max(means_beyond(values.size), 0)
    return Estimate(value, float(means[beyond]), float(means[-1 - beyond]), n, values.size)


def means_beyond(blocks: int) -> int:
    """Return how many means of pairs lie beyond either limit; -1 where 95 % cannot be reached.

    The sum of Wilcoxon's signed ranks is at most so large with a probability of 2.5 %: each sum is
    made in as many ways as there are sets of ranks that add up to it.
    """
    ways = np.zeros(blocks * (blocks + 1) // 2 + 1)
    ways[0] = 1
    for rank in range(1, blocks + 1):
        ways[rank:] += ways[:-rank].copy()
    likely = np.cumsum(ways) / 2.0**blocks
    return int(np.searchsorted(likely, (1 - CONFIDENCE) / 2, side="right")) - 1


def _pairs(groups: Groups) -> int:
    return sum(mine.size * other.size for mine, other in groups)


def _difference_at(rank: int, groups: Groups) -> float:
    """Return the difference that *rank* of all are not above, of sorted samples."""
    low = min(float(mine[0] - other[-1]) for mine, other in groups)
    high = max(float(mine[-1] - other[0]) for mine, other in groups)
    fine = FINE * max(high - low, np.finfo(float).tiny)
    while high - low > fine:
        middle = (low + high) / 2
        low, high = (low, middle) if _reached(middle, groups) >= rank else (middle, high)
    return max(_largest(high, mine, other) for mine, other in groups)


def _reached(most: float, groups: Groups) -> int:
    """Return how many of all differences are at most *most*."""
    return sum(
        mine.size * other.size - int(_first_within(most, mine, other).sum())
        for mine, other in groups
    )


def _largest(most: float, mine: Samples, other: Samples) -> float:
    """Return the largest difference of a group that is at most *most*; minus infinity if none."""
    firsts = _first_within(most, mine, other)
    there = firsts < other.size
    return float((mine[there] - other[firsts[there]]).max(initial=-np.inf))


def _first_within(most: float, mine: Samples, other: Samples) -> NDArray[np.intp]:
    """Give, for each of *mine*, the place of the first of *other* that is at most *most* below."""
    return np.searchsorted(other, mine - most, side="left")
