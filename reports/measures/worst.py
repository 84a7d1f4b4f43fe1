"""The worst history of a run: the one revocation that took longest to bite, probe by probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..loading import Recording, Regime
from ..rows import Row, row
from .revocation import ACCEPTED, REJECTED, Trials, probes_of


@dataclass(frozen=True)
class NodeHistory:
    """What one node answered, and when it was asked: ms since the acknowledgement."""

    node: int
    accepted_ms: NDArray[np.float64]
    rejected_ms: NDArray[np.float64]
    other_ms: NDArray[np.float64]
    """Neither accepted nor rejected: an error."""


@dataclass(frozen=True)
class History:
    """One revocation on every node."""

    scheme: str
    regime: Regime
    bound_ms: float
    window_ms: float
    revoke_ms: float
    """From invoking the revoke to its acknowledgement, which is time zero."""
    late_accepts: int
    nodes: tuple[NodeHistory, ...]


def history(recording: Recording, gathered: Sequence[Trials]) -> History | None:
    """Return the trial with the most late accepts, else the longest window; None without one."""
    candidates = [
        (trial.late_accepts, trial.window_ms, one, trial)
        for one in gathered
        for trial in one.trials
        if recording.arm(one.arm).mechanism != "control"
        if one.regime.label("phase") != "all"
        # A slow clock makes a window that is as long as the clock is slow.
        if trial.late_accepts or one.regime.label("phase") != "skewed"
    ]
    if not candidates:
        return None
    late, window_ms, one, trial = max(candidates, key=lambda found: found[:2])
    if not window_ms:
        return None
    arrays = next(r.arrays for r in recording.cells if r.cell.id == trial.cell)
    probes = probes_of(arrays, trial.index)
    since_ms = (probes["invoke_ns"] - arrays["trial_ack_ns"][trial.index]) / 1e6
    nodes = []
    for node in np.unique(probes["node"]):
        here = probes["node"] == node
        accepted, rejected = probes["status"] == ACCEPTED, probes["status"] == REJECTED
        nodes.append(
            NodeHistory(
                int(node),
                since_ms[here & accepted],
                since_ms[here & rejected],
                since_ms[here & ~accepted & ~rejected],
            )
        )
    return History(
        one.arm, one.regime, one.bound_ms, window_ms, trial.revoke_ms, late, tuple(nodes)
    )


def rows(recording: Recording, worst: History | None) -> list[Row]:
    """Return the last accept and the first reject of every node in the worst history."""
    found: list[Row] = []
    for one in worst.nodes if worst else ():
        assert worst is not None
        ends = {
            "history_last_accept_ms": one.accepted_ms[-1:],
            "history_first_reject_ms": one.rejected_ms[one.rejected_ms > -worst.revoke_ms][:1],
        }
        for metric, at_ms in ends.items():
            if at_ms.size:
                found.append(
                    row(
                        recording.run.name,
                        "revocation",
                        worst.scheme,
                        metric,
                        float(at_ms[0]),
                        worst.regime,
                        node=one.node,
                    )
                )
    return found
