"""Measuring labs: ranks and bounds from a run, and inconclusive where the run cannot tell."""

from __future__ import annotations

import inspect
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.plans import PLANS
from bench.records import Arm, Cell, Gate, Run, write_cell, write_run
from workshop.runner import runs
from workshop.runner.catalogue import Lab, find, labs
from workshop.runner.folder import Folder

from .conftest import Call

COSTS_US = {
    "control": 0.0,
    "control-again": 0.0,
    "session-cookie-memory": 20.0,
    "token-bearer-hs256-expiry": 70.0,
    "token-bearer-es256-expiry": 250.0,
    "session-cookie-redis": 200.0,
}
WINDOWS_MS = {
    "session-cookie-redis": (0.0, 0.0),
    "token-bearer-hs256-snapshot-redis": (480.0, 910.0, 700.0, 650.0, 820.0),
    "token-bearer-hs256-pushed-redis": (0.0, 3.0),
}
LOGOUTS_MS = {
    "session-cookie-redis": (0.0, 0.0),
    "token-bearer-hs256-expiry": (900.0, 400.0, 750.0, 640.0),
    "token-bearer-hs256-denylist-redis": (0.0, 0.0),
}
PASSED = Gate(name="generator_lag_p99", passed=True, value=0.4, limit=1.0, unit="ms")
FAILED = Gate(name="generator_lag_p99", passed=False, value=7.5, limit=1.0, unit="ms")


def arm(name: str, bound_s: float = 0.0) -> Arm:
    mechanism = "control" if name.startswith("control") else "session"
    return Arm(name=name, scheme=name, mechanism=mechanism, bound_s=bound_s)  # type: ignore[arg-type]


def made_up_run(folder: Path, names: dict[str, Arm], gate: Gate = PASSED) -> Path:
    """The frame of a run whose truth a test knows, since it made it up."""
    folder.mkdir(parents=True)
    arms = list(names.values())
    whole = Run(name="made-up", plan="smoke", seed=1, started_at=0.0, blocks=6, arms=arms)
    write_run(folder, whole)
    write_cell(
        folder, Cell(id="9999-calibration", measure="calibration", arm="control", gates=[gate])
    )
    return folder


def lookup_run(folder: Path, gate: Gate = PASSED, wobble_us: float = 0.5) -> Path:
    """Blocks that drift by hundreds of microseconds, and costs that do not."""
    run = made_up_run(folder, {name: arm(name) for name in COSTS_US}, gate)
    draw = np.random.default_rng(1)
    for block in range(6):
        base = 300 + 70 * (block % 3)
        for number, (name, cost) in enumerate(COSTS_US.items()):
            mood = draw.uniform(-wobble_us, wobble_us)
            times = (base + cost + mood + draw.exponential(5, 200)) * 1000
            cell = Cell(
                id=f"{block:02}{number:02}-lookup",
                measure="lookup",
                layer="span",
                arm=name,
                block=block,
                labels={"design": "interleaved"},
            )
            write_cell(run, cell, {"auth_ns": times.astype(np.int64)})
    return run


def revocation_run(
    folder: Path, bound_s: float = 1.0, windows_ms: dict[str, tuple[float, ...]] = WINDOWS_MS
) -> Path:
    """Some trials a scheme on two nodes, probed every millisecond."""
    run = made_up_run(folder, {name: arm(name, bound_s) for name in windows_ms})
    for number, (name, windows) in enumerate(windows_ms.items()):
        rows = [
            (trial, node, trial * 10**10 + step * 10**6, 200 if step <= window * node else 401)
            for trial, window in enumerate(windows)
            for node in (0, 1)
            for step in range(-5, 1000)
        ]
        trial, node, invoked, status = (np.array(column) for column in zip(*rows, strict=True))
        arrays: dict[str, NDArray[Any]] = {
            "trial": trial.astype(np.int32),
            "node": node.astype(np.int16),
            "invoke_ns": invoked.astype(np.int64),
            "status": status.astype(np.int16),
            "trial_ack_ns": np.arange(len(windows), dtype=np.int64) * 10**10,
        }
        cell = Cell(
            id=f"{number:04}-revocation",
            measure="revocation",
            arm=name,
            figures={"claimed_bound_ms": bound_s * 1000},
        )
        write_cell(run, cell, arrays)
    return run


def with_reference(folder: Folder, lab: Lab) -> None:
    shutil.copyfile(lab.file("reference", "policy.py"), folder.policy(lab))


def test_windows_are_those_of_the_slowest_node(tmp_path: Path) -> None:
    """From the acknowledgement to the last accepted probe invoked after it."""
    run = revocation_run(tmp_path / "run")
    for name, expected in WINDOWS_MS.items():
        assert runs.windows_ms(run, name) == list(expected)


def test_costs_are_compared_by_the_learners_own_function(
    folder: Folder, call: Call, tmp_path: Path
) -> None:
    """Ranks that hold are a pass, and the predictions meet the run."""
    lab = find("8")
    call("predict", "8", "--answer", "cheapest=token-bearer-hs256-expiry")
    with_reference(folder, lab)
    result = call("measure", "8", "--run", str(lookup_run(tmp_path / "run")))
    assert result.exit_code == 0, result.output
    assert "session-cookie-memory 20 us" in result.output
    assert re.search(r"es256-expiry takes 3\.5\d \[3\.5\d, 3\.\d+\] times as much", result.output)
    assert "session-cookie-memory (you said token-bearer-hs256-expiry)" in result.output
    # For the page of the class.
    measured = json.loads((folder.of(lab) / "measured.json").read_text())
    assert measured["cheapest"] == "session-cookie-memory"


def test_a_gate_that_failed_is_inconclusive(folder: Folder, call: Call, tmp_path: Path) -> None:
    """A noisy laptop fails nobody: the exit code is 3, and the gate is named."""
    with_reference(folder, find("8"))
    result = call("measure", "8", "--run", str(lookup_run(tmp_path / "run", FAILED)))
    assert result.exit_code == 3
    assert "generator_lag_p99 7.5 ms" in result.output


def test_noise_is_inconclusive_too(folder: Folder, call: Call, tmp_path: Path) -> None:
    """Where the learner's own function says that it cannot tell, so does the verdict."""
    with_reference(folder, find("8"))
    run = lookup_run(tmp_path / "run", wobble_us=200)
    result = call("measure", "8", "--run", str(run))
    assert result.exit_code == 3
    assert "cannot tell the cost of" in result.output


@pytest.mark.parametrize(("bound_s", "code"), [(1.0, 0), (0.5, 1)])
def test_a_bound_must_be_kept(
    folder: Folder, call: Call, tmp_path: Path, bound_s: float, code: int
) -> None:
    """Ranks of windows, and the claim of the scheme that polls."""
    with_reference(folder, find("10"))
    result = call("measure", "10", "--run", str(revocation_run(tmp_path / "run", bound_s)))
    assert result.exit_code == code, result.output
    assert f"910 ms at worst, {bound_s * 1000:.0f} ms claimed" in result.output


@pytest.mark.parametrize(
    ("windows", "code", "said"),
    [
        ((480.0, 910.0, 700.0, 650.0, 820.0), 0, "over many runs P N / (N + 1) is 750 ms"),
        ((60.0, 90.0, 70.0, 65.0, 80.0), 1, "between 500 and 833 ms"),
        ((0.0, 2.0, 900.0), 3, "measured: who polls hears last"),
    ],
)
def test_an_average_is_judged_by_its_interval(
    folder: Folder,
    call: Call,
    tmp_path: Path,
    windows: tuple[float, ...],
    code: int,
    said: str,
) -> None:
    """Where theory says, elsewhere for certain, or so wide that nobody knows."""
    with_reference(folder, find("10"))
    polled = {**WINDOWS_MS, "token-bearer-hs256-snapshot-redis": windows}
    run = revocation_run(tmp_path / "run", windows_ms=polled)
    result = call("measure", "10", "--run", str(run))
    assert result.exit_code == code, result.output
    assert said in result.output


def test_the_polls_of_lab_10_are_those_of_its_scheme() -> None:
    """The lab reckons with the interval at which the measured scheme looks."""
    from tokens.revocation.snapshot import Snapshot
    from workshop.runner.loading import module_from

    judged: Any = module_from(find("10").file("measured.py"))
    looks = inspect.signature(Snapshot.__mro__[1]).parameters["poll_s"].default
    assert looks * 1000 == judged.POLL_MS
    assert PLANS["workshop"].revocation_nodes == judged.NODES


@pytest.mark.parametrize(("bound_s", "code"), [(0.95, 0), (0.8, 1)])
def test_a_plain_token_lives_longest_and_until_it_expires(
    folder: Folder, call: Call, tmp_path: Path, bound_s: float, code: int
) -> None:
    """Longer than the two that ask a store; and a token that outlives its exp is a finding."""
    with_reference(folder, find("5"))
    run = revocation_run(tmp_path / "run", bound_s, LOGOUTS_MS)
    result = call("measure", "5", "--run", str(run))
    assert result.exit_code == code, result.output
    assert "pass  measured: the plain token lives longest" in result.output
    assert f"a token expires after {bound_s * 1000:.0f} ms" in result.output


def test_a_measuring_lab_takes_about_a_minute_and_a_half() -> None:
    """By the forecast that a run begins with, for the schemes of each lab and the controls."""
    measuring = [lab.measuring for lab in labs() if lab.measuring]
    assert len(measuring) == 4
    for each in measuring:
        schemes = len(each.schemes.split(",")) + 2
        assert PLANS[each.plan].forecast_s(schemes, [each.only]) < 90, each


def test_a_lab_that_measures_nothing_says_so(call: Call) -> None:
    """With the labs that do."""
    result = call("measure", "4")
    assert result.exit_code == 2
    assert "labs 5, 8, 9 and 10 do" in result.output
