"""The catalogue of metrics: every name that may stand in `results.csv`, its unit and meaning.

docs/metrics.md is this catalogue for readers; a test holds the two together.
"""

from __future__ import annotations

from .calibration import CALIBRATION
from .journey import JOURNEY
from .lookup import LOOKUP, SCALE
from .metric import Metric as Metric
from .payload import PAYLOAD
from .revocation import OUTAGE, REVOCATION

CATALOGUE: dict[str, Metric] = {
    metric.name: metric
    for metric in [*LOOKUP, *SCALE, *JOURNEY, *REVOCATION, *OUTAGE, *PAYLOAD, *CALIBRATION]
}


def recorded(measure: str) -> list[str]:
    """Name the metrics that a cell of *measure* may hold as a figure."""
    return [metric.name for metric in CATALOGUE.values() if metric.measure == measure]


def unit_of(name: str) -> str:
    """Return the unit of the metric; KeyError for one that is not in the catalogue."""
    return CATALOGUE[name].unit
