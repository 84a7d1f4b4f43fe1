from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from bench.driving.generator import Generator
from bench.driving.schedule import interleaved
from bench.lookup.logins import prepare
from bench.nodes import Node, start_nodes
from bench.processes.children import BenchError
from bench.records import Arm
from bench.services import Services

ARMS = [Arm(name="control", scheme="control"), Arm(name="control-again", scheme="control")]


def test_a_schedule_is_kept_once_and_every_request_recorded(
    services: Services, tmp_path: Path
) -> None:
    """Rows hold the schedule, request by request; no answer is lost and none comes twice."""
    schedule = interleaved([5], 2, 200.0, 1.0)
    with (
        Generator(tmp_path) as generator,
        start_nodes(
            1,
            ["control", "control-again=control"],
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=tmp_path,
        ) as nodes,
    ):
        loads, gates = prepare(nodes[0], ARMS, 1)
        rows, outcome = generator.keep(nodes[0], loads, schedule)
    rows = np.sort(rows, order="intended_ns")
    assert gates == []  # control has no credential to tamper with
    assert np.array_equal(rows["intended_ns"], outcome.base_ns + schedule.due_ns)
    assert np.array_equal(rows["arm"], schedule.arm)
    assert outcome.sent == outcome.correct == len(schedule)
    assert outcome.faults == {}
    assert 0 < outcome.cpu_s < outcome.wall_s


def test_an_answer_for_somebody_else_is_no_sample(services: Services, tmp_path: Path) -> None:
    """A server that answers 200, and fast, but names another subject, gives no sample."""
    schedule = interleaved([5], 1, 100.0, 0.5)
    with (
        Generator(tmp_path) as generator,
        start_nodes(
            1,
            ["control"],
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=tmp_path,
        ) as nodes,
    ):
        (load,), _ = prepare(nodes[0], ARMS[:1], 1)
        stranger = [type(each)(each.raw, "mallory") for each in load.credentials]
        rows, outcome = generator.keep(nodes[0], [replace(load, credentials=stranger)], schedule)
    assert outcome.correct == 0
    assert not rows["correct"].any()
    assert set(rows["status"].tolist()) == {200}
    assert "'alice'" in next(iter(outcome.faults))


def test_a_server_that_is_not_there_fails_the_block(tmp_path: Path) -> None:
    nowhere = Node(name="nowhere", host="127.0.0.1", port=1, pid=0)
    with (
        Generator(tmp_path) as generator,
        pytest.raises(BenchError, match="could not keep the schedule: ConnectionRefusedError"),
    ):
        generator.keep(nowhere, [], interleaved([5], 1, 10.0, 0.2))
