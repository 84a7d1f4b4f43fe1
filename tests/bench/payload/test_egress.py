"""Bytes a month: the formula, and the command that prints it for a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from bench.payload.egress import Traffic, monthly
from bench.payload.egress_command import egress
from bench.records import Arm, Cell, Run, write_cell, write_run

REQUESTS = 10 * 86_400 * 30
TRAFFIC = Traffic(requests_per_s=10, days=30, login_share=0.25)


def cell(arm: str, number: int, **figures: float) -> Cell:
    return Cell(
        id=f"{number:04d}-payload",
        measure="payload",
        arm=arm,
        conditions={"claims": 0.0},
        figures=figures,
    )


def compressed(number: int, policy: str, users: float | None = None, **figures: float) -> Cell:
    found = replace(cell("a", number, **figures), labels={"header_policy": policy})
    return replace(found, conditions=found.conditions | ({"users": users} if users else {}))


CELLS = [
    cell("control", 1, request_bytes=0, response_bytes=200, response_bytes_login=210),
    cell("a", 2, request_bytes=300, response_bytes=250, response_bytes_login=710),
    replace(cell("a", 3, request_bytes=500, response_bytes=900), conditions={"claims": 8.0}),
    compressed(4, "chromium", request_bytes_h2_first=120, request_bytes_h2_steady=20),
    compressed(5, "chromium", 100, request_bytes_h2_steady=90),
]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    arms = [
        Arm(name="control", scheme="control"),
        Arm(name="a", scheme="a", mechanism="session"),
    ]
    write_run(tmp_path, Run(name="r", plan="smoke", seed=1, started_at=0, blocks=1, arms=arms))
    for each in CELLS:
        write_cell(tmp_path, each)
    return tmp_path


def test_bytes_add_up_over_the_requests_that_carry_them() -> None:
    """A login carries no credential; its answer does."""
    (found,) = monthly(CELLS, TRAFFIC)
    assert found.up_bytes == REQUESTS * 0.75 * 300
    assert found.down_bytes == REQUESTS * (0.75 * 50 + 0.25 * 500)


def test_claims_grow_the_request_and_not_the_cost_of_the_answer() -> None:
    """What a user put into the cart is in the answer under any scheme."""
    (found,) = monthly(CELLS, Traffic(10, 30, 0.25, claims=8))
    assert found.request_bytes == 500
    assert found.down_bytes == REQUESTS * (0.75 * 50 + 0.25 * 500)


def test_http2_pays_the_first_request_once_a_connection() -> None:
    """Then the steady one; of users who share one, the mean."""
    (found,) = monthly(CELLS, Traffic(10, 30, 0, "chromium", requests_per_connection=50))
    assert found.request_bytes == 20 + (120 - 20) / 50
    (shared,) = monthly(CELLS, Traffic(10, 30, 0, "chromium", users=100))
    assert shared.request_bytes == 90


def test_the_command_prints_what_the_formula_says(run: Path) -> None:
    """As a table, and in bytes as JSON."""
    asked = [str(run), "--requests-per-s", "10", "--login-share", "0.25"]
    shown = CliRunner().invoke(egress, asked)
    assert shown.exit_code == 0
    assert shown.output.splitlines()[-1].split() == ["a", "300.0", "5.83", "4.21"]
    (found,) = json.loads(CliRunner().invoke(egress, [*asked, "--json"]).output)["arms"]
    assert found["up_bytes"] == REQUESTS * 0.75 * 300


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--claims", "5"], "was not measured with 5 claims; it has 0, 8"),
        (["--users", "10"], "--users is about HTTP/2"),
        (["--policy", "nghttp2", "--claims", "8", "--users", "10"], "at 0 claims alone"),
    ],
)
def test_what_was_not_counted_is_an_error(run: Path, options: list[str], message: str) -> None:
    """It says what was, and prints no zero."""
    shown = CliRunner().invoke(egress, [str(run), "--requests-per-s", "10", *options])
    assert shown.exit_code == 1
    assert message in shown.output


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    """In one line."""
    shown = CliRunner().invoke(egress, [str(tmp_path), "--requests-per-s", "10"])
    assert (shown.exit_code, shown.output.count("\n")) == (1, 1)
