"""The opening sentences: no number without its row, no claim that noise may have made."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from msgspec import structs

from bench.records import write_cell
from reports import headline
from reports.findings import Finding, findings
from reports.loading import load
from reports.results import Results, evaluate
from reports.rows import Row
from reports.tables import csv_text
from reports.wording import listed, number, one_in
from tests.schemes import arm

from . import synthetic

LOOKUP = synthetic.Shape(blocks=6, samples=100, measures=("lookup",))


NUMBER = re.compile(r"\N{MINUS SIGN}?\d+(?:,\d{3})*(?:\.\d+)?")
LEVEL = "(95 %)"


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
    if row.rate:
        written.add(number(row.rate))
    if row.metric == "broken_limit_percent":
        written |= {"1", one_in(row).removeprefix("1 in "), "0"}
    return written | {text.replace("\N{MINUS SIGN}", "") for text in written}


def test_every_number_of_a_sentence_stands_in_its_rows(results: Results) -> None:
    """Whoever doubts a sentence finds its numbers in results.csv."""
    for finding in findings(results):
        known = set().union(*(numbers_of(row) for row in finding.rows))
        assert numbers_in(finding) <= known, finding.text


def test_every_row_of_a_sentence_stands_in_the_csv(rendered: Path, results: Results) -> None:
    """The rows are not made for the sentence."""
    written = set((rendered / "results.csv").read_text().splitlines())
    for finding in findings(results):
        assert set(csv_text(results, finding.rows).splitlines()) <= written


def test_the_faster_is_named_where_it_can_be_told(results: Results) -> None:
    """50 us apart and noise of one."""
    first = findings(results)[0]
    assert first.certain
    assert first.text.startswith("A token adds less here: token-bearer-hs256-expiry adds")


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
    minutes = next(row for row in first.rows if row.metric == "run_minutes")
    assert f"a run of {number(minutes.value)} min could, {number(length.value)} times" in first.text
    assert minutes.value == length.value  # the run itself took a minute
    known = set().union(*(numbers_of(row) for row in first.rows))
    assert numbers_in(first) <= known


def test_an_interval_that_holds_zero_says_how_long_a_run_could_tell(tmp_path: Path) -> None:
    """Far beyond the noise of equal arms, but one block says so and the next the contrary."""
    shape = synthetic.Shape(blocks=8, samples=200, loads=False, far_ms=(), measures=("lookup",))
    folder = synthetic.write(tmp_path / "run", shape=shape)
    for one in load(folder).select("lookup", "span"):
        if one.cell.arm == "session-cookie-redis":
            shift_us = -50.0 + 15.0 + (90.0 if one.cell.block % 2 else -90.0)
            moved = {name: times + int(shift_us * 1e3) for name, times in one.arrays.items()}
            write_cell(folder, one.cell, moved)
    first = findings(evaluate(load(folder)))[0]
    assert not first.certain
    difference = next(row for row in first.rows if row.metric == headline.DIFFERENCE)
    noise = next(row for row in first.rows if row.metric == "aa_noise_us")
    assert abs(difference.value) > 2 * noise.value
    length = next(row for row in first.rows if row.metric == "times_as_long")
    assert difference.ci_low is not None
    assert length.value == np.ceil((1 - difference.ci_low / difference.value) ** 2)
    assert re.search(r"a run of \d+ min could, \d+ times as long", first.text)


def test_what_nobody_calls_back_is_pooled(tmp_path: Path) -> None:
    """What differs between such tokens is where the revocations fell: none is ranked by luck."""
    names = ["token-bearer-hs256-expiry", "another", "third"]
    own = arm(names[0], bound_s=2.0)
    more = tuple(structs.replace(own, name=name, scheme=name) for name in names[1:])
    truth = synthetic.Truth(window_s=dict.fromkeys(names, 2.0))
    shape = synthetic.Shape(trials=4, measures=("revocation",), more_arms=more, everywhere=True)
    (finding,) = findings(evaluate(load(synthetic.write(tmp_path / "run", truth, shape))))
    assert f"works until it expires: {listed(names)}. These 3 lived for" in finding.text


def test_confidence_counts_node_revocations(results: Results) -> None:
    """Probes of one revocation depend on each other."""
    told = next(one.text for one in findings(results) if one.topic == "Revoked, yet alive")
    least = min(
        row.value
        for row in results.of("node_revocations")
        if (row.kind, row.phase) == ("one", "all")
    )
    assert f"0 of {number(least)} node-revocations of each or more, so fewer than 1 in " in told


def test_nothing_is_said_of_what_was_not_measured(tmp_path: Path) -> None:
    """A run of payload alone has one sentence."""
    shape = synthetic.Shape(measures=("payload",))
    found = evaluate(load(synthetic.write(tmp_path / "run", shape=shape)))
    assert [finding.topic for finding in findings(found)] == ["Payload"]


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
        "token-bearer-hs256-expiry adds less than session-cookie-redis at every distance measured"
    )


def test_a_crossing_within_the_range_is_told_with_both_ends(crossed: Results) -> None:
    """290 µs against 90 and a round trip: from 0.2 ms on, and the numbers have rows."""
    [told] = [one for one in findings(crossed) if one.topic == "Break-even"]
    assert told.certain
    assert re.match(r"Below 0\.20 ms \[0\.\d+, 0\.\d+\] of store round trip", told.text)
    assert told.rows[0].metric == "break_even_request_rtt_ms"


def test_lines_that_never_cross_are_said_not_to(results: Results) -> None:
    """A token that adds less with the store next door adds less everywhere."""
    [told] = [one for one in findings(results) if one.topic == "Break-even"]
    assert told.certain
    assert told.text.startswith(
        "token-bearer-hs256-expiry adds less than session-cookie-redis at every distance measured"
    )


def test_lines_of_one_slope_that_cross_by_accident_have_no_break_even(tmp_path: Path) -> None:
    """Both ask the store once: whichever is cheaper, distance is not why."""
    token = "token-bearer-hs256-denylist-redis"
    kept = ("control", "control-again", "session-cookie-redis", token)
    costs = {name: us for name, us in synthetic.Truth().cost_us.items() if name in kept}
    truth = synthetic.Truth(cost_us={**costs, token: 91.0})
    found = evaluate(load(synthetic.write(tmp_path / "run", truth, LOOKUP)))
    assert not found.of("break_even_request_rtt_ms")
    assert not any(one.text.startswith("Below") for one in findings(found))


def test_an_ordinary_session_is_compared_and_what_is_cheaper_is_named(
    many_results: Results,
) -> None:
    """A cached session costs least and gives up for it that a revoke bites at once."""
    first = findings(many_results)[0]
    assert first.text.startswith("A token adds less here: token-bearer-hs256-expiry adds")
    assert ", session-bearer-redis 1" in first.text
    assert "Less than both costs session-cookie-redis-cached, 2" in first.text
    assert first.text.endswith("and lets a revoked credential live for up to 2,000 ms.")


def test_where_no_distance_turns_it_the_token_that_it_turns_for_is_named(
    many_results: Results,
) -> None:
    """HS256 costs less everywhere; a dear signature does not, and that has a band."""
    told = next(one for one in findings(many_results) if one.topic == "Break-even")
    never = r"token-bearer-hs256-expiry adds less than session-(bearer|cookie)-redis at every"
    assert re.search(never, told.text)
    assert re.search(r"Against token-bearer-e\w+-expiry the session adds less below 0", told.text)
    crossing = next(row for row in told.rows if row.metric == "break_even_request_rtt_ms")
    assert crossing.ci_low is not None


def test_a_break_even_that_cannot_be_told_says_how_long_a_run_could(tmp_path: Path) -> None:
    """Two costs as good as one with the store nearest: six blocks do not part them."""
    token = "token-bearer-hs256-expiry"
    truth = synthetic.Truth(cost_us={**synthetic.Truth().cost_us, token: 90.0})
    found = evaluate(load(synthetic.write(tmp_path / "run", truth, LOOKUP, seed=4)))
    [told] = [one for one in findings(found) if one.topic == "Break-even"]
    assert not told.certain
    assert "cannot" in told.text
    known = set().union(*(numbers_of(row) for row in told.rows))
    assert numbers_in(told) <= known | {"0"}
