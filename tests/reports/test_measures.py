"""Rows of a run drawn from known truths: each truth is found again, inside its interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.records import Arm, Arrays, Cell, Run, write_cell, write_run
from reports import headline
from reports.advice import facts
from reports.answer import System, answer, known
from reports.charts import lookup_cost
from reports.findings import findings
from reports.loading import load
from reports.order import differences
from reports.results import Results, evaluate
from reports.rows import Row

from . import drawing, synthetic

TRUTH = synthetic.Truth()
COSTS = {name: us for name, us in TRUTH.cost_us.items() if name != "control"}


def covers(row: Row | None, truth: float, slack: float = 0.0) -> bool:
    """Say whether the interval of *row* holds *truth*."""
    assert row is not None
    assert row.ci_low is not None
    assert row.ci_high is not None
    return row.ci_low - slack <= truth <= row.ci_high + slack


@pytest.mark.parametrize("scheme", sorted(COSTS))
def test_cost_of_the_check_is_recovered(results: Results, scheme: str) -> None:
    """The interval holds what was put in, and is narrow enough to mean something."""
    row = results.find("auth_us_cost_p50", scheme)
    assert row is not None
    assert covers(row, COSTS[scheme], slack=0.3)
    assert abs(row.value - COSTS[scheme]) < 1.5


def test_cost_end_to_end_is_the_same_cost_in_milliseconds(results: Results) -> None:
    """The request holds the check."""
    row = results.find("request_ms_cost_p50", "session-cookie-redis")
    assert row is not None
    assert row.unit == "ms"
    assert row.value == pytest.approx(0.090, abs=0.010)


def test_difference_of_two_schemes_is_paired(results: Results) -> None:
    """50 us by construction, in less than a microsecond of interval a side."""
    row = results.find(
        "auth_us_difference_p50", "session-cookie-redis", less="token-bearer-hs256-expiry"
    )
    assert row is not None
    assert covers(row, 50, slack=0.3)


def test_request_time_counts_from_the_intended_start(results: Results) -> None:
    """Service time leaves out the wait; what the client felt does not."""
    request = results.find("request_ms_p50", "control")
    service = results.find("service_ms_p50", "control")
    assert request is not None
    assert service is not None
    assert request.value > service.value


def test_known_delay_and_noise_floor(results: Results) -> None:
    """The calibration of the span recovers 100 us, and two controls are alike."""
    assert covers(results.find("recovered_delay_us", layer="span"), 100, slack=0.3)
    noise = results.noise_us("span")
    assert noise is not None
    assert 0 < noise.value < 2


def test_p99_stands_and_p999_does_not(results: Results) -> None:
    """1,000 samples a block are enough for the one and not for the other."""
    assert results.find("request_ms_p99", "control") is not None
    assert results.find("request_ms_p999", "control") is None


def test_a_wrong_status_is_never_a_sample(tmp_path: Path) -> None:
    """401 is fast: a run full of them must not look fast."""
    folder = tmp_path / "run"
    folder.mkdir()
    write_run(folder, Run(name="r", plan="p", seed=1, started_at=0, blocks=1, arms=[]))
    start = np.zeros(10, np.int64)
    end = np.full(10, 5_000_000, np.int64)
    end[5:] = 1_000
    status = np.full(10, 200, np.int16)
    status[5:] = 401
    cell = Cell(id="1", measure="lookup", layer="request", arm="x")
    arrays: Arrays = {"intended_ns": start, "start_ns": start, "end_ns": end, "status": status}
    write_cell(folder, cell, arrays)
    row = evaluate(load(folder)).find("request_ms_p50", "x")
    assert row is not None
    assert (row.value, row.n) == (5.0, 5)


def test_windows_of_an_expiring_token(results: Results) -> None:
    """Revoked at random in its life of two seconds: half of it, and at worst all of it."""
    median = results.ending_one("window_ms_p50", "token-bearer-hs256-expiry", "random")
    worst = results.ending_one("window_ms_worst", "token-bearer-hs256-expiry", "all")
    assert worst is not None
    assert covers(median, 1_000, slack=150)
    assert 1_980 <= worst.value <= 2_000


@pytest.mark.parametrize("scheme", ["session-cookie-redis", "token-bearer-hs256-denylist-redis"])
def test_immediate_schemes_have_no_window(results: Results, scheme: str) -> None:
    """None late, of all the probes there were, with the limit that many probes give."""
    late = results.ending_one("late_accepts", scheme, "all")
    limit = results.ending_one("late_accept_limit", scheme, "all")
    assert late is not None
    assert limit is not None
    assert late.value == 0
    assert limit.value == pytest.approx(100 * (1 - 0.05 ** (1 / (late.n or 1))))


def history(tmp_path: Path, *probes: tuple[int, float, int], bound_s: float = 0.0) -> Results:
    """Evaluate one trial, revoked at 0 ms and acknowledged at 1 ms; probes: node, ms, status."""
    folder = tmp_path / "run"
    folder.mkdir()
    arm = Arm(name="x", scheme="x", mechanism="token", bound_s=bound_s)
    write_run(folder, Run(name="r", plan="p", seed=1, started_at=0, blocks=1, arms=[arm]))
    arrays: Arrays = {
        "trial": np.zeros(len(probes), np.int32),
        "node": np.array([node for node, _, _ in probes], np.int16),
        "invoke_ns": np.array([int(ms * 1e6) for _, ms, _ in probes]),
        "complete_ns": np.array([int((ms + 0.5) * 1e6) for _, ms, _ in probes]),
        "status": np.array([status for _, _, status in probes], np.int16),
        "trial_invoke_ns": np.array([0]),
        "trial_ack_ns": np.array([1_000_000]),
    }
    write_cell(folder, Cell(id="1", measure="revocation", arm="x"), arrays)
    return evaluate(load(folder))


def value(results: Results, metric: str) -> float:
    """Give the one row of *metric*."""
    row = results.find(metric, "x")
    assert row is not None
    return row.value


def test_the_longest_window_of_any_node_counts(tmp_path: Path) -> None:
    """One slow node is a hole, whatever the others do; both together are the exposure."""
    found = history(tmp_path, (0, 5, 200), (0, 11, 401), (1, 21, 200), (1, 31, 401))
    assert value(found, "window_ms_worst") == 20.0
    assert value(found, "exposure_node_s") == pytest.approx(0.024)
    assert value(found, "late_accepts") == 2


def test_a_probe_invoked_before_the_acknowledgement_is_no_late_accept(tmp_path: Path) -> None:
    """It may have been answered before the revoke was; nothing was promised yet."""
    found = history(tmp_path, (0, 0.5, 200), (0, 10, 401))
    assert value(found, "window_ms_worst") == 0.0
    assert value(found, "late_accepts") == 0


def test_accepts_within_the_bound_are_not_late(tmp_path: Path) -> None:
    """The claim was 10 ms: 8 is in it, 15 is not."""
    found = history(tmp_path, (0, 9, 200), (0, 16, 200), (0, 30, 401), bound_s=0.010)
    assert value(found, "late_accepts") == 1
    assert value(found, "probes_after_bound") == 2


def test_the_dead_that_come_back_are_counted(tmp_path: Path) -> None:
    """A reject, then an accept: a write raced the logout and won."""
    found = history(tmp_path, (0, 2, 401), (0, 12, 200), (0, 22, 401), (0, 32, 200))
    assert value(found, "resurrections") == 2
    assert value(found, "censored_trials") == 1


def test_a_reject_before_the_revoke_is_false(tmp_path: Path) -> None:
    """And is no resurrection when the next probe is accepted."""
    found = history(tmp_path, (0, -20, 401), (0, -10, 200), (0, 10, 401))
    assert value(found, "false_rejects") == 1
    assert value(found, "resurrections") == 0


def test_errors_are_neither_accepts_nor_rejects(tmp_path: Path) -> None:
    """503 ends no window and opens none."""
    found = history(tmp_path, (0, 5, 200), (0, 15, 503), (0, 25, 401))
    assert value(found, "window_ms_worst") == 4.0
    assert value(found, "probe_errors") == 1
    assert value(found, "probes_after_bound") == 2


def test_payload_is_exact(results: Results) -> None:
    """As recorded, with the claims it was counted at."""
    rows = [
        row
        for row in results.rows
        if row.metric == "request_bytes" and row.scheme == "token-bearer-hs256-expiry"
    ]
    assert {row.claims: row.value for row in rows} == {0: 312, 4: 440, 16: 824, 64: 2360, 128: 4408}


def test_ending_one_login_and_ending_all_are_kept_apart(tmp_path: Path) -> None:
    """The headline is about one logout; `revoke_all` has rows of its own."""
    folder = tmp_path / "run"
    folder.mkdir()
    arm = Arm(name="x", scheme="x", mechanism="token", bound_s=2.0)
    write_run(folder, Run(name="r", plan="p", seed=1, started_at=0, blocks=1, arms=[arm]))
    rng = np.random.default_rng(1)
    for number, (kind, phase, lifetime_s) in enumerate(
        [("all", "random", 0.5), ("one", "random", 1.0), ("one", "adversarial", 1.8)]
    ):
        arrays = drawing.history(lifetime_s, 2.0, True, synthetic.Shape(trials=2), rng)
        labels = {"phase": phase, "kind": kind}
        write_cell(
            folder, Cell(id=str(number), measure="revocation", arm="x", labels=labels), arrays
        )
    found = evaluate(load(folder))
    worst = found.ending_one("window_ms_worst", "x", "all")
    typical = found.ending_one("window_ms_p50", "x", "random")
    assert worst is not None
    assert typical is not None
    assert worst.value == pytest.approx(1_800, abs=15)
    assert typical.value == pytest.approx(1_000, abs=15)
    assert found.find("revoke_all_ms_p50", "x") is not None


def test_break_even_of_requests_is_where_the_session_loses_its_lead(
    results: Results, crossed: Results
) -> None:
    """200 µs ahead beside its store and 800 behind at 1 ms: they meet at 0.2 ms."""
    session, token = "session-cookie-redis", "token-bearer-hs256-expiry"
    found = crossed.find("break_even_request_rtt_ms", session, less=token)
    assert covers(found, 0.2)
    assert found is not None
    assert found.value == pytest.approx(0.2, abs=0.01)
    # One that is behind already, and one whose store is in the process, have no such distance.
    assert results.find("break_even_request_rtt_ms", session, less=token) is None
    memory = "session-cookie-memory"
    assert crossed.find("break_even_request_rtt_ms", memory, less=token) is None


def test_the_headline_is_all_that_a_scheme_adds_in_the_app(crossed: Results) -> None:
    """What is the faster to check and adds more around it is the dearer, everywhere alike."""
    session, token = "session-cookie-redis", "token-bearer-hs256-expiry"
    checks, added = (crossed.costs(name) for name in ("auth_us_cost_p50", headline.COST))
    assert checks[token].value < checks[session].value < added[token].value
    said = answer(known(crossed), System(rtt_ms=0.0), session, token).headline
    assert said.startswith("A JWT without revocation adds 3.2 times as much to an answer as")
    [told] = [one for one in findings(crossed) if one.topic == "Lookup"]
    assert told.text.startswith("A session adds less here")
    pair = sorted((session, token))
    assert (differences(crossed)[pair[0], pair[1]].value < 0) == (pair[0] == session)
    assert [one["name"] for one in facts(crossed)["schemes"]].index(session) == 1
    assert lookup_cost.table(crossed).rows[1][0] == session


def test_a_session_over_a_token_is_a_ratio_of_costs(results: Results) -> None:
    found = results.find(
        "session_token_ratio_p50", "session-cookie-redis", beside="token-bearer-hs256-expiry"
    )
    assert found is not None
    assert found.value == pytest.approx(90 / 40, rel=0.05)
