"""Rows of the grid of conditions as lines: one a scheme, along one condition."""

from __future__ import annotations

from ..measures.scale import along, round_trips
from ..results import Results
from ..rows import Row

CONDITIONS = {"store_rtt": "store_rtt_ms"}


def lines(results: Results, axis: str, metric: str = "verify_us_p50") -> dict[str, list[Row]]:
    """Return the rows of *metric* along *axis*, by scheme, all else unchanged."""
    wanted = {
        (scheme, point.regime)
        for scheme, points in along(results.points, axis).items()
        for point in points
    }
    texts = {(scheme, _key_of(regime.conditions)) for scheme, regime in wanted}
    found: dict[str, list[Row]] = {}
    for row in results.of(metric):
        if row.measure != "scale" or row.axis != axis:
            continue
        if (row.scheme, _key(row)) in texts:
            found.setdefault(row.scheme, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: at(results, row, axis))
    kept = {scheme: rows for scheme, rows in found.items() if len(rows) > 1}
    return dict(sorted(kept.items(), key=lambda item: (-item[1][-1].value, item[0])))


def at(results: Results, row: Row, axis: str) -> float:
    """Return where on *axis* the row stands; a round trip as it was measured."""
    if axis == "store_rtt":
        nominal = row.store_rtt_ms or 0.0
        return round_trips(results.recording).get(nominal, nominal)
    return float(getattr(row, axis) or 0)


def _key_of(conditions: tuple[tuple[str, float], ...]) -> tuple[float, ...]:
    known = dict(conditions)
    names = ("store_rtt_ms", "population", "claims", "denied")
    return tuple(known.get(name) or 0.0 for name in names)


def _key(row: Row) -> tuple[float, ...]:
    denied = float(row.denied or 0)
    return (row.store_rtt_ms or 0.0, float(row.population or 0), float(row.claims or 0), denied)
