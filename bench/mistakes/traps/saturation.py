"""The saturated loop: it measures Little's law, clients divided by throughput, and nothing else."""

from __future__ import annotations

import numpy as np

from ..shown import Shown, Way
from ..stage import CONTROL, Stage

NAME = "saturated-loop"
FEW, MANY = 4, 64
SECONDS = 2
SHARE = 0.3
"""Of what the closed loop reached: a rate at which nobody queues."""
TIMES_LEAST = 4.0
"""What sixteen times the users must do to the latency, at least, for the trap to be shown."""
LAW_TOLERANCE = 0.25


def show(stage: Stage) -> Shown:
    """Ask as fast as answers come, with few users and with many, and then at a rate."""
    latency_ms, predicted_ms, rates = {}, {}, {}
    for users in (FEW, MANY):
        told = stage.textbook([CONTROL], SECONDS, users=users)
        latency_ms[users] = float(told.times_ms.mean())
        rates[users] = len(told.times_ms) / told.seconds
        predicted_ms[users] = users / rates[users] * 1e3
    rows = stage.scheduled([CONTROL], SECONDS, SHARE * rates[FEW])
    right_ms = float(np.median(rows["end_ns"] - rows["intended_ns"])) / 1e6
    times = latency_ms[MANY] / latency_ms[FEW]
    lawful = all(
        abs(latency_ms[users] / predicted_ms[users] - 1) <= LAW_TOLERANCE for users in (FEW, MANY)
    )
    return Shown(
        name=NAME,
        title="a loop that asks as fast as it is answered measures clients / throughput",
        setting="One node, one route; nothing about the server changes.",
        wrong=Way(
            f"{latency_ms[FEW]:.1f} ms with {FEW} users and {latency_ms[MANY]:.1f} ms with {MANY}; "
            f"users / throughput is {predicted_ms[FEW]:.1f} and {predicted_ms[MANY]:.1f} ms",
            {
                "few_mean_ms": latency_ms[FEW],
                "many_mean_ms": latency_ms[MANY],
                "few_predicted_ms": predicted_ms[FEW],
                "many_predicted_ms": predicted_ms[MANY],
            },
        ),
        right=Way(
            f"p50 {right_ms:.2f} ms at {SHARE * rates[FEW]:.0f} requests a second, "
            f"{SHARE:.0%} of what the loop reached",
            {"p50_ms": right_ms, "rate": SHARE * rates[FEW]},
        ),
        verdict=f"{MANY // FEW} times the users, {times:.1f} times the latency: "
        "the number of users was measured",
        shown=lawful and times >= TIMES_LEAST and right_ms < latency_ms[MANY],
    )
