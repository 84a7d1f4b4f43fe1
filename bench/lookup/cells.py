"""Splits the rows of one block into cells: two layers an arm, with counts and gates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from .. import gates
from ..driving.job import Outcome
from ..records import Arm, Cell

Rows = NDArray[Any]
INSIDE = (
    *("auth_ns", "store_ns", "crypto_ns", "app_ns"),
    *("cpu_ns", "check_cpu_ns", "waited_ns", "came_ns"),
)
"""What the server says of each request."""
Arrays = dict[str, NDArray[Any]]

WAITED_NS = 50_000
"""A thread that was ready and waited longer than this for a processor was disturbed."""


def measured(rows: Rows, outcome: Outcome, warm_s: float) -> Rows:
    """The rows that count: those due after *warm_s* seconds of the schedule."""
    return rows[rows["intended_ns"] >= outcome.base_ns + int(warm_s * 1e9)]


def calibration_cell(rows: Rows, outcome: Outcome, offered: float, conditions: Cell) -> Cell:
    """How well the generator did in a block, with the gates that say so; fills in *conditions*."""
    intended, start = rows["intended_ns"], rows["start_ns"]
    lag_p99_ms = float(np.quantile(start - intended, 0.99)) / 1e6
    # Against the arrivals the schedule really holds: a Poisson count is not rate times time.
    due_rate = len(rows) / (_span_s(intended, intended) or 1.0)
    achieved_rate = len(rows) / (_span_s(intended, start) or 1.0)
    cpu = outcome.cpu_s / outcome.wall_s
    return replace(
        conditions,
        measure="calibration",
        conditions={**conditions.conditions, "rate": offered},
        figures={
            **conditions.figures,
            "achieved_rate": achieved_rate,
            "generator_lag_ms_p99": lag_p99_ms,
            "generator_cpu": cpu,
            "requests": float(len(rows)),
            "base_ns": float(outcome.base_ns),
            **_clocks(outcome),
        },
        gates=[
            gates.achieved_rate(achieved_rate, due_rate),
            gates.generator_lag(lag_p99_ms),
            gates.generator_cpu(cpu),
        ],
    )


def arm_cells(
    rows: Rows,
    outcome: Outcome,
    arms: Sequence[Arm],
    template: Cell,
    counted: Mapping[str, Mapping[str, float]],
) -> Iterator[tuple[Cell, Arrays]]:
    """
    The cells of every arm, without IDs: a span and a request cell from the same requests.

    *counted* are figures of an arm that its rows do not hold, such as processor time of the server.
    Rows that are not what they must be are counted as errors and are no samples.
    """
    for index, arm in enumerate(arms):
        own = rows[rows["arm"] == index]
        good = own[own["correct"]]
        errors = len(own) - len(good)
        gate = gates.expected_answers(len(good), len(own), outcome.faults if errors else {})
        cell = replace(template, arm=arm.name, gates=[gate])
        counts = _counts(good) | dict(counted.get(arm.name, {}))
        spans = {name: good[name].astype(np.int64) for name in INSIDE}
        yield replace(cell, layer="span", figures=counts), spans
        request: Arrays = {name: good[name] for name in ("intended_ns", "start_ns", "end_ns")}
        request["status"] = good["status"].astype(np.int16)
        yield replace(cell, layer="request", figures={"errors": float(errors)}), request


def _clocks(outcome: Outcome) -> dict[str, float]:
    """How well the workers' clocks are known; no duration rests on that, only who came first."""
    if not outcome.clocks:
        return {}
    return {
        "workers": float(len(outcome.clocks)),
        "clock_ahead_us": max((clock.ahead_ns for clock in outcome.clocks), key=abs) / 1e3,
        "clock_bound_us": max(clock.bound_ns for clock in outcome.clocks) / 1e3,
        "clock_drift_us": max(abs(clock.drift_ns) for clock in outcome.clocks) / 1e3,
    }


def _counts(rows: Rows) -> dict[str, float]:
    """Means of exact counts a request."""
    names = {"store_reads": "reads", "store_writes": "writes", "signature_checks": "checks"}
    if not len(rows):
        return {}
    counts = {figure: float(rows[field].mean()) for figure, field in names.items()}
    return counts | {"disturbed_share": float((rows["waited_ns"] > WAITED_NS).mean())}


def _span_s(first: NDArray[Any], last: NDArray[Any]) -> float:
    return float(last.max() - first.min()) / 1e9 if len(first) else 0.0
