"""The opening sentences: no number without its row, no claim that noise may have made."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from bench.records import write_cell
from reports.certainty import told_apart
from reports.findings import Finding, findings
from reports.loading import load
from reports.results import Results, evaluate
from reports.rows import Row, cells_of
from reports.wording import number

from . import synthetic

NUMBER = re.compile(r"\N{MINUS SIGN}?\d+(?:,\d{3})*(?:\.\d+)?")
LEVEL = "95 % confidence"


def numbers_in(finding: Finding) -> set[str]:
    """Give the numbers of a sentence, without those in names of schemes."""
    text = finding.text.replace(LEVEL, "").replace("HTTP/2", "")
    for row in finding.rows:
        text = text.replace(row.scheme, "")
    text = text.replace("session-cookie-memory", "").replace("session-cookie-redis", "")
    text = re.sub(r"token-[\w-]+", "", text)
    return set(NUMBER.findall(text))


def numbers_of(row: Row) -> set[str]:
    """Give every way in which *row* may be written in a sentence."""
    ends = [end for end in (row.ci_low, row.ci_high) if end is not None]
    written = {number(row.value)} | {number(end, row.value) for end in ends}
    written |= {f"{n:,}" for n in (row.n, row.nodes, row.population) if n is not None}
    if row.noted("rate"):
        written.add(number(float(row.noted("rate"))))
    return written | {text.replace("\N{MINUS SIGN}", "") for text in written}


def test_every_number_of_a_sentence_stands_in_its_rows(results: Results) -> None:
    """Whoever doubts a sentence finds its numbers in results.csv."""
    for finding in findings(results):
        known = set().union(*(numbers_of(row) for row in finding.rows))
        assert numbers_in(finding) <= known, finding.text


def test_every_row_of_a_sentence_stands_in_the_csv(rendered: Path, results: Results) -> None:
    """The rows are not made for the sentence."""
    with (rendered / "results.csv").open(newline="") as file:
        written = {tuple(row) for row in csv.reader(file)}
    for finding in findings(results):
        for row in finding.rows:
            assert tuple("" if c is None else str(c) for c in cells_of(row)) in written


def test_the_faster_is_named_where_it_can_be_told(results: Results) -> None:
    """50 us apart and noise of one."""
    first = findings(results)[0]
    assert first.certain
    assert first.text.startswith("token-bearer-hs256-expiry is the faster here.")


def test_a_difference_under_twice_the_noise_is_not_claimed(tmp_path: Path) -> None:
    """1 us apart and noise of several: it says so, and how much longer a run would need."""
    costs = {**synthetic.Truth().cost_us, "session-cookie-redis": 41.0}
    truth = synthetic.Truth(cost_us=costs, block_noise_us=6.0)
    shape = synthetic.Shape(blocks=6, samples=200, trials=2)
    folder = synthetic.write(tmp_path / "run", truth, shape, seed=2)
    found = evaluate(load(folder))
    first = findings(found)[0]
    assert not first.certain
    assert "cannot be told on this machine" in first.text
    length = next(row for row in first.rows if row.metric == "times_as_long")
    assert f"a run {number(length.value)} times as long could" in first.text
    known = set().union(*(numbers_of(row) for row in first.rows))
    assert numbers_in(first) <= known


def test_a_scheme_that_breaks_its_claim_is_called_out(tmp_path: Path) -> None:
    """A denylist that forgets for 300 ms claims an immediate revoke and does not hold it."""
    truth = synthetic.Truth(window_s={"token-bearer-hs256-denylist-redis": 0.1})
    shape = synthetic.Shape(trials=4, measures=("revocation",))
    found = evaluate(load(synthetic.write(tmp_path / "run", truth, shape)))
    told = [finding.text for finding in findings(found) if finding.topic == "Revoked at once"]
    assert len(told) == 1
    assert told[0].startswith("token-bearer-hs256-denylist-redis claims to end a login at once")


def test_nothing_is_said_of_what_was_not_measured(tmp_path: Path) -> None:
    """A run of payload alone has one sentence."""
    shape = synthetic.Shape(measures=("payload",))
    found = evaluate(load(synthetic.write(tmp_path / "run", shape=shape)))
    assert [finding.topic for finding in findings(found)] == ["Payload"]


@pytest.mark.parametrize(
    ("value", "low", "high", "noise", "told"),
    [
        (10.0, 9.0, 11.0, 4.9, True),
        (-10.0, -11.0, -9.0, 4.9, True),
        (10.0, 9.0, 11.0, 5.1, False),
        (10.0, -1.0, 21.0, 0.1, False),
        (10.0, None, None, 0.1, False),
    ],
)
def test_told_apart_takes_twice_the_noise_and_an_interval_without_zero(
    value: float, low: float | None, high: float | None, noise: float, told: bool
) -> None:
    """Each of the two conditions alone is not enough."""
    effect = Row("r", "lookup", "x", "auth_us_difference_p50", "us", value, low, high)
    floor = Row("r", "calibration", "control-again", "aa_noise_us", "us", noise)
    assert told_apart(effect, floor) is told


def test_told_apart_knows_milliseconds() -> None:
    """Noise is in microseconds, end-to-end costs are not."""
    effect = Row("r", "lookup", "x", "request_ms_cost_p50", "ms", 0.1, 0.09, 0.11)
    floor = Row("r", "calibration", "control-again", "aa_noise_us", "us", 20.0)
    assert told_apart(effect, floor)


def test_a_claim_broken_by_a_key_alone_is_called_out(tmp_path: Path) -> None:
    """A logout that works says nothing of a key whose tokens live on."""
    shape = synthetic.Shape(trials=4, measures=("revocation",))
    folder = synthetic.write(tmp_path / "run", shape=shape)
    for recorded in load(folder).select("revocation"):
        if recorded.cell.labels["kind"] == "key" and recorded.cell.arm.endswith("denylist-redis"):
            arrays = {**recorded.arrays, "status": np.full_like(recorded.arrays["status"], 200)}
            write_cell(folder, recorded.cell, arrays)
    first = findings(evaluate(load(folder)))[0]
    assert first.topic == "Claim broken"
    assert first.text.startswith(
        "token-bearer-hs256-denylist-redis breaks its claim where a signing key is revoked"
    )


def test_the_first_screen_says_the_most_in_five(results: Results) -> None:
    """Cost, break-even, revocation, weight, outages: each by its own figure."""
    told = findings(results)
    assert [one.topic for one in told] == [
        "Lookup",
        "Break-even",
        "Revoked, yet alive",
        "Payload",
        "Store in trouble",
    ]
    assert told[1].text.startswith(
        "Below 0.40 ms [0.39, 0.41] of store round trip session-cookie-redis costs less than "
        "token-bearer-hs256-expiry"
    )


def test_a_crossing_of_one_process_is_not_certain(tmp_path: Path) -> None:
    """It has no band, and the sentence says so."""
    shape = synthetic.Shape(grid_blocks=1, measures=("scale",))
    found = evaluate(load(synthetic.write(tmp_path / "run", shape=shape)))
    told = findings(found)
    assert [one.topic for one in told] == ["Break-even"]
    assert not told[0].certain
    assert "this run cannot tell" in told[0].text


def test_lines_that_never_cross_are_said_not_to(tmp_path: Path) -> None:
    """A token that costs less with the store next door costs less everywhere."""
    checks = {**synthetic.Truth().checks, "token-bearer-hs256-expiry": synthetic.Check(10.0)}
    shape = synthetic.Shape(measures=("scale",))
    folder = synthetic.write(tmp_path / "run", synthetic.Truth(checks=checks), shape)
    told = findings(evaluate(load(folder)))[0]
    assert told.certain
    assert told.text.startswith(
        "token-bearer-hs256-expiry costs less than session-cookie-redis at every store round trip"
    )


def test_lines_of_one_slope_that_cross_by_accident_have_no_break_even(tmp_path: Path) -> None:
    """Both ask the store once: whichever is cheaper, distance is not why."""
    checks = {
        "session-cookie-redis": synthetic.Check(40.0, 1.0),
        "token-bearer-hs256-denylist-redis": synthetic.Check(41.0, 1.0),
    }
    shape = synthetic.Shape(measures=("scale",))
    folder = synthetic.write(tmp_path / "run", synthetic.Truth(checks=checks), shape)
    told = findings(evaluate(load(folder)))
    assert not any(one.text.startswith("Below") for one in told)
    assert not told[0].certain
