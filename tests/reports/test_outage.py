"""Outages: rates, their intervals, and the outcome that the matrix shows for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from bench.records import write_cell
from reports.charts import faults
from reports.findings import findings
from reports.loading import load
from reports.measures.outage import Fault
from reports.results import Results, evaluate

from . import synthetic
from .trouble import PROBES

SESSION = "session-cookie-redis"
DENYLIST = "token-bearer-hs256-denylist-redis"


def fault(results: Results, scheme: str, name: str) -> Fault:
    """Give what *scheme* did under the fault *name*."""
    return next(one for one in results.faults if (one.scheme, one.fault) == (scheme, name))


def test_rates_are_those_recorded_with_the_interval_of_their_probes(results: Results) -> None:
    """Half of the valid, of so many probes."""
    row = fault(results, DENYLIST, "hung").found["valid_accept_rate"]
    assert (row.value, row.n) == (50.0, PROBES)
    assert row.ci_low is not None
    assert row.ci_high is not None
    assert 30 < row.ci_low < 50 < row.ci_high < 70


@pytest.mark.parametrize(
    ("scheme", "name", "expected"),
    [
        (SESSION, "refused", faults.CLOSED),
        (SESSION, "kill-lose", faults.CLOSED),
        (DENYLIST, "hung", faults.PARTLY),
        (DENYLIST, "kill-lose", faults.OPEN),
        ("token-bearer-hs256-expiry", "refused", faults.EXPIRY),
        ("session-cookie-memory", "refused", None),
    ],
)
def test_outcome_says_who_is_let_in(
    results: Results, scheme: str, name: str, expected: faults.Outcome | None
) -> None:
    """Losing a session logs out; losing a revocation lets in; expiry lets in as ever."""
    assert faults.outcome(results, fault(results, scheme, name)) == expected


def test_outcomes_differ_in_more_than_colour() -> None:
    """Printed in grey, each is still a mark of its own."""
    assert len({(one.marker, one.filled, one.colour) for one in faults.OUTCOMES}) == 5
    assert len({(one.marker, one.filled) for one in faults.OUTCOMES}) >= 5


def test_every_pair_has_a_line_and_what_does_not_apply_says_so(results: Results) -> None:
    """A gap would read as forgotten."""
    table = faults.table(results)
    assert len(table.rows) == len(results.faults) == 16
    line = next(
        row for row in table.rows if row[:2] == ["session-cookie-memory", faults.name("hung")]
    )
    assert line[2] == "does not apply"
    line = next(row for row in table.rows if row[:2] == [SESSION, faults.name("kill-lose")])
    assert line[-2:] == ["401", "none"]


def test_the_sentence_names_who_lets_the_revoked_in(results: Results) -> None:
    """Not the scheme that waits for expiry anyway."""
    told = next(one.text for one in findings(results) if one.topic == "Store in trouble")
    assert f"what was revoked works again under {DENYLIST}: 100 %" in told


def test_a_probe_that_outlives_the_fault_is_not_counted(tmp_path: Path) -> None:
    """It was answered by a store that had come back."""
    folder = synthetic.write(tmp_path / "run", shape=synthetic.Shape(measures=("outage",)))
    for recorded in load(folder).select("outage"):
        if recorded.arrays:
            complete = recorded.arrays["complete_ns"].copy()
            last = (recorded.arrays["invoke_ns"] < recorded.arrays["fault_ns"][1]).nonzero()[0][-2:]
            complete[last] += 20_000_000
            write_cell(folder, recorded.cell, {**recorded.arrays, "complete_ns": complete})
    found = evaluate(load(folder))
    assert fault(found, DENYLIST, "hung").found["valid_accept_rate"].n == PROBES - 1


@pytest.mark.parametrize(("unanswered", "most"), [(PROBES - 1, 503), (PROBES, 0)])
def test_codes_of_two_rounds_have_no_mean(tmp_path: Path, unanswered: int, most: int) -> None:
    """The one given most in both together; of equals no answer is the worse."""
    folder = synthetic.write(tmp_path / "run", shape=synthetic.Shape(measures=("outage",)))
    first = next(
        one
        for one in load(folder).select("outage")
        if (one.cell.arm, one.cell.labels["fault"]) == (SESSION, "refused")
    )
    assert first.cell.figures["status"] == 503
    begin, end = first.arrays["fault_ns"]
    during = (first.arrays["invoke_ns"] >= begin) & (first.arrays["complete_ns"] < end)
    status = first.arrays["status"].copy()
    status[(during & (first.arrays["credential"] == 0)).nonzero()[0][:unanswered]] = 0
    cell = replace(first.cell, id="9999-outage", block=1, figures={"status": 0.0})
    write_cell(folder, cell, {**first.arrays, "status": status})
    assert fault(evaluate(load(folder)), SESSION, "refused").found["status"].value == most
