"""A run whose truths are known, because it is drawn from them: what statistics must recover.

It is written through bench.records, as the bench writes a real one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.records import Run, write_cell, write_environment, write_run

from . import drawing, grid, sizes, trouble
from .truths import ARMS as ARMS
from .truths import ENVIRONMENT, Ids
from .truths import Check as Check
from .truths import Shape as Shape
from .truths import Truth as Truth


def write(
    folder: Path, truth: Truth | None = None, shape: Shape | None = None, seed: int = 1
) -> Path:
    """Draw a run from *truth* and save it in *folder*."""
    truth, shape = truth or Truth(), shape or Shape()
    folder.mkdir(parents=True, exist_ok=True)
    rng, ids = np.random.default_rng(seed), Ids()
    run = Run(
        name=shape.name,
        plan="synthetic",
        seed=seed,
        started_at=1_790_000_000.0,
        ended_at=1_790_000_060.0 if shape.state == "complete" else None,
        state=shape.state,
        reason="" if shape.state == "complete" else "interrupted by the test",
        command="make bench PLAN=synthetic",
        blocks=shape.blocks,
        arms=[*ARMS, *shape.more_arms],
        settings=shape.settings,
        gates=list(shape.gates),
    )
    write_run(folder, run)
    write_environment(folder, ENVIRONMENT)
    writers = {
        "lookup": drawing.lookup,
        "revocation": drawing.revocation,
        "payload": sizes.payload,
        "calibration": drawing.calibration,
        "scale": grid.scale,
        "outage": trouble.outage,
    }
    for measure in shape.measures:
        for cell, arrays in writers[measure](truth, shape, rng, ids):
            write_cell(folder, cell, arrays)
    return folder
