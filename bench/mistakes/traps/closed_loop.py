"""Coordinated omission: a generator that waits for answers forgives the server its pauses."""

from __future__ import annotations

import numpy as np

from ..freezing import Freeze
from ..shown import Shown, Way
from ..stage import CONTROL, Stage

NAME = "closed-loop"
RATE = 100
SECONDS = 4
FREEZE_AFTER_S = 1.0
FREEZE_S = 1.0
TIMES_LEAST = 10.0
"""The right figure over the wrong one, for the trap to be shown."""


def show(stage: Stage) -> Shown:
    """Freeze the node for a second under both ways."""
    pid = stage.node.pid
    with Freeze(pid, FREEZE_AFTER_S, FREEZE_S) as freeze:
        told = stage.textbook([CONTROL], SECONDS, wait=f"throughput:{RATE}", tick=freeze.tick)
        wrong_s = freeze.frozen_s
    with Freeze(pid, FREEZE_AFTER_S, FREEZE_S) as freeze:
        rows = stage.scheduled([CONTROL], SECONDS, RATE, tick=freeze.tick)
        right_s = freeze.frozen_s
    wrong_ms = told.only["p99_ms"]
    right_ms = float(np.quantile(rows["end_ns"] - rows["intended_ns"], 0.99)) / 1e6
    times = right_ms / max(wrong_ms, 1.0)
    late = int((rows["end_ns"] - rows["intended_ns"] > 0.1 * FREEZE_S * 1e9).sum())
    return Shown(
        name=NAME,
        title="a generator that waits for answers forgives the server its pauses",
        setting=f"The node stands still for {FREEZE_S:g} s of {SECONDS:g}, "
        f"at {RATE} requests a second.",
        wrong=Way(
            f"p99 {wrong_ms:.0f} ms, says Locust with constant_throughput: its user sent "
            f"{told.only['requests']:.0f} requests, waited, and dropped those it had missed",
            {"p99_ms": wrong_ms, "requests": told.only["requests"], "frozen_s": wrong_s},
        ),
        right=Way(
            f"p99 {right_ms:.0f} ms, counted from when each of {len(rows)} requests was due; "
            f"{late} of them waited a tenth of a second or more",
            {"p99_ms": right_ms, "requests": len(rows), "late": late, "frozen_s": right_s},
        ),
        verdict=f"the pause is in one p99 and not in the other: {times:.0f} times as much",
        shown=min(wrong_s, right_s) > 0 and times >= TIMES_LEAST,
    )
