"""Break-even by the costs inside real requests: what the session saves, over its round trips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..figures import Found
from ..intervals import Estimate
from ..raw import Records


def found(_records: Records, before: Sequence[Found]) -> Iterator[Found]:
    """Every row of `break_even_request_rtt_ms`; it needs those of `lookup` in *before*."""
    near = [row for row in before if row.measure == "lookup" and _is_plain(row)]
    reads = {
        row.scheme: row.estimate.value
        for row in near
        if row.metric == "store_reads" and row.noted.get("layer") == "span"
    }
    for row in near:
        if row.metric != "auth_us_difference_p50":
            continue
        saved, trips = -row.estimate.value, reads.get(row.scheme, 0.0)
        trips -= reads.get(row.noted["less"], 0.0)
        if saved <= 0 or trips <= 0:
            continue
        one = row.estimate
        low, high = (
            None if end is None else max(0.0, -end / trips / 1e3) for end in (one.high, one.low)
        )
        crossing = Estimate(saved / trips / 1e3, low, high, one.n, one.rounds)
        metric = "break_even_request_rtt_ms"
        yield Found("lookup", row.scheme, metric, crossing, row.regime, row.noted)


def _is_plain(row: Found) -> bool:
    labels = row.regime.labels
    far = labels.get("design") == "far" or row.regime.conditions.get("store_rtt_ms")
    return labels.get("load") != "high" and not far
