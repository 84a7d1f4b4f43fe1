from __future__ import annotations

import numpy as np

from bench.driving.job import Outcome
from bench.lookup.cells import arm_cells, calibration_cell, measured
from bench.recorder import ROW
from bench.records import Arm, Cell

ARMS = [Arm(name="control", scheme="control"), Arm(name="session", scheme="session")]
TEMPLATE = Cell(id="", measure="lookup", arm="", conditions={"nodes": 1.0})
OUTCOME = Outcome(base_ns=1_000_000_000, wall_s=2.0, cpu_s=0.5, sent=4, correct=3, faults={"x": 1})


def _rows(*rows: tuple[int, int, int, int, bool]) -> np.ndarray:
    """Rows of intended, start and end in milliseconds after the base, arm and correctness."""
    made = np.zeros(len(rows), dtype=ROW)
    for row, (intended, start, end, arm, correct) in zip(made, rows, strict=True):
        instants = (OUTCOME.base_ns + ms * 1_000_000 for ms in (intended, start, end))
        row["intended_ns"], row["start_ns"], row["end_ns"] = instants
        row["arm"], row["correct"], row["status"] = arm, correct, 200
        row["auth_ns"], row["reads"] = 7_000 * (arm + 1), arm
    return made


def test_requests_due_while_warming_up_do_not_count() -> None:
    rows = measured(
        _rows((0, 0, 1, 0, True), (499, 499, 500, 0, True), (500, 500, 501, 0, True)), OUTCOME, 0.5
    )
    assert len(rows) == 1


def test_each_arm_has_its_own_requests_in_two_layers() -> None:
    rows = _rows((0, 0, 1, 0, True), (1, 1, 2, 1, True), (2, 2, 3, 1, True))
    cells = {
        (cell.arm, cell.layer): (cell, arrays)
        for cell, arrays in arm_cells(rows, OUTCOME, ARMS, TEMPLATE, {})
    }
    assert {
        ("control", "span"),
        ("control", "request"),
        ("session", "span"),
        ("session", "request"),
    } == set(cells)
    span, arrays = cells["session", "span"]
    assert arrays["auth_ns"].tolist() == [14_000, 14_000]
    assert span.figures["store_reads"] == 1.0
    assert len(cells["session", "request"][1]["end_ns"]) == 2


def test_a_wrong_answer_is_an_error_and_no_sample() -> None:
    rows = _rows((0, 0, 1, 0, True), (1, 1, 2, 0, False))
    cells = [(cell, arrays) for cell, arrays in arm_cells(rows, OUTCOME, ARMS[:1], TEMPLATE, {})]
    request, arrays = next(found for found in cells if found[0].layer == "request")
    assert request.figures["errors"] == 1.0
    assert len(arrays["end_ns"]) == 1
    assert [gate.passed for gate in request.gates] == [False]
    assert request.gates[0].value == 0.5


def test_an_arm_without_an_answer_fails_its_gate() -> None:
    cells = list(arm_cells(_rows(), OUTCOME, ARMS[:1], TEMPLATE, {}))
    assert all(not gate.passed for cell, _ in cells for gate in cell.gates)


def test_processor_time_stands_with_the_spans() -> None:
    rows = _rows((0, 0, 1, 0, True))
    cells = [
        cell
        for cell, _ in arm_cells(rows, OUTCOME, ARMS[:1], TEMPLATE, {"control": {"cpu_us": 250.0}})
    ]
    assert {c.layer: c.figures.get("cpu_us") for c in cells} == {"span": 250.0, "request": None}


def test_a_generator_that_kept_its_schedule_passes() -> None:
    rows = _rows(*((ms, ms, ms + 1, 0, True) for ms in range(1000)))
    cell = calibration_cell(rows, OUTCOME, 1000.0, TEMPLATE)
    assert {gate.name: gate.passed for gate in cell.gates} == {
        "achieved_rate": True,
        "generator_lag_p99": True,
        "generator_cpu": True,
    }
    assert cell.figures["generator_cpu"] == 0.25


def test_a_generator_that_fell_behind_fails() -> None:
    """Each request a little later than the one before: a closed loop in disguise."""
    rows = _rows(*((ms, ms + ms // 10, ms + ms // 10 + 1, 0, True) for ms in range(1000)))
    passed = {
        gate.name: gate.passed for gate in calibration_cell(rows, OUTCOME, 1000.0, TEMPLATE).gates
    }
    assert not passed["achieved_rate"]
    assert not passed["generator_lag_p99"]
