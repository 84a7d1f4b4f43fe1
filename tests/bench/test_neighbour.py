"""A standard run, shortened, beside a process that keeps one core busy half of the time.

Two runs of some minutes, so only on demand: make neighbour.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from bench.journal import Order
from bench.plans import STANDARD
from bench.run import execute
from reports.loading import load
from reports.order import order
from reports.results import Results, evaluate

pytestmark = [
    pytest.mark.bench,
    pytest.mark.timeout(3600),
    pytest.mark.skipif("NEIGHBOUR" not in os.environ, reason="takes minutes: make neighbour"),
]

BUSY = """
import time
while True:
    until = time.monotonic() + 0.05
    while time.monotonic() < until:
        pass
    time.sleep(0.05)
"""
PLAN = replace(
    STANDARD,
    name="neighbour",
    schemes=(
        "session-cookie-memory",
        "session-cookie-redis",
        "token-bearer-hs256-expiry",
        "token-bearer-es256-expiry",
        "token-bearer-hs256-denylist-redis",
    ),
    blocks=6,
    block_s=2.5,
    warm_s=0.5,
    high_blocks=0,
    far_blocks=0,
    separate_blocks=0,
    truth_blocks=2,
    truth_s=1.0,
    hot_blocks=0,
    revocation_trials=5,
    revocation_trials_adversarial=2,
    revocation_key_trials=0,
    revocation_access_s=2.0,
    payload_claims=(0, 4),
)
MEASURED = ("payload", "lookup", "revocation")
BETWEEN_RUNS = 0.15
"""What costs differ by from one run to the next, as a share, however quiet the machine is."""
LATER = 1.25
"""Times as long as announced: within that a run ends."""


@contextmanager
def neighbour() -> Iterator[None]:
    """One process that is busy half of the time."""
    with subprocess.Popen([sys.executable, "-c", BUSY]) as process:
        try:
            yield
        finally:
            process.kill()


def measured(out: Path) -> tuple[Results, float]:
    """A run, and how many times as long as announced it took."""
    order_ = Order(plan=PLAN, seed=5, out=out, only=list(MEASURED), command="make neighbour")
    began = time.monotonic()
    ending = execute(order_, Console(file=io.StringIO()))
    assert ending.state == "complete", ending.reason
    took_s = time.monotonic() - began
    announced_s = PLAN.forecast_s(len(PLAN.schemes) + 2, MEASURED)
    return evaluate(load(ending.folder)), took_s / announced_s


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The run without a neighbour."""
    return measured(tmp_path_factory.mktemp("quiet"))[0]


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> tuple[Results, float]:
    """The run beside one."""
    with neighbour():
        return measured(tmp_path_factory.mktemp("beside"))


def test_every_figure_of_payload_and_revocation_is_printed(
    quiet: Results, beside: tuple[Results, float]
) -> None:
    """The same figures, and none withheld."""
    for measure in ("payload", "revocation"):
        first, second = (
            # The history is that of whichever revocation took longest.
            [r for r in one.rows if r.measure == measure and not r.metric.startswith("history_")]
            for one in (quiet, beside[0])
        )
        assert {(r.scheme, r.metric) for r in first} == {(r.scheme, r.metric) for r in second}
        assert [row for row in second if row.validity == "withheld"] == []


def test_costs_in_the_app_hold_what_the_quiet_run_found(
    quiet: Results, beside: tuple[Results, float]
) -> None:
    """Of requests whose thread did not wait; give or take what two quiet runs differ by."""
    before, after = (one.costs("app_calm_us_cost_p50") for one in (quiet, beside[0]))
    assert before.keys() == after.keys()
    for scheme, row in after.items():
        slack = BETWEEN_RUNS * before[scheme].value
        low, high = row.ci_low or row.value, row.ci_high or row.value
        assert row.validity != "withheld"
        assert low - slack <= before[scheme].value <= high + slack, (before[scheme], row)


def test_no_pair_of_schemes_is_in_the_wrong_order(
    quiet: Results, beside: tuple[Results, float]
) -> None:
    judged = order(quiet, beside[0])
    assert judged is not None
    assert judged.judged
    assert judged.turned == ()


def test_the_run_ends_about_when_it_said(beside: tuple[Results, float]) -> None:
    assert beside[1] <= LATER
