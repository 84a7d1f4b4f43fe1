"""What an outage comes to, from arrays made by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.nodes import Node
from bench.outage.cells import figures_of
from bench.outage.course import open_files

MILLISECOND_NS = 1_000_000
BEGIN_MS, END_MS = 1_000, 2_000

Row = tuple[int, int, int, int]
"""Invoked at, in ms; took, in ms; status; 0 for a valid credential, 1 for a revoked one."""


def figures(*rows: Row, nodes: tuple[int, ...] = ()) -> dict[str, float]:
    invoke, took, status, credential = (np.array(column) for column in zip(*rows, strict=True))
    arrays: dict[str, NDArray[Any]] = {
        "invoke_ns": invoke * MILLISECOND_NS,
        "complete_ns": (invoke + took) * MILLISECOND_NS,
        "status": status,
        "credential": credential,
        "node": np.array(nodes or [0] * len(rows)),
        "fault_ns": np.array([BEGIN_MS, END_MS]) * MILLISECOND_NS,
    }
    return figures_of(arrays)


def test_rates_are_of_what_was_answered_while_the_fault_lasted() -> None:
    """Not what came before it, nor what was asked during it and answered by its end."""
    found = figures(
        (900, 5, 200, 0), (1_100, 5, 503, 0), (1_200, 5, 200, 0), (1_300, 5, 401, 1),
        (1_990, 20, 200, 0), (1_991, 20, 200, 1), (4_000, 5, 200, 0),
    )  # fmt: skip
    assert found["valid_accept_rate"] == 50.0
    assert found["revoked_accept_rate"] == 0.0


def test_a_page_that_needs_no_store_has_a_figure_of_its_own() -> None:
    """It is nobody's answer, and its wait is not a caller's."""
    found = figures(
        (900, 90, -1, 2), (1_100, 60, -1, 2), (1_200, 5, -1, 2), (1_300, 600, 503, 0)
    )  # fmt: skip
    assert (found["public_longest_ms"], found["longest_ms"]) == (60.0, 600.0)
    assert (found["valid_accept_rate"], found["status"]) == (0.0, 503.0)


def test_open_files_are_those_of_all_processes_of_a_node(tmp_path: Path) -> None:
    """So that a connection for each thread that ever was would be seen."""
    code = "import os, sys; held = [open(sys.argv[1], 'w') for _ in range(50)]; os.fork()"
    code += "; print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path / "held")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.readline()
        assert open_files(Node("", "", 0, process.pid)) >= 100
        process.communicate()
    assert open_files(Node("", "", 0, process.pid)) == 0


def test_a_pardon_is_seen_after_the_fault() -> None:
    """A store that came back empty: the valid are good, and so are the revoked."""
    found = figures((1_100, 5, 503, 0), (1_200, 5, 503, 1), (4_000, 5, 200, 0), (4_100, 5, 200, 1))
    assert (found["valid_accept_rate_after"], found["revoked_accept_rate_after"]) == (100.0, 100.0)


def test_after_is_the_last_second() -> None:
    found = figures((2_100, 5, 503, 0), (3_200, 5, 200, 0), (4_000, 5, 200, 0))
    assert found["valid_accept_rate_after"] == 100.0


def test_recovery_ends_with_the_first_accept_that_no_failure_follows() -> None:
    """At the node that takes longest."""
    rows = [(2_100, 5, 503, 0), (2_150, 5, 200, 0), (2_200, 5, 0, 0), (2_300, 5, 200, 0)]
    assert figures(*rows)["recovery_s"] == 0.3
    rows += [(2_400, 5, 503, 0), (2_500, 5, 200, 0)]
    assert figures(*rows, nodes=(0, 0, 0, 0, 1, 1))["recovery_s"] == 0.5


def test_a_request_that_the_fault_leaves_hanging_delays_recovery() -> None:
    """Asked before the end and refused after it."""
    found = figures((1_900, 1_500, 503, 0), (3_450, 5, 200, 0))
    assert found["recovery_s"] == 1.45
    assert found["longest_ms"] == 1_500.0


def test_without_failure_after_the_end_recovery_takes_no_time() -> None:
    assert figures((1_500, 5, 503, 0), (2_001, 5, 200, 0))["recovery_s"] == 0.0


def test_who_never_recovers_has_no_recovery() -> None:
    """Logged out: the session is gone. One node is enough."""
    rows = [(1_500, 5, 200, 0), (2_100, 5, 200, 0), (3_000, 5, 401, 0)]
    assert "recovery_s" not in figures(*rows, nodes=(0, 0, 1))


def test_revoked_credentials_count_for_no_recovery_and_no_status() -> None:
    found = figures((1_500, 5, 503, 0), (1_510, 5, 401, 1), (1_520, 5, 401, 1), (3_000, 9, 401, 1))
    assert found["status"] == 503.0
    assert found["recovery_s"] == 0.0


def test_nothing_answered_gives_no_rate() -> None:
    """A rate of nothing is none, not 0."""
    found = figures((1_100, 5_000, 0, 0))
    assert "valid_accept_rate" not in found
    assert found["longest_ms"] == 5_000.0
