"""A recorded run as `audit` takes it, without reading the file twice."""

from __future__ import annotations

import msgspec

from audit.raw import Cell, Records, Regime
from bench.records import Recorded

from .loading import Recording


def records_of(recording: Recording) -> Records:
    """Return *recording* for the self-checks of `audit`, which share its arrays."""
    run = msgspec.to_builtins(recording.run)
    return Records(recording.folder, run, [_cell(one) for one in recording.cells], None)


def _cell(recorded: Recorded) -> Cell:
    cell = recorded.cell
    return Cell(
        id=cell.id,
        measure=cell.measure,
        layer=cell.layer,
        arm=cell.arm,
        block=cell.block,
        regime=Regime(cell.conditions, cell.labels),
        figures=cell.figures,
        gates=[msgspec.to_builtins(gate) for gate in cell.gates],
        arrays=recorded.arrays,
    )
