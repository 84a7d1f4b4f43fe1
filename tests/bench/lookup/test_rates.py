"""The high rate is what the generator keeps to: the highest that was calm when it was rehearsed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import gates
from bench.context import Context
from bench.ledger import Ledger
from bench.lookup.high import High
from bench.lookup.rates import CALM_CPU, EASED, highest_calm
from bench.records import Cell, read_cells, write_cell

from ..contexts import a_context

RATES = [550.0, 700.0, 850.0, 1000.0]
CHEAP_S = 0.0001


def test_where_all_is_calm_it_is_what_was_aimed_at() -> None:
    assert highest_calm(RATES, [1.1, 1.3, 1.7, 2.4], CHEAP_S) == 1000.0


def test_where_the_queue_grows_it_is_the_last_before() -> None:
    assert highest_calm(RATES, [1.1, 1.9, 9.0, 60.0], CHEAP_S) == 700.0


def test_a_pause_on_the_way_says_nothing_of_what_came_after() -> None:
    assert highest_calm(RATES, [1.1, 14.0, 1.7, 2.4], CHEAP_S) == 1000.0


def test_a_generator_that_would_be_busy_is_asked_for_less() -> None:
    """Though nothing waited: in a longer block it would."""
    assert highest_calm(RATES, [0.2, 0.3, 0.4, 0.5], CALM_CPU / 800.0) == 700.0


def test_where_nothing_is_calm_it_is_the_lowest() -> None:
    assert highest_calm(RATES, [5.0, 9.0, 30.0, 60.0], CHEAP_S) == 550.0


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A run that has chosen its rates."""
    context = a_context(folder=tmp_path, ledger=Ledger(tmp_path))
    for load, rate in (("low", 400.0), ("high", 1000.0)):
        figures = {"offered_rate": rate, "offered_share": 0.4, "offered_share_of_arms": 0.7}
        id_ = context.next_id("calibration", f"capacity-{load}", 0, "control")
        labels = {"load": load, "limited_by": "share"}
        cell = Cell(id=id_, measure="calibration", arm="control", figures=figures, labels=labels)
        context.keep(cell)
    context.finish("lookup", "rates")
    return context


def offered(context: Context) -> dict[str, tuple[float, str]]:
    """What the record says was offered, and why no more."""
    cells = [cell for cell in read_cells(context.folder) if cell.measure == "calibration"]
    return {
        cell.labels["load"]: (cell.figures["offered_rate"], cell.labels["limited_by"])
        for cell in cells
    }


def test_a_block_that_was_too_busy_lowers_the_rate_of_those_to_come(context: Context) -> None:
    """Also of a run that goes on after a crash, which reads the rates from its records."""
    kind = High(1000.0)
    kind.disturbed(context, [gates.generator_lag(30.0)])
    assert kind.rate == EASED * 1000.0
    assert offered(context) == {"low": (400.0, "share"), "high": (kind.rate, "generator")}
    kind.disturbed(context, [gates.generator_lag(30.0), gates.steal(9.0)])
    assert offered(context)["high"][0] == pytest.approx(EASED * EASED * 1000.0)


def test_what_the_host_disturbed_says_nothing_of_the_rate(context: Context) -> None:
    kind = High(1000.0)
    kind.disturbed(context, [gates.steal(9.0)])
    assert kind.rate == 1000.0
    assert offered(context)["high"] == (1000.0, "share")


def test_blocks_of_one_run_are_of_one_rate(context: Context) -> None:
    """One that was kept holds the others to its rate."""
    kept = Cell(id="9-lookup", measure="lookup", arm="control", labels={"load": "high"})
    write_cell(context.folder, kept)
    kind = High(1000.0)
    kind.disturbed(context, [gates.generator_lag(30.0)])
    assert kind.rate == 1000.0
    assert offered(context)["high"] == (1000.0, "share")
