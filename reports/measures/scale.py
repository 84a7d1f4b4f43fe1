"""The hot loop over a grid of conditions: store round trip, population, denylist, claims.

One cell is one scheme in one process at one point of the grid. What is computed from the grid
as a whole stands in `break_even` and `model`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..loading import Recorded, Recording, Regime, Samples, Series
from ..rows import FAR, Row, row
from ..statistics import over, quantile
from .lookup import timed

COUNTS = (
    *("store_reads", "store_writes", "server_calls", "signature_checks"),
    *("credential_bytes", "process_bytes"),
)
ROUND_TRIP = "store_rtt"
AXES = (ROUND_TRIP, "population", "denied", "claims")
HELD_OUT = "held-out"


@dataclass(frozen=True)
class Point:
    """One scheme at one point of the grid: the median of each block, which is one process."""

    scheme: str
    regime: Regime
    rtt_ms: float
    """As measured through the delay where the run did, else as it was asked for."""
    blocks: Mapping[int, float]

    @property
    def axis(self) -> str:
        """The condition that was varied."""
        return self.regime.label("axis")

    @property
    def held_out(self) -> bool:
        """Whether the cost model must foretell this point rather than learn from it."""
        return self.regime.label("role") == HELD_OUT

    def condition(self, name: str) -> float:
        """Return one condition; 0 where it does not apply."""
        return self.regime.condition(name) or 0.0

    @property
    def median(self) -> float:
        """The median over blocks."""
        return float(np.median(list(self.blocks.values())))


def points(recording: Recording) -> list[Point]:
    """Return every point of the grid that was measured."""
    delays = round_trips(recording)
    found = []
    for one in recording.series("scale", "hot", timed("verify_ns", 1e3)):
        nominal = one.regime.condition("store_rtt_ms") or 0.0
        medians = {block: float(np.median(part)) for block, part in one.blocks.items()}
        point = Point(one.arm, one.regime, delays.get(nominal, nominal), medians)
        found.append(point)
    return sorted(found, key=lambda point: point.rtt_ms)


def round_trips(recording: Recording) -> dict[float, float]:
    """Return the round trip measured through the delay, in ms, by the one asked for."""
    seen: dict[float, list[float]] = {}
    for recorded in recording.select("calibration", "proxy"):
        if recorded.cell.labels.get("design") == FAR:
            continue  # of other relays, which real requests went through
        value = recorded.cell.figures.get("proxy_rtt_us_p50")
        if value is not None:
            nominal = recorded.cell.conditions.get("store_rtt_ms", 0.0)
            seen.setdefault(nominal, []).append(value / 1e3)
    return {nominal: float(np.median(values)) for nominal, values in seen.items()}


def along(found: Iterable[Point], axis: str) -> dict[str, list[Point]]:
    """Return the points that one axis was walked along with all else unchanged, by scheme."""
    varied = {ROUND_TRIP: "store_rtt_ms"}.get(axis, axis)
    chosen: dict[str, list[Point]] = {}
    groups: dict[tuple[str, object], list[Point]] = {}
    for point in found:
        if point.axis == axis:
            others = tuple(kv for kv in point.regime.conditions if kv[0] != varied)
            groups.setdefault((point.scheme, others), []).append(point)
    for (scheme, _), points_of in groups.items():
        if len(points_of) > len(chosen.get(scheme, [])):
            chosen[scheme] = points_of
    return chosen


def rows(recording: Recording) -> list[Row]:
    """Return every figure of the grid, one point after the other."""
    found: list[Row] = []
    for metric, array in (("verify_us", "verify_ns"), ("floor_us", "floor_ns")):
        series = recording.series("scale", "hot", timed(array, 1e3))
        found += _quantiles(recording, metric, series)
    for metric in COUNTS:
        found += _medians(recording, "hot", metric)
    return found + _revoking_all(recording)


def _quantiles(recording: Recording, metric: str, series: list[Series]) -> list[Row]:
    name, seed = recording.run.name, recording.run.seed
    found = []
    for one in series:
        for suffix, q in (("p50", 0.5), ("p99", 0.99)):
            if metric == "floor_us" and suffix != "p50":
                continue
            estimate = quantile(one.blocks, q, seed)
            if estimate is not None:
                found.append(
                    row(name, "scale", one.arm, f"{metric}_{suffix}", estimate, one.regime)
                )
    return found


def _medians(recording: Recording, layer: str, metric: str) -> list[Row]:
    def take(recorded: Recorded) -> Samples | None:
        value = recorded.cell.figures.get(metric)
        return None if value is None else np.array([value])

    found = []
    for one in recording.series("scale", layer, take):
        values = np.concatenate(list(one.blocks.values()))
        estimate = over(values, recording.run.seed, n=0)
        found.append(row(recording.run.name, "scale", one.arm, metric, estimate, one.regime))
    return found


def _revoking_all(recording: Recording) -> list[Row]:
    found = []
    for one in recording.series("scale", "revoke_all", timed("revoke_all_ns", 1e6)):
        estimate = quantile(one.blocks, 0.5, recording.run.seed)
        if estimate is not None:
            name, metric = recording.run.name, "revoke_all_ms_p50"
            found.append(row(name, "scale", one.arm, metric, estimate, one.regime))
    return found
