"""The experiment against the real app: schemes keep what they claim, and a lost key ends all."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from msgspec import structs

from bench.experiments.revocation import lose_keys, serving
from bench.nodes import Node, Nodes, start_nodes
from bench.processes.children import BenchError
from bench.records import Cell, write_cell
from bench.revocation.cells import Arrays
from bench.revocation.history import check_arrays
from bench.revocation.measuring import measure
from bench.revocation.revokes import GROUPS, Trials
from bench.services import Services
from demo.auth import Settings
from demo.schemes import build

INTERVAL_S = 0.01
SCHEMES = (
    "session-cookie-memory",
    "session-cookie-redis",
    "token-bearer-hs256-denylist-redis",
    "token-cookie-hs256-expiry",
)
ACCESS_S = 3.0


@pytest.fixture(scope="module")
def deployed() -> Iterator[tuple[Services, Nodes]]:
    with (
        Services() as services,
        start_nodes(
            2,
            SCHEMES,
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=services.folder,
            access_s=ACCESS_S,
            timing=False,
        ) as nodes,
    ):
        yield services, nodes


@dataclass(frozen=True)
class Revoked:
    """What one scheme was put through, and by which nodes."""

    cells: list[tuple[Cell, Arrays]]
    nodes: list[Node]
    trials: Trials


@pytest.fixture(scope="module")
def revoked(deployed: tuple[Services, Nodes]) -> Callable[[str], Revoked]:
    services, nodes = deployed
    settings = Settings(
        store_url=" ".join(services.store_urls),
        keys_file=services.keys_file,
        access=timedelta(seconds=ACCESS_S),
    )

    @cache
    def under(name: str) -> Revoked:
        scheme = build(name, settings)
        scheme.close()
        trials = Trials(2, 1, INTERVAL_S, scheme.bound_s, scheme.strength == "immediate")
        at = serving(scheme, list(nodes))
        return Revoked(list(measure(name, at, trials, random.Random(1))), at, trials)

    return under


@pytest.mark.parametrize("name", SCHEMES)
def test_every_scheme_keeps_what_it_claims(
    revoked: Callable[[str], Revoked], name: str, tmp_path: Path
) -> None:
    """No accept beyond the claimed bound, none after a reject, and none refused too early."""
    result = revoked(name)
    cells, nodes, trials = result.cells, result.nodes, result.trials
    assert [(cell.labels["phase"], cell.labels["kind"]) for cell, _ in cells] == list(GROUPS)
    for cell, arrays in cells:
        gates = {gate.name: gate for gate in cell.gates}
        assert cell.figures["claimed_bound_ms"] == trials.bound_s * 1e3
        assert cell.figures["trials"] >= 1
        assert gates["void_trials"].passed, gates["void_trials"].note
        assert gates["false_rejects"].passed
        assert gates["tampered_refused"].passed
        for found in check_arrays(arrays, int(trials.bound_s * 1e9)):
            assert (found.late_accepts, found.resurrections) == (0, 0)
            assert found.probes_after_bound > 0
            assert set(found.window_ns) == set(range(len(nodes)))
        write_cell(tmp_path, structs.replace(cell, id=cell.labels["kind"]), arrays)


def test_waiting_for_expiry_is_a_window(revoked: Callable[[str], Revoked]) -> None:
    """A token nobody can call back goes on working at every node, as the scheme says it does."""
    cells = revoked("token-cookie-hs256-expiry").cells
    windows = [found.window_ms for _, arrays in cells for found in check_arrays(arrays)]
    assert max(windows) > 100


def test_state_in_process_memory_is_served_by_one_node(revoked: Callable[[str], Revoked]) -> None:
    """Another node would refuse what this one issued."""
    result = revoked("session-cookie-memory")
    assert len(result.nodes) == 1
    assert {cell.conditions["nodes"] for cell, _ in result.cells} == {1.0}


def test_a_plan_without_a_kind_of_revocation_has_no_cell_of_it(
    deployed: tuple[Services, Nodes],
) -> None:
    """And no gate that fails for want of trials."""
    trials = Trials(1, 0, INTERVAL_S, 0.0, immediate=True)
    ((cell, _),) = measure("session-cookie-redis", list(deployed[1]), trials, random.Random(1))
    assert cell.labels == {"phase": "random", "kind": "one"}
    # How well the schedule was kept is the machine's affair: a busy one misses some.
    timing = {"probe_lag_p99", "probes_missed"}
    gates = [gate for gate in cell.gates if gate.name not in timing]
    assert len(gates) >= 4
    assert all(gate.passed for gate in gates)


def test_an_unknown_mount_is_said_in_one_line(deployed: tuple[Services, Nodes]) -> None:
    """Nobody can log in where nothing is served."""
    trials = Trials(1, 1, INTERVAL_S, 0.0, immediate=True)
    with pytest.raises(BenchError, match="no-such-mount: POST /s/no-such-mount/login gave 404"):
        list(measure("no-such-mount", list(deployed[1]), trials, random.Random(1)))


def test_a_lost_key_ends_every_token_it_signed(deployed: tuple[Services, Nodes]) -> None:
    """Once every node was started again, and at each of them; while one is away, that is no error.

    Last in this file, since no token from before it is good any more.
    """
    services, nodes = deployed
    arms = ["token-cookie-hs256-expiry"]
    ports = [node.port for node in nodes]
    ((cell, arrays),) = lose_keys(
        arms, nodes, services.keys_file, 1, INTERVAL_S * 1e3, random.Random(1)
    )
    (found,) = check_arrays(arrays)
    assert cell.labels == {"phase": "random", "kind": "key"}
    assert found.window_ns == {0: 0, 1: 0}
    assert found.probes_after_bound > 0
    assert cell.figures["node_revocations"] == 2
    assert found.errors > 0
    gates = {gate.name: gate for gate in cell.gates}
    assert gates["probe_errors"].passed
    assert gates["void_trials"].passed, gates["void_trials"].note
    assert [node.port for node in nodes] == ports
    assert nodes.alive() == list(nodes)
