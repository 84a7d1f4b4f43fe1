"""What a name in `results.csv` stands for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One metric: its name, the measure it belongs to, its unit and its meaning."""

    name: str
    measure: str
    unit: str
    meaning: str


def listed(measure: str, *described: tuple[str, str, str]) -> list[Metric]:
    """Return metrics of one measure from name, unit and meaning."""
    return [Metric(name, measure, unit, meaning) for name, unit, meaning in described]
