from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from bench.journal import Ending, Order
from bench.plan import Plan
from bench.plans import SMOKE
from bench.processes.children import BenchError
from bench.records import Cell, read_arrays, read_cells, read_environment, read_run
from bench.run import execute
from demo.schemes import names

from .waiting import failed_gates

TINY = replace(
    SMOKE,
    name="tiny",
    blocks=1,
    block_s=1.5,
    warm_s=0.3,
    rate_limit=150.0,
    separate_blocks=1,
    separate_s=0.5,
    hot_blocks=1,
    hot_pool=100,
    hot_calls=100,
)
SCHEMES = ("session-cookie-sqlite", "token-bearer-hs256-expiry")
ARMS = {"control", "control-again", "control-delay-100us", *SCHEMES}


def _execute(out: Path, plan: Plan = TINY, **changes: object) -> Ending:
    order = Order(plan=plan, seed=11, out=out, schemes=SCHEMES, only=["lookup"], command="again")
    return execute(replace(order, **changes), Console(file=io.StringIO()))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def ending(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    """One tiny run, lookup only, that every test here looks at."""
    return _execute(tmp_path_factory.mktemp("generated"))


def _lookup(ending: Ending, layer: str, design: str = "") -> dict[str, Cell]:
    return {
        cell.arm: cell
        for cell in read_cells(ending.folder)
        if cell.measure == "lookup"
        and cell.layer == layer
        and cell.labels.get("design", "") == design
    }


def test_a_run_that_ends_well_says_so(ending: Ending) -> None:
    run = read_run(ending.folder)
    assert (ending.state, ending.reason, ending.exit_code) == ("complete", "", 0)
    assert (run.state, run.plan, run.seed, run.command) == ("complete", "tiny", 11, "again")
    assert run.ended_at is not None
    assert run.started_at < run.ended_at


def test_control_is_there_twice(ending: Ending) -> None:
    """The A/A pair: alike in everything but the name."""
    arms = {arm.name: arm for arm in read_run(ending.folder).arms}
    assert set(arms) == ARMS
    assert arms["control-again"].scheme == "control"
    assert arms["control-delay-100us"].injected_us == 100.0


def test_every_arm_has_spans_and_requests(ending: Ending) -> None:
    for design in ("interleaved", "separate"):
        for layer in ("span", "request"):
            cells = _lookup(ending, layer, design)
            assert set(cells) == ARMS
            for cell in cells.values():
                arrays = read_arrays(ending.folder, cell)
                assert len(next(iter(arrays.values()))) > 5
                assert failed_gates(cell.gates) == []


def test_a_request_begins_when_it_is_due_and_not_before(ending: Ending) -> None:
    for cell in _lookup(ending, "request", "interleaved").values():
        arrays = read_arrays(ending.folder, cell)
        assert np.all(arrays["intended_ns"] <= arrays["start_ns"])
        assert np.all(arrays["start_ns"] < arrays["end_ns"])
        assert set(arrays["status"].tolist()) == {200}


def test_counts_are_exact(ending: Ending) -> None:
    cells = _lookup(ending, "span", "interleaved")
    names = ("store_reads", "store_writes", "signature_checks")
    counts = {arm: tuple(cells[arm].figures[name] for name in names) for arm in cells}
    assert counts["control"] == (0.0, 0.0, 0.0)
    assert counts["session-cookie-sqlite"] == (1.0, 0.0, 0.0)
    assert counts["token-bearer-hs256-expiry"] == (0.0, 0.0, 1.0)


def test_the_known_delay_is_in_the_span(ending: Ending) -> None:
    cells = _lookup(ending, "span", "interleaved")
    medians = {
        arm: float(np.median(read_arrays(ending.folder, cells[arm])["auth_ns"]))
        for arm in ("control", "control-delay-100us")
    }
    added_us = (medians["control-delay-100us"] - medians["control"]) / 1000
    assert 95 < added_us < 120


def test_a_store_farther_away_is_waited_for_inside_the_request(tmp_path: Path) -> None:
    """By whoever asks it, at least so long; a scheme that asks nobody does not notice."""
    plan = replace(TINY, separate_blocks=0, hot_blocks=0, high_blocks=0, far_rtt_ms=2.0)
    schemes = ("session-cookie-redis", "token-bearer-hs256-expiry")
    ending = _execute(tmp_path, plan, schemes=schemes)
    far, folder = _lookup(ending, "span", "far"), ending.folder
    waited_ms = {
        arm: float(np.median(read_arrays(folder, cell)["auth_ns"])) / 1e6
        for arm, cell in far.items()
    }
    assert {cell.conditions["store_rtt_ms"] for cell in far.values()} == {2.0}
    assert waited_ms["session-cookie-redis"] > 1.9
    assert waited_ms["token-bearer-hs256-expiry"] < 1.9


def test_an_arm_alone_shows_its_processor_time(ending: Ending) -> None:
    for arm, cell in _lookup(ending, "span", "separate").items():
        assert 20 < cell.figures["cpu_us"] < 20_000, arm


def test_the_hot_loop_has_every_mechanism_and_its_floor(ending: Ending) -> None:
    cells = _lookup(ending, "hot")
    assert set(cells) == set(SCHEMES)
    for cell in cells.values():
        arrays = read_arrays(ending.folder, cell)
        assert len(arrays["verify_ns"]) == len(arrays["floor_ns"]) == TINY.hot_calls
        assert np.median(arrays["floor_ns"]) < np.median(arrays["verify_ns"])


def test_the_generator_is_held_to_its_schedule(ending: Ending) -> None:
    gates = {
        gate.name
        for cell in read_cells(ending.folder)
        if cell.measure == "calibration" and not cell.layer
        for gate in cell.gates
    }
    assert gates == {"achieved_rate", "generator_lag_p99", "generator_cpu"}


def test_known_truths_have_blocks_of_their_own(ending: Ending) -> None:
    """Every one of them, and the control beside it; none is an arm of the run."""
    truths = [cell for cell in read_cells(ending.folder) if cell.layer == "truth"]
    assert {cell.arm for cell in truths} == {"control", *names("truths")}
    assert {cell.block for cell in truths} == set(range(TINY.truth_blocks))
    assert not ARMS & set(names("truths"))


def test_a_tampered_credential_was_refused_under_every_scheme(ending: Ending) -> None:
    gates = [gate for gate in read_run(ending.folder).gates if gate.name == "tampered_refused"]
    assert len(gates) == len(SCHEMES)
    assert all(gate.passed for gate in gates)


def test_the_environment_is_kept(ending: Ending) -> None:
    environment = read_environment(ending.folder)
    assert environment.machine["cpu"]
    assert {"python", "locust", "granian", "valkey", "sqlite"} <= set(environment.versions)
    assert environment.settings["seed"] == 11


def test_latest_points_at_the_run(ending: Ending) -> None:
    assert (ending.folder.parent / "latest").resolve() == ending.folder


def test_an_unknown_scheme_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="session-cookie-redis"):
        _execute(tmp_path / "generated", schemes=["session-cookie-rediss"])
    assert not (tmp_path / "generated").exists()


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BenchError, match="--out"):
        _execute(tmp_path / "file")
