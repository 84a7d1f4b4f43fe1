"""Validity belongs to a figure: each failed check touches what rests on it, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audit.raw import Cell, Records, Regime
from audit.validity import Judgement, doubts, judge, wider

COMMAND = "python -m bench run --plan standard --seed 7 --only lookup,payload"
ARMS: tuple[dict[str, Any], ...] = tuple(
    {"name": name, "scheme": name, "mechanism": mechanism, "injected_us": 0.0}
    for name, mechanism in (("control", "control"), ("some-session", "session"))
)
FAILED: dict[str, tuple[float, float]] = {
    "achieved_rate": (0.97, 0.99),
    "generator_lag_p99": (3.0, 1.0),
    "generator_cpu": (0.7, 0.6),
}


def gate(name: str, value: float, limit: float, note: str = "") -> dict[str, Any]:
    """A gate that failed."""
    return {
        "name": name,
        "passed": False,
        "value": value,
        "limit": limit,
        "unit": "",
        "note": note,
    }


def row(measure: str, metric: str, **more: Any) -> dict[str, Any]:
    """A figure of a report."""
    return {"measure": measure, "metric": metric, "scheme": "some-session", "value": 1.0, **more}


SPAN = row("lookup", "auth_us_cost_p50", layer="span", load="low", design="interleaved")
MEDIAN = row("lookup", "request_ms_p50", layer="request", load="low", design="interleaved")
TAIL = MEDIAN | {"metric": "request_ms_p99"}
HIGH = MEDIAN | {"load": "high"}
BYTES = row("payload", "request_bytes")
WINDOW = row("revocation", "window_ms_p50")


def block(late: float, **gates: tuple[float, float]) -> list[Cell]:
    """One block at low load, of which a share left late."""
    regime = Regime({}, {"design": "interleaved", "load": "low"})
    due = np.arange(1000) * 1_000_000
    start = due + np.where(np.arange(1000) < 1000 * late, 5_000_000, 1_000)
    arrays = {"intended_ns": due, "start_ns": start}
    failed = [gate(name, *values) for name, values in gates.items()]
    figures = {"generator_lag_ms_p99": 1.0}
    return [
        Cell("1", "calibration", "", "control", 0, regime, figures, failed, {}),
        Cell("2", "lookup", "request", "some-session", 0, regime, {}, [], arrays),
    ]


def judged(cells: list[Cell], *of_run: dict[str, Any]) -> Any:
    """What becomes of a figure."""
    run = {"gates": list(of_run), "arms": list(ARMS), "command": COMMAND}
    known = doubts(Records(Path(), run, cells, None))
    return lambda figure: judge(figure, known, COMMAND)


@pytest.mark.parametrize("name", FAILED)
def test_a_late_generator_touches_what_it_timed_at_that_load_alone(name: str) -> None:
    """Not bytes, not windows, not what the server timed, not another load."""
    of = judged(block(0.0, **{name: FAILED[name]}))
    assert of(MEDIAN).validity == "rough"
    assert "1 of 1 block at low load" in of(MEDIAN).reason
    assert [of(one) for one in (SPAN, HIGH, BYTES, WINDOW)] == [Judgement()] * 4


def test_late_requests_withhold_a_tail_long_before_a_median() -> None:
    """Two in a hundred decide a 99th percentile and no median; a third decides both."""
    few, many = (judged(block(late, generator_lag_p99=(3.0, 1.0))) for late in (0.02, 0.34))
    assert (few(MEDIAN).validity, few(TAIL).validity) == ("rough", "withheld")
    assert (many(MEDIAN).validity, many(TAIL).validity) == ("withheld", "withheld")


def test_a_withheld_figure_comes_with_the_command_that_measures_just_that_again() -> None:
    of = judged(block(0.5, generator_lag_p99=(3.0, 1.0)))
    assert of(MEDIAN).again == "python -m bench run --plan standard --only lookup"
    note = "some-session: a tampered credential gave 200"
    of = judged([], gate("tampered_refused", 200, 401, note))
    assert of(SPAN).again == (
        "python -m bench run --plan standard --only lookup --schemes some-session"
    )
    assert of(SPAN | {"scheme": "another"}) == Judgement()


def test_a_stolen_processor_leaves_bytes_and_windows_alone() -> None:
    of = judged([], gate("steal", 9.0, 2.0))
    assert of(SPAN) == Judgement("rough", "the host took 9 % of the processor away", "")
    assert of(BYTES) == of(WINDOW) == Judgement()


def test_what_was_seen_of_a_revoked_credential_stays_whatever_else_failed() -> None:
    """No disturbance invents an accepted request; that none was seen is another matter."""
    note = "some-session: a tampered credential gave 200"
    regime = Regime({}, {})
    prober = Cell("1", "revocation", "", "some-session", 0, regime, {}, [], {})
    prober.gates.append(gate("probe_lag_p99", 40.0, 10.0))
    of = judged([prober], gate("tampered_refused", 200, 401, note), gate("of_a_stranger", 1, 0))
    broken = row("revocation", "broken_node_revocations")
    assert of(broken) == Judgement()
    assert of(broken | {"value": 0.0}).validity == "withheld"


def test_wrong_answers_of_the_control_touch_every_cost() -> None:
    """Every cost is over it."""
    regime = Regime({}, {"design": "interleaved", "load": "low"})
    cell = Cell("1", "lookup", "span", "control", 0, regime, {}, [], {})
    cell.gates.append(gate("expected_answers", 0.9, 1.0))
    of = judged([cell])
    assert of(SPAN).validity == "withheld"
    assert of(SPAN | {"metric": "auth_us_p50"}) == Judgement()


def test_a_check_that_nobody_knows_withholds_everything_of_the_run() -> None:
    of = judged([], gate("of_a_stranger", 1.0, 0.0))
    assert {of(one).validity for one in (SPAN, MEDIAN, BYTES, WINDOW)} == {"withheld"}
    assert of(BYTES).reason == "the run failed the check of a stranger"


def test_the_interval_of_a_rough_figure_is_twice_as_wide() -> None:
    assert wider(10.0, 8.0) == pytest.approx(6.4)
    assert wider(10.0, 12.0) == 14.0
    assert (wider(0.0, 0.5), wider(0.0, -0.5), wider(0.0, 0.0)) == (1.0, -1.0, 0.0)
    assert (wider(10.0, -2.0), wider(-1.0, -2.0), wider(10.0, None)) == (-14.0, -3.0, None)
