"""The revocation that took longest to bite: what every node last accepted and first refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..figures import Found
from ..intervals import Estimate
from ..raw import Cell, Records

ACCEPT, REJECT = 200, 401


def worst_history(records: Records, cells: Sequence[Cell]) -> Iterator[Found]:
    """Rows about the trial with the most late accepts, else with the longest window, if any."""
    candidates = [
        (*_how_bad(cell, trial, bound_ms_of(records, cell)), cell, trial)
        for cell in cells
        if records.arm(cell.arm).get("mechanism", "control") != "control"
        for trial in np.unique(cell.arrays["trial"]).tolist()
    ]
    if not candidates:
        return
    _, window_ms, cell, trial = max(candidates, key=lambda one: one[:2])
    if window_ms > 0:
        yield from _ends(cell, trial)


def bound_ms_of(records: Records, cell: Cell) -> float:
    """Return the bound that *cell* says was claimed, else that of its scheme."""
    own_ms = float(records.arm(cell.arm).get("bound_s", 0.0)) * 1e3
    return cell.figures.get("claimed_bound_ms", own_ms)


def _how_bad(cell: Cell, trial: int, bound_ms: float) -> tuple[int, float]:
    """Late accepts, and the longest window."""
    mine = (cell.arrays["trial"] == trial) & (cell.arrays["status"] == ACCEPT)
    since_ms = (cell.arrays["invoke_ns"][mine] - cell.arrays["trial_ack_ns"][trial]) / 1e6
    late = int((since_ms > bound_ms).sum())
    # A slow clock makes a window that is as long as the clock is slow.
    is_told = late or cell.regime.labels.get("phase") != "skewed"
    return late, float(since_ms.max(initial=0.0)) if is_told else 0.0


def _ends(cell: Cell, trial: int) -> Iterator[Found]:
    arrays = cell.arrays
    ack, asked = arrays["trial_ack_ns"][trial], arrays["trial_invoke_ns"][trial]
    mine = arrays["trial"] == trial
    for node in np.unique(arrays["node"][mine]).tolist():
        here = mine & (arrays["node"] == node)
        invoke, status = arrays["invoke_ns"], arrays["status"]
        accepted = invoke[here & (status == ACCEPT)]
        refused = invoke[here & (status == REJECT) & (invoke > asked)]
        ends = {
            "history_last_accept_ms": accepted.max() if accepted.size else None,
            "history_first_reject_ms": refused.min() if refused.size else None,
        }
        for metric, instant in ends.items():
            if instant is not None:
                estimate = Estimate(float(instant - ack) / 1e6)
                noted = {"node": str(node)}
                yield Found("revocation", cell.arm, metric, estimate, cell.regime, noted)
