"""Broken guarantees: each is found, in plain words, whatever else a run says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.records import Gate, write_cell
from reports.guarantees import broken, watched
from reports.loading import load
from reports.results import Results, evaluate

from . import synthetic

DENYING = "token-bearer-hs256-denylist-redis"
Change = Callable[[dict[str, NDArray[Any]], NDArray[Any]], NDArray[Any]]
"""Takes the arrays of a cell and how long after the acknowledgement each probe was, in ms; gives
the statuses."""


def found(folder: Path, change: Change | None = None, kind: str = "one", **shape: Any) -> Results:
    """A run whose denylist answers otherwise where one login, or another *kind*, is ended."""
    run = synthetic.write(
        folder, shape=synthetic.Shape(trials=4, measures=("revocation",), **shape)
    )
    for recorded in load(run).select("revocation"):
        cell, arrays = recorded.cell, dict(recorded.arrays)
        if change is None or cell.arm != DENYING or cell.labels["kind"] != kind:
            continue
        since_ms = (arrays["invoke_ns"] - arrays["trial_ack_ns"][arrays["trial"]]) / 1e6
        write_cell(run, cell, arrays | {"status": change(arrays, since_ms).astype(np.int16)})
    return evaluate(load(run))


def late(arrays: dict[str, NDArray[Any]], since_ms: NDArray[Any]) -> NDArray[Any]:
    return np.where(since_ms < 60, 200, 401)


def late_at_one(arrays: dict[str, NDArray[Any]], since_ms: NDArray[Any]) -> NDArray[Any]:
    return np.where((arrays["node"] == 1) & (since_ms < 60), 200, arrays["status"])


def again(arrays: dict[str, NDArray[Any]], since_ms: NDArray[Any]) -> NDArray[Any]:
    return np.where(since_ms > 100, 200, arrays["status"])


def failing(arrays: dict[str, NDArray[Any]], since_ms: NDArray[Any]) -> NDArray[Any]:
    return np.where(since_ms > 0, 500, 200)


SAYS = "JWT + denylist in Valkey"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (late, "Servers let it in up to 5"),
        (late_at_one, "node-revocations, at one of 2 nodes alone."),
        (again, "After they had refused it, servers let it in again 10"),
        (failing, "Servers answered with an error (status 500) instead of refusing it, in 16 of"),
    ],
)
def test_a_broken_guarantee_is_told_in_plain_words(
    tmp_path: Path, change: Change, said: str
) -> None:
    """What is claimed, what came of it instead, and how often."""
    (one,) = broken(found(tmp_path / "run", change))
    assert one.scheme == DENYING
    assert f"({DENYING}) claims that a revoked login ends at once. " in one.text
    assert said in one.text


@pytest.mark.parametrize("kind", ["one", "all", "key"])
def test_it_is_broken_by_whatever_is_revoked(tmp_path: Path, kind: str) -> None:
    assert [one.scheme for one in broken(found(tmp_path / "run", late, kind))] == [DENYING]


def test_no_failed_check_hides_it(tmp_path: Path) -> None:
    """A late prober cannot invent an accept."""
    gate = Gate(name="probe_lag_p99", passed=False, value=99.0, limit=10.0)
    results = found(tmp_path / "run", late, gates=(gate,))
    assert not results.valid
    assert len(broken(results)) == 1


def test_who_keeps_its_word_is_not_named(tmp_path: Path) -> None:
    """A token that lives until it expires does what it says."""
    assert broken(found(tmp_path / "run")) == []


def test_what_was_not_watched_is_said(tmp_path: Path) -> None:
    """How long it was, that no node was out of order, and what is too rare to be seen."""
    told = " ".join(watched(found(tmp_path / "run")))
    assert "What comes later was not watched, nor a new login of the same user." in told
    assert "Not watched: a node whose clock is off and a node that stands still" in told
    assert "a rarer one not." in told
