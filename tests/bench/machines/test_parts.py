from __future__ import annotations

import numpy as np

from bench.driving.job import Credential, Job, Load, Outcome
from bench.driving.schedule import interleaved
from bench.machines.clocks import Clock
from bench.machines.parts import Returned, merged, packed, part_of, unpacked
from bench.recorder import ROW

SCHEDULE = interleaved([1], 3, 100.0, 2.0)


def _clock(ahead_ns: int) -> Clock:
    return Clock(worker="w", ahead_ns=ahead_ns, bound_ns=1, drift_ns=0, exchanges=2)


def _rows(*intended: int) -> np.ndarray[tuple[int], np.dtype[np.void]]:
    rows = np.zeros(len(intended), ROW)
    rows["intended_ns"] = intended
    rows["start_ns"] = rows["intended_ns"] + 5
    rows["end_ns"] = rows["intended_ns"] + 1_005
    rows["correct"] = True
    return rows


def test_every_request_is_in_one_part_and_in_no_other() -> None:
    parts = [part_of(SCHEDULE, index, 3) for index in range(3)]
    together = np.sort(np.concatenate([part.due_ns for part in parts]))
    assert np.array_equal(together, SCHEDULE.due_ns)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_a_part_arrives_as_it_was_sent() -> None:
    load = Load(name="a", scheme="a", path="/me", credentials=[Credential(b"GET", "alice")])
    job = Job(host="h", port=1, arms=[load], schedule="", rows="", outcome="")
    arrived, schedule, base_ns = unpacked(packed(job, SCHEDULE, 17))
    assert (arrived, base_ns) == (job, 17)
    assert np.array_equal(schedule.due_ns, SCHEDULE.due_ns)
    assert np.array_equal(schedule.arm, SCHEDULE.arm)
    assert np.array_equal(schedule.draw, SCHEDULE.draw)


def test_rows_of_two_clocks_come_in_the_order_they_were_due() -> None:
    """And every duration stays what its worker measured."""
    ours = Returned(_rows(100, 300), Outcome(sent=2, correct=2, wall_s=2.0, cpu_s=0.5), _clock(0))
    ahead = _rows(10**12 + 200, 10**12 + 400)
    theirs = Returned(ahead, Outcome(sent=2, correct=1, wall_s=2.0, cpu_s=1.0), _clock(10**12))
    rows, outcome = merged([ours, theirs], base_ns=7)
    assert rows["intended_ns"].tolist() == [100, 200, 300, 400]
    assert set((rows["end_ns"] - rows["start_ns"]).tolist()) == {1_000}
    assert (outcome.sent, outcome.correct, outcome.base_ns) == (4, 3, 7)
    assert outcome.cpu_s / outcome.wall_s == 0.5, "the busiest worker counts"


def test_one_worker_that_failed_is_the_failure_of_all() -> None:
    good = Returned(_rows(1), Outcome(sent=1, correct=1, wall_s=1.0), _clock(0))
    bad = Returned(_rows(), Outcome(failure="OSError: no route"), _clock(0))
    assert merged([good, bad], 0)[1].failure == "OSError: no route"
