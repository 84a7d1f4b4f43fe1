"""The rates of the run before, which the next one keeps to where it can.

What a server can do is found out within a second, and on a shared machine that may be a slow one.
Latency depends on the load, so two runs in a row are best compared at one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..records import RecordError, Run, read_cells, read_run
from .blocks import Rates

WITHIN = 1.5
"""Times or parts of what would be offered otherwise: further away it is another load."""


def earlier_rates(latest: Path, run: Run) -> Mapping[str, float]:
    """
    What the run in *latest* offered, in requests a second by load.

    Nothing unless it had the plan, the settings and the arms of *run*, nor if it cannot be read.
    """
    try:
        before = read_run(latest)
        if _measured_as(before) != _measured_as(run):
            return {}
        return {
            cell.labels["load"]: cell.figures["offered_rate"]
            for cell in read_cells(latest)
            if cell.measure == "calibration" and "arms_capacity" in cell.figures
        }
    except (RecordError, KeyError):
        return {}


def _measured_as(run: Run) -> bytes:
    # As they are written: a list that was read is a tuple before.
    return msgspec.json.encode((run.plan, run.settings, run.arms), order="sorted")


def kept_to(wanted: Rates, earlier: Mapping[str, float]) -> Rates:
    """
    *earlier* in place of *wanted* where it is about the same load.

    The high one is no higher than *wanted*, which was rehearsed: nobody knows how calm that would
    be. The low one is no higher than the high one.
    """
    high = _as_before(wanted.high, earlier.get("high"), most=1.0)
    low = _as_before(wanted.low, earlier.get("low"), most=min(WITHIN, high / wanted.low))
    return Rates(low, high)


def _as_before(wanted: float, earlier: float | None, most: float) -> float:
    """*earlier*, if it is at most *most* times *wanted* and no less than a `WITHIN` part of it."""
    if earlier is not None and wanted / WITHIN <= earlier <= most * wanted:
        return earlier
    return wanted
