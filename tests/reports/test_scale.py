"""The grid of conditions: crossings and costs are those the run was drawn from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from bench.records import write_cell
from reports.loading import load
from reports.results import Results, evaluate

from . import synthetic
from .test_measures import covers

TRUTH = synthetic.Truth()
SESSION, TOKEN = "session-cookie-redis", "token-bearer-hs256-expiry"
SCALE = synthetic.Shape(measures=("scale",))


def test_break_even_is_where_the_lines_were_drawn_to_cross(results: Results) -> None:
    """30 us and a round trip against 430 us: at 0.4 ms, and the band is narrow."""
    row = results.find("break_even_rtt_ms", SESSION, less=TOKEN)
    assert covers(row, 0.4, slack=0.005)
    assert row is not None
    assert row.ci_low is not None
    assert row.ci_high is not None
    assert row.ci_high - row.ci_low < 0.05
    assert row.rounds == SCALE.grid_blocks


@pytest.mark.parametrize(
    ("session", "token"),
    [
        (SESSION, "token-bearer-hs256-denylist-redis"),
        ("session-cookie-memory", TOKEN),
    ],
)
def test_lines_that_do_not_cross_have_no_break_even(
    results: Results, session: str, token: str
) -> None:
    """Both wait for the store, or neither: no distance of it turns one into the other."""
    assert results.find("break_even_rtt_ms", session, less=token) is None
    assert results.find("verify_us_difference_p50", session, less=token) is not None


def test_break_even_is_in_the_round_trip_that_was_measured(tmp_path: Path) -> None:
    """A delay that gives twice what was asked moves the crossing, and not the rows' condition."""
    folder = synthetic.write(tmp_path / "run", shape=SCALE)
    for recorded in load(folder).select("calibration", "proxy"):
        nominal_us = recorded.cell.conditions["store_rtt_ms"] * 1e3
        figures = {**recorded.cell.figures, "proxy_rtt_us_p50": 2 * nominal_us}
        write_cell(folder, structs.replace(recorded.cell, figures=figures))
    row = evaluate(load(folder)).find("break_even_rtt_ms", SESSION, less=TOKEN)
    assert covers(row, 0.8, slack=0.01)


def test_one_process_gives_a_crossing_without_a_band(tmp_path: Path) -> None:
    """And the sentence about it says that it cannot tell how sure that is."""
    shape = replace(SCALE, grid_blocks=1)
    found = evaluate(load(synthetic.write(tmp_path / "run", shape=shape)))
    row = found.find("break_even_rtt_ms", SESSION, less=TOKEN)
    assert row is not None
    assert (row.ci_low, row.ci_high) == (None, None)


@pytest.mark.parametrize("scheme", sorted(TRUTH.checks))
def test_model_recovers_its_parts(results: Results, scheme: str) -> None:
    """Fixed part, round trips and claims, each within two per cent or a tenth of a microsecond."""
    check = TRUTH.checks[scheme]
    truths = {
        "model_fixed_us": check.fixed_us,
        "model_round_trips": check.round_trips,
        "model_claim_us": check.claim_us,
    }
    for metric, truth in truths.items():
        row = results.find(metric, scheme)
        assert row is not None
        assert row.value == pytest.approx(truth, rel=0.02, abs=0.11), metric


def test_model_foretells_points_it_has_not_seen(results: Results) -> None:
    """Two a scheme, with conditions changed together; a few per cent is the noise of a process."""
    worst = results.find("model_error_percent_worst")
    assert worst is not None
    assert worst.n == 2 * len(TRUTH.checks)
    assert worst.value < 4


def test_model_is_wrong_where_the_world_is(tmp_path: Path) -> None:
    """A cost that explodes at the held-out points is missed, and the miss is shown."""
    folder = synthetic.write(tmp_path / "run", shape=SCALE)
    for recorded in load(folder).select("scale", "hot"):
        if recorded.cell.labels["role"] == "held-out":
            arrays = {name: 3 * array for name, array in recorded.arrays.items()}
            write_cell(folder, recorded.cell, arrays)
    worst = evaluate(load(folder)).find("model_error_percent_worst")
    assert worst is not None
    assert worst.value == pytest.approx(67, abs=3)


def test_revoke_all_grows_with_the_sessions_of_a_subject(results: Results) -> None:
    """5 us a session, and none a token."""
    rows = {
        (row.scheme, row.subject_sessions): row.value
        for row in results.rows
        if row.metric == "revoke_all_ms_p50" and row.measure == "scale"
    }
    assert rows[SESSION, 100] - rows[SESSION, 1] == pytest.approx(0.495, abs=0.01)
    assert rows[TOKEN, 100] - rows[TOKEN, 1] == pytest.approx(0, abs=0.01)


def test_the_grid_never_stands_in_for_the_plain_measurement(results: Results) -> None:
    """Whoever asks for the cost of a check gets the one of the usual conditions."""
    assert {row.measure for row in results.main("verify_us_p50").values()} == {"lookup"}


def test_a_high_load_never_stands_in_for_the_low_one(results: Results) -> None:
    """Both have rows; the plain question means the low load."""
    loads = {row.load for row in results.rows if row.metric == "auth_us_cost_p50"}
    assert loads == {"low", "high"}
    assert {row.load for row in results.main("auth_us_cost_p50").values()} == {"low"}
    row = results.find("auth_us_cost_p50", SESSION)
    noise = results.noise_us("span")
    assert row is not None
    assert noise is not None
    assert row.load == noise.load == "low"
