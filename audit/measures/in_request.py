"""Break-even inside real requests: where a session's lead over a token turns into a lag."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from ..figures import Found
from ..intervals import Estimate
from ..raw import Records


def found(_records: Records, before: Sequence[Found]) -> Iterator[Found]:
    """Every row of `break_even_request_rtt_ms`; it needs those of `lookup` in *before*."""
    timed = [row for row in before if row.measure == "lookup" and not _is_high(row)]
    reads = {
        row.scheme: row.estimate.value
        for row in timed
        if row.metric == "store_reads" and row.noted.get("layer") == "span" and not _rtt_ms(row)
    }
    pairs: dict[tuple[str, str], dict[float, Found]] = defaultdict(dict)
    for row in timed:
        if row.metric == "app_us_difference_p50":
            pairs[row.scheme, row.noted["less"]].setdefault(_rtt_ms(row), row)
    for (session, token), by_rtt in pairs.items():
        if reads.get(session, 0.0) <= reads.get(token, 0.0) or min(by_rtt) > 0:
            continue
        at_ms = sorted(by_rtt)
        near, estimates = by_rtt[0.0], [by_rtt[one].estimate for one in at_ms]
        value = _turns(at_ms, [one.value for one in estimates])
        if value is None:
            continue
        soonest = _turns(at_ms, [one.high for one in estimates])
        if soonest is None and (estimates[0].high or 0.0) > 0:
            soonest = 0.0
        latest = _turns(at_ms, [one.low for one in estimates])
        ends = (None, None) if soonest is None or latest is None else (soonest, latest)
        crossing = Estimate(value, ends[0], ends[1], near.estimate.n, near.estimate.rounds)
        metric = "break_even_request_rtt_ms"
        yield Found("lookup", session, metric, crossing, near.regime, near.noted)


def _turns(at_ms: Sequence[float], differences: Sequence[float | None]) -> float | None:
    """The first distance from which a difference is above zero, by straight lines between."""
    for place in range(1, len(at_ms)):
        low, high = differences[place - 1], differences[place]
        if low is None or high is None or low > 0 or high <= 0:
            continue
        return float(np.interp(0.0, [low, high], [at_ms[place - 1], at_ms[place]]))
    return None


def _is_high(row: Found) -> bool:
    return row.regime.labels.get("load") == "high"


def _rtt_ms(row: Found) -> float:
    return float(row.regime.conditions.get("store_rtt_ms") or 0.0)
