"""Scale: the check over conditions, one point after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ..figures import Found
from ..intervals import Estimate, over, pooled_quantile
from ..raw import Cell, Records, Regime, Samples, Series
from .lookup import duration

COUNTS = (
    *("store_reads", "store_writes", "server_calls", "signature_checks"),
    *("credential_bytes", "process_bytes"),
)
TIMES = (
    ("verify_us_p50", "verify_ns", 0.5),
    ("verify_us_p99", "verify_ns", 0.99),
    ("floor_us_p50", "floor_ns", 0.5),
)


@dataclass(frozen=True)
class Point:
    """One scheme under one set of conditions: the median of each process, in microseconds."""

    arm: str
    regime: Regime
    rtt_ms: float
    """As measured through the proxy, where it was."""
    blocks: dict[int, float]

    @property
    def median(self) -> float:
        return float(np.median(list(self.blocks.values())))

    def condition(self, name: str) -> float:
        """One condition; 0 where it does not apply."""
        return self.regime.conditions.get(name) or 0.0


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row about single points."""
    for metric, array, q in TIMES:
        for one in records.series("scale", "hot", duration(array, 1e3)):
            estimate = pooled_quantile(one.blocks, q, records.seed)
            if estimate is not None:
                yield _row(one, metric, estimate)
    for metric in COUNTS:

        def take(cell: Cell, metric: str = metric) -> Samples | None:
            return np.array([cell.figures[metric]]) if metric in cell.figures else None

        for one in records.series("scale", "hot", take):
            yield _row(one, metric, over(one.values, records.seed))
    for one in records.series("scale", "revoke_all", duration("revoke_all_ns", 1e6)):
        estimate = pooled_quantile(one.blocks, 0.5, records.seed)
        if estimate is not None:
            yield _row(one, "revoke_all_ms_p50", estimate)


def points(records: Records) -> list[Point]:
    """Every point of the hot loop, the nearest store first."""
    measured_ms = _round_trips_ms(records)
    points = []
    for one in records.series("scale", "hot", duration("verify_ns", 1e3)):
        nominal = one.regime.conditions.get("store_rtt_ms") or 0.0
        medians = {block: float(np.median(part)) for block, part in one.blocks.items()}
        points.append(Point(one.arm, one.regime, measured_ms.get(nominal, nominal), medians))
    return sorted(points, key=lambda point: point.rtt_ms)


def _round_trips_ms(records: Records) -> dict[float, float]:
    """What the proxy made of each round trip that was asked for."""
    seen: dict[float, list[float]] = {}
    for cell in records.select("calibration", "proxy"):
        # Real requests went through relays of their own.
        if "proxy_rtt_us_p50" in cell.figures and cell.regime.labels.get("design") != "far":
            nominal = cell.regime.conditions.get("store_rtt_ms", 0.0)
            seen.setdefault(nominal, []).append(cell.figures["proxy_rtt_us_p50"] / 1e3)
    return {nominal: float(np.median(values)) for nominal, values in seen.items()}


def _row(one: Series, metric: str, estimate: Estimate) -> Found:
    return Found("scale", one.arm, metric, estimate, one.regime, {})
