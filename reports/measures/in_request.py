"""Break-even by what checks cost inside real requests: how far away a store makes both cost alike.

A hot loop finds its code and its store at hand, so near distance zero it contradicts the request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..metrics import unit_of
from ..rows import Row

METRIC = "break_even_request_rtt_ms"


def rows(timed: Sequence[Row]) -> list[Row]:
    """Give the round trip at which each session costs what each token does; *timed* are of lookup.

    None where the session costs more already, or asks its store no more often than the token.
    """
    reads = {
        row.scheme: row.value
        for row in timed
        if row.metric == "store_reads" and row.layer == "span" and row.plain
    }
    found = []
    for row in timed:
        more = reads.get(row.scheme, 0.0) - reads.get(row.less, 0.0)
        wanted = row.metric == "auth_us_difference_p50" and row.plain
        if not wanted or more <= 0 or row.value >= 0:
            continue
        # The ends change sides: the less a session saves, the sooner a round trip eats it up.
        low, high = (None if end is None else _at(end, more) for end in (row.ci_high, row.ci_low))
        found.append(
            replace(
                row,
                metric=METRIC,
                unit=unit_of(METRIC),
                value=_at(row.value, more),
                ci_low=low,
                ci_high=high,
            )
        )
    return found


def _at(difference_us: float, reads: float) -> float:
    return max(-difference_us / reads / 1e3, 0.0)
