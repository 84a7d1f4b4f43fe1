"""Whether two runs put schemes in the same order, over the pairs that both call different.

Each run compares every pair of its schemes block by block, by the headline metric, at low load with
the store where it is, and calls it different by the rule of the report's own sentences:
`certainty.told_apart`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from . import headline
from .certainty import is_backed, told_apart
from .loading import Series
from .measures.lookup import paired, timed_medians
from .results import Results
from .rows import Row, row
from .wording import measured

Pair = tuple[str, str]


@dataclass(frozen=True)
class Judged:
    """One pair that both runs call different: the first scheme less the second, in each run."""

    pair: Pair
    before: Row
    after: Row

    @property
    def turned(self) -> bool:
        """Whether the runs put the two in opposite order."""
        return (self.before.value > 0) != (self.after.value > 0)

    @property
    def meet(self) -> bool:
        """Whether the intervals of the two differences overlap."""
        ends = (self.before.ci_low, self.before.ci_high, self.after.ci_low, self.after.ci_high)
        first_low, first_high, second_low, second_high = (end or 0.0 for end in ends)
        return first_low <= second_high and second_low <= first_high


@dataclass(frozen=True)
class Order:
    """All pairs of schemes that both runs measured, and what they say of them."""

    pairs: int
    judged: tuple[Judged, ...]

    @property
    def turned(self) -> tuple[Judged, ...]:
        """The pairs that the runs put in opposite order."""
        return tuple(one for one in self.judged if one.turned)


def order(before: Results, after: Results) -> Order | None:
    """Compare the order of every pair; None where a run has no noise floor or no pair to judge."""
    first, second = differences(before), differences(after)
    shared = [pair for pair in first if pair in second]
    if (
        not shared
        or before.noise_us(headline.LAYER) is None
        or after.noise_us(headline.LAYER) is None
    ):
        return None
    judged = [
        Judged(pair, first[pair], second[pair])
        for pair in shared
        if _told(before, pair, first[pair]) and _told(after, pair, second[pair])
    ]
    return Order(len(shared), tuple(judged))


def _told(results: Results, pair: Pair, difference: Row) -> bool:
    noise = results.floor_us(headline.LAYER, *pair)
    if noise is None or not told_apart(difference, noise):
        return False
    return is_backed(results, difference, *pair)


def differences(results: Results) -> dict[Pair, Row]:
    """Return by how much each pair of schemes differs; of one measured again, only the first."""
    recording = results.recording
    series = [one for one in timed_medians(recording, headline.QUANTITY) if _is_plain(one)]
    names = sorted({one.arm for one in series if results.mechanism(one.arm) != "control"})
    found: dict[Pair, Row] = {}
    for one, other in combinations(names, 2):
        for regime_of, estimate in paired(series, one, other)[:1]:
            name, regime = recording.run.name, regime_of.regime
            found[one, other] = row(
                name, "lookup", one, headline.DIFFERENCE, estimate, regime, less=other
            )
    return found


def described(found: Order) -> Iterator[str]:
    """Say how far the two runs agree, and name every pair on which they do not."""
    alike = len(found.judged) - len(found.turned)
    overlap = sum(one.meet for one in found.judged)
    yield (
        f"Order in the app: of {found.pairs} pairs of schemes both runs call "
        f"{len(found.judged)} different, and put {alike} of these in the same order; for {overlap} "
        "the intervals of the difference overlap."
    )
    for one in found.turned:
        yield (
            f"  turned: {one.pair[0]} less {one.pair[1]}: {measured(one.before)} -> "
            f"{measured(one.after)}"
        )


def _is_plain(one: Series) -> bool:
    return row("", "lookup", one.arm, headline.DIFFERENCE, 0.0, one.regime).plain
