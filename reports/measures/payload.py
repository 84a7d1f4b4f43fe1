"""Payload size: exact counts, equal on every machine, so no interval."""

from __future__ import annotations

from ..loading import Recording, Regime
from ..metrics import CATALOGUE
from ..rows import Row, row
from ..statistics import Estimate


def rows(recording: Recording) -> list[Row]:
    """Return every byte count of the run once; blocks that disagree are given as a range."""
    seen: dict[tuple[str, str, Regime], list[float]] = {}
    for recorded in recording.select("payload"):
        cell = recorded.cell
        for metric, value in cell.figures.items():
            if metric in CATALOGUE:
                seen.setdefault((cell.arm, metric, Regime.of(cell)), []).append(value)
    return [
        row(recording.run.name, "payload", arm, metric, _exact(values), regime)
        for (arm, metric, regime), values in seen.items()
    ]


def _exact(values: list[float]) -> Estimate:
    middle = sorted(values)[len(values) // 2]
    return Estimate(middle, min(values), max(values), 0, len(values))
