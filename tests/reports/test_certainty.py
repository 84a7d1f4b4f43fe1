"""What counts as a difference: twice the noise of its kind, and an interval without zero."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.records import Cell, write_cell
from reports import headline
from reports.certainty import is_backed, told_apart
from reports.document import compose
from reports.loading import load
from reports.results import Results, evaluate
from reports.rows import Row

from . import synthetic


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
    effect = Row("r", "lookup", "x", headline.DIFFERENCE, "us", value, low, high)
    floor = Row("r", "calibration", "control-again", "aa_noise_us", "us", noise)
    assert told_apart(effect, floor) is told


def test_told_apart_knows_milliseconds() -> None:
    """Noise is in microseconds, end-to-end costs are not."""
    effect = Row("r", "lookup", "x", "request_ms_cost_p50", "ms", 0.1, 0.09, 0.11)
    floor = Row("r", "calibration", "control-again", "aa_noise_us", "us", 20.0)
    assert told_apart(effect, floor)


def test_the_floor_of_arms_that_ask_a_store_is_held_against_a_session(results: Results) -> None:
    """The two controls ask none, so they agree better than any session can."""
    plain = results.noise_us("span")
    assert plain is not None
    assert results.floor_us("span", "token-bearer-hs256-expiry") == plain
    stored = Row("r", "calibration", "x-again", "aa_noise_store_us", "us", 9.0, layer="span")
    with_pair = replace(results, rows=(*results.rows, stored))
    assert with_pair.floor_us("span", "token-bearer-hs256-expiry") == plain
    assert with_pair.floor_us("span", "session-cookie-redis") == stored
    smaller = replace(results, rows=(*results.rows, replace(stored, value=plain.value / 2)))
    assert smaller.floor_us("span", "session-cookie-redis") == plain


def test_a_rough_difference_needs_the_processor_time_in_the_same_order(results: Results) -> None:
    """On a busy machine who asks a store waits more often; processor time does not know that."""
    session, token = "session-cookie-redis", "token-bearer-hs256-expiry"
    difference = Row("r", "lookup", session, headline.DIFFERENCE, "us", 50.0, 40.0, 60.0)
    assert is_backed(results, difference, session, token)

    def judged(validity: str, *used_us: float) -> Results:
        rows = [
            replace(r, validity=validity) if r.metric == headline.COST else r for r in results.rows
        ]
        cost = next(r for r in results.costs(headline.COST).values())
        used = [
            replace(cost, scheme=scheme, metric="app_cpu_us_cost_p50", value=value)
            for scheme, value in zip((session, token), used_us, strict=False)
        ]
        return replace(results, rows=(*rows, *used))

    assert is_backed(judged("rough", 90.0, 60.0), difference, session, token)
    assert not is_backed(judged("rough", 60.0, 90.0), difference, session, token)
    assert not is_backed(judged("rough"), difference, session, token)
    assert not is_backed(judged("withheld", 90.0, 60.0), difference, session, token)


def test_what_a_second_generator_saw_stands_beside_what_ours_did(tmp_path: Path) -> None:
    """With how far they are apart; nothing where nobody was asked."""
    folder = synthetic.write(tmp_path / "run", shape=synthetic.Shape(measures=("lookup",)))
    assert not any("h2load" in told for told in compose(evaluate(load(folder))).floors)
    means = {"ours_ms_mean": 0.402, "h2load_ms_mean": 0.4}
    medians = {"ours_ms_p50": 0.3, "h2load_ms_p50": 0.25}
    cell = Cell(
        id="9999-h2load",
        measure="calibration",
        layer="h2load",
        arm="control",
        figures={**means, **medians, "rate": 400.0},
    )
    write_cell(folder, cell)
    [told] = [one for one in compose(evaluate(load(folder))).floors if "h2load" in one]
    assert "0.40 ms by ours and 0.40 ms by h2load, 0.50 % apart" in told
    assert "medians are 0.30 ms and 0.25 ms" in told
