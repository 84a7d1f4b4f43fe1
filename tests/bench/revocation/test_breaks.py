"""A broken bound leaves the shortest history that shows it, which the checker reads again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.records import Cell, read_cells, write_cell
from bench.revocation.breaks import find_break, save_break
from bench.revocation.history import Probe, check_file

MILLISECOND_NS = 1_000_000
CELL = Cell(
    id="0007-revocation-b00-example",
    measure="revocation",
    arm="example",
    labels={"phase": "adversarial", "kind": "one"},
    figures={"claimed_bound_ms": 100.0},
)


def arrays(*rows: tuple[int, int, int, int]) -> dict[str, NDArray[Any]]:
    """Trial, node, invoked at (ms since the acknowledgement of every trial), status."""
    probes = [
        Probe(trial, node, at * MILLISECOND_NS, at * MILLISECOND_NS + 1, status)
        for trial, node, at, status in rows
    ]
    columns = zip(*probes, strict=True)
    found = {name: np.array(column) for name, column in zip(Probe._fields, columns, strict=True)}
    trials = 1 + max(trial for trial, *_ in rows)
    instants = {"trial_invoke_ns": np.full(trials, -1), "trial_ack_ns": np.zeros(trials, np.int64)}
    return found | instants


def test_a_bound_that_is_kept_leaves_nothing(tmp_path: Path) -> None:
    history = arrays((0, 0, 50, 200), (0, 0, 150, 401))
    assert not save_break(tmp_path, CELL, history, seed=7)
    assert list(tmp_path.iterdir()) == []


def test_a_late_accept_is_one_line_of_history(tmp_path: Path) -> None:
    """The latest, of the trial and the node where it was; with the seed that repeats it."""
    history = arrays((0, 0, 150, 401), (1, 0, 50, 200), (1, 2, 110, 200), (1, 2, 140, 200))
    write_cell(tmp_path, CELL, history)
    assert save_break(tmp_path, CELL, history, seed=7)
    path = tmp_path / "breaks" / f"{CELL.id}.json"
    found = json.loads(path.read_text())
    assert (found["seed"], found["arm"], found["labels"]["phase"]) == (7, "example", "adversarial")
    assert found["said"].startswith("node 2 accepted 140.0 ms after the acknowledgement of trial 1")
    assert found["arrays"]["invoke_ns"] == [140 * MILLISECOND_NS]
    assert (found["broken_node_revocations"], found["node_revocations"]) == (1, 3)
    assert [cell.id for cell in read_cells(tmp_path)] == [CELL.id]
    lines, kept = check_file(path)
    assert not kept
    assert "late accepts 1 of 1" in lines[0]


def test_a_return_is_the_reject_and_the_accept_after_it() -> None:
    """Within the bound, so that nothing is late."""
    history = arrays((0, 0, 10, 200), (0, 0, 20, 401), (0, 0, 30, 200), (0, 0, 40, 401))
    found = find_break(CELL, history, 7)
    assert found is not None
    assert found["arrays"]["status"] == [401, 200]
    assert found["arrays"]["node"] == [0, 0]


def test_several_breaks_are_kept_apart() -> None:
    """Their trials are counted anew, so that the checker finds each."""
    history = arrays((0, 0, 150, 401), (1, 0, 150, 200), (3, 1, 160, 200))
    found = find_break(CELL, history, 7)
    assert found is not None
    assert found["arrays"]["trial"] == [0, 1]
    assert len(found["arrays"]["trial_ack_ns"]) == 2
