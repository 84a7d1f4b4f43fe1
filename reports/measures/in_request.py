"""Break-even by what schemes add inside real requests: how far a store makes both cost alike.

A hot loop finds its code and its store at hand, so near distance zero it contradicts the request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from .. import headline
from ..metrics import unit_of
from ..rows import Row

METRIC = "break_even_request_rtt_ms"


def rows(timed: Sequence[Row]) -> list[Row]:
    """Return the round trip at which each session costs what each token does; *timed* of lookup.

    None where the session costs more already or less still, or asks its store no more often.
    """
    reads = {
        row.scheme: row.value
        for row in timed
        if row.metric == "store_reads" and row.layer == "span" and row.plain
    }
    pairs: dict[tuple[str, str], list[Row]] = {}
    for row in timed:
        more = reads.get(row.scheme, 0.0) - reads.get(row.less, 0.0)
        if row.metric == headline.DIFFERENCE and row.load != "high" and more > 0:
            pairs.setdefault((row.scheme, row.less), []).append(row)
    found = []
    for differences in pairs.values():
        differences.sort(key=_distance)
        if _distance(differences[0]):
            continue
        value = _crossing([(_distance(one), one.value) for one in differences])
        if value is None:
            continue
        # The ends change sides: the less a session saves, the sooner a round trip eats it up.
        low = _crossing([(_distance(one), one.ci_high) for one in differences])
        high = _crossing([(_distance(one), one.ci_low) for one in differences])
        if low is None and (differences[0].ci_high or 0.0) > 0:
            low = 0.0
        if low is None or high is None:
            low = high = None
        found.append(
            replace(
                differences[0],
                metric=METRIC,
                unit=unit_of(METRIC),
                value=value,
                ci_low=low,
                ci_high=high,
            )
        )
    return found


def _distance(row: Row) -> float:
    return row.store_rtt_ms or 0.0


def _crossing(line: Sequence[tuple[float, float | None]]) -> float | None:
    """Return the first place where a difference turns from less than zero to more."""
    for (left, before), (right, after) in pairwise(line):
        if before is not None and after is not None and before <= 0 < after:
            return left + (right - left) * before / (before - after)
    return None
