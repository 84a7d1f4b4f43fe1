"""A broken bound is told by the shortest history that shows it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.revocation.breaks import SEVERAL, find_breaks, told
from bench.revocation.history import Checked, Probe, check_arrays

MILLISECOND_NS = 1_000_000


def arrays(*rows: tuple[int, int, int, int]) -> dict[str, NDArray[Any]]:
    """Trial, node, invoked at (ms since the acknowledgement of every trial), status."""
    probes = [
        Probe(trial, node, at * MILLISECOND_NS, at * MILLISECOND_NS + 1, status)
        for trial, node, at, status in rows
    ]
    columns = zip(*probes, strict=True)
    found = {name: np.array(column) for name, column in zip(Probe._fields, columns, strict=True)}
    trials = 1 + max(trial for trial, *_ in rows)
    instants = {"trial_invoke_ns": np.full(trials, -1), "trial_ack_ns": np.zeros(trials, np.int64)}
    return found | instants


def checked(*rows: tuple[int, int, int, int]) -> Checked:
    """What the checker finds in a history of these rows, of a bound of 100 ms."""
    history = arrays(*rows)
    return Checked("0007-revocation", history, 100.0, check_arrays(history, 100 * MILLISECOND_NS))


def test_a_bound_that_is_kept_has_no_break() -> None:
    assert not list(find_breaks(checked((0, 0, 50, 200), (0, 0, 150, 401))))


def test_a_late_accept_is_one_line_of_history() -> None:
    """The latest, of the trial and the node where it was."""
    history = checked((0, 0, 150, 401), (1, 0, 50, 200), (1, 2, 110, 200), (1, 2, 140, 200))
    [(trial, node, probes)] = find_breaks(history)
    assert (trial, node, [probe.invoke_ns for probe in probes]) == (1, 2, [140 * MILLISECOND_NS])
    assert list(told(history)) == ["  trial 1: node 2 accepted 140.0 ms after the acknowledgement"]


def test_a_return_is_the_reject_and_the_accept_after_it() -> None:
    """Within the bound, so that nothing is late."""
    history = checked((0, 0, 10, 200), (0, 0, 20, 401), (0, 0, 30, 200), (0, 0, 40, 401))
    [found] = find_breaks(history)
    assert [probe.status for probe in found.probes] == [401, 200]
    assert [line.split()[4] for line in told(history)] == ["refused", "accepted"]


def test_an_error_instead_of_a_refusal_is_told_by_its_status() -> None:
    """The first that is no outage."""
    history = checked((0, 0, 120, 503), (0, 0, 150, 500), (0, 0, 160, 500), (0, 0, 170, 401))
    assert list(told(history)) == [
        "  trial 0: node 0 answered 500 150.0 ms after the acknowledgement"
    ]


def test_several_breaks_are_kept_apart() -> None:
    history = checked((0, 0, 150, 401), (1, 0, 150, 200), (3, 1, 160, 200))
    assert [(each.trial, each.node) for each in find_breaks(history)] == [(1, 0), (3, 1)]


def test_of_many_breaks_a_few_are_told() -> None:
    history = checked(*((trial, 0, 150, 200) for trial in range(SEVERAL + 3)))
    assert len(list(told(history))) == SEVERAL
