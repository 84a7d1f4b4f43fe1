"""A schedule parted among workers, and the rows they bring back put together again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from ..driving.job import Job, Outcome
from ..driving.schedule import Schedule
from ..recorder import ROW
from .clocks import Clock

INSTANTS = ("intended_ns", "start_ns", "end_ns")


class Returned(NamedTuple):
    """What one worker brought back, by its own clock."""

    rows: NDArray[Any]
    outcome: Outcome
    clock: Clock


def part_of(schedule: Schedule, index: int, of: int) -> Schedule:
    """Every *of*-th request, from the one at *index* on: alike for all, and none of them twice."""
    return Schedule(schedule.due_ns[index::of], schedule.arm[index::of], schedule.draw[index::of])


def packed(job: Job, schedule: Schedule, base_ns: int) -> dict[str, Any]:
    """A message with all that a worker needs; *base_ns* is when to begin, by its own clock."""
    return {
        "job": msgspec.json.encode(job),
        "due_ns": schedule.due_ns.astype("<i8").tobytes(),
        "arm": schedule.arm.astype("<i2").tobytes(),
        "draw": schedule.draw.astype("<u4").tobytes(),
        "base_ns": base_ns,
    }


def unpacked(message: Mapping[str, Any]) -> tuple[Job, Schedule, int]:
    """What `packed` put in."""
    schedule = Schedule(
        np.frombuffer(message["due_ns"], "<i8"),
        np.frombuffer(message["arm"], "<i2"),
        np.frombuffer(message["draw"], "<u4"),
    )
    return msgspec.json.decode(message["job"], type=Job), schedule, message["base_ns"]


def merged(returned: Sequence[Returned], base_ns: int) -> tuple[NDArray[Any], Outcome]:
    """
    The rows of all workers by the master's clock, in the order they were due.

    No duration changes by that: each is the difference of two instants of one worker.
    """
    parts = []
    for rows, _, clock in returned:
        moved = rows.copy()
        for name in INSTANTS:
            moved[name] -= clock.ahead_ns
        parts.append(moved)
    rows = np.sort(np.concatenate(parts), order="intended_ns") if parts else np.zeros(0, ROW)
    outcomes = [outcome for _, outcome, _ in returned]
    faults: Counter[str] = Counter()
    for outcome in outcomes:
        faults.update(outcome.faults)
    return rows, Outcome(
        failure="; ".join(filter(None, (outcome.failure for outcome in outcomes))),
        base_ns=base_ns,
        # The busiest worker is the one that could not keep up.
        wall_s=1.0,
        cpu_s=max((one.cpu_s / one.wall_s for one in outcomes if one.wall_s), default=0.0),
        sent=sum(outcome.sent for outcome in outcomes),
        correct=sum(outcome.correct for outcome in outcomes),
        faults=dict(faults.most_common(5)),
    )
