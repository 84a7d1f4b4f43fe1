"""Phase lock: users who were spawned together ask together, and queue behind each other."""

from __future__ import annotations

import numpy as np

from ..shown import Shown, Way
from ..stage import CONTROL, Stage

NAME = "phase-lock"
USERS = 40
PACING_S = 0.4
SECONDS = 4
TIMES_LEAST = 1.5


def show(stage: Stage) -> Shown:
    """Send the same number of requests a second in step, and out of step."""
    told = stage.textbook([CONTROL], SECONDS, users=USERS, wait=f"pacing:{PACING_S}")
    rate = USERS / PACING_S
    rows = stage.scheduled([CONTROL], SECONDS, rate)
    wrong_ms = float(np.median(told.times_ms))
    right_ms = float(np.median(rows["end_ns"] - rows["intended_ns"])) / 1e6
    times = wrong_ms / right_ms
    return Shown(
        name=NAME,
        title="users who were spawned together ask together, and wait for each other",
        setting=f"{rate:g} requests a second, which this node answers with ease.",
        wrong=Way(
            f"p50 {wrong_ms:.2f} ms with {USERS} users who each ask every {PACING_S:g} s "
            "(constant_pacing): they began together and stay in step",
            {"p50_ms": wrong_ms, "requests": len(told.times_ms)},
        ),
        right=Way(
            f"p50 {right_ms:.2f} ms with arrivals at random (Poisson), as those of strangers are",
            {"p50_ms": right_ms, "requests": len(rows)},
        ),
        verdict=f"the same server at the same rate, and {times:.1f} times the median",
        shown=times >= TIMES_LEAST,
    )
