"""The prober against servers whose windows are known, and the experiment against the real app."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bench.experiments.revocation import lose_keys, measure, serving
from bench.nodes import Node, Nodes, start_nodes
from bench.payload.wire import build_request
from bench.processes.children import BenchError
from bench.records import Arm, Cell, write_cell
from bench.revocation.attempts import Attempt, Observation
from bench.revocation.cells import Arrays
from bench.revocation.history import Finding, Revoke, check, check_arrays
from bench.revocation.prober import Fidelity, observe
from bench.revocation.revokes import GROUPS, TOGETHER, Trials, batches, make_cases, once_each
from bench.services import Services
from demo.auth import Settings
from demo.schemes import build

INTERVAL_S = 0.01
MILLISECOND_NS = 1_000_000
SCHEMES = (
    "session-cookie-memory",
    "session-cookie-redis",
    "token-bearer-hs256-denylist-redis",
    "token-cookie-hs256-expiry",
)
ACCESS_S = 3.0


class Deployment:
    """What two servers share: when each credential was revoked."""

    def __init__(self) -> None:
        self.revoked_at: dict[str, float] = {}


class FakeNode(ThreadingHTTPServer):
    """A server that accepts a revoked credential for as long as *accepts* says."""

    daemon_threads = True

    def __init__(
        self,
        shared: Deployment,
        accepts: Callable[[float], bool],
        *,
        revocation: int = 200,
        subject: str = "alice",
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.shared = shared
        self.accepts = accepts
        self.revocation = revocation
        self.subject = subject
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def address(self) -> tuple[str, int]:
        return "127.0.0.1", self.server_address[1]

    def close(self) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: FakeNode

    def do_GET(self) -> None:
        at = self.server.shared.revoked_at.get(self.headers["Authorization"])
        if at is None or self.server.accepts(time.perf_counter() - at):
            self._answer(200, {"subject": self.server.subject})
        else:
            self._answer(401, {})

    def do_POST(self) -> None:
        if self.server.revocation == 200:
            self.server.shared.revoked_at[self.headers["Authorization"]] = time.perf_counter()
        self._answer(self.server.revocation, {"title": "as it was told"})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, status: int, fields: dict[str, str]) -> None:
        body = json.dumps(fields).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


Serve = Callable[..., FakeNode]


@pytest.fixture
def serve() -> Iterator[Serve]:
    shared = Deployment()
    with contextlib.ExitStack() as stack:

        def start(accepts: Callable[[float], bool], **how: object) -> FakeNode:
            node = FakeNode(shared, accepts, **how)  # type: ignore[arg-type]  # its own options
            stack.callback(node.close)
            return node

        yield start


def attempt(name: str = "a") -> Attempt:
    """A credential to be revoked through the first node at a random phase."""
    headers = (("Authorization", f"Bearer {name}"),)
    return Attempt(
        probe=build_request("GET", "/me", headers),
        subject="alice",
        revoke=build_request("POST", "/logout", headers),
        revoke_node=0,
        delay_ns=15 * MILLISECOND_NS,
    )


def watch(*attempts: Attempt, nodes: list[FakeNode]) -> tuple[list[Observation], Fidelity]:
    return observe(
        attempts,
        [node.address for node in nodes],
        interval_ns=int(INTERVAL_S * 1e9),
        tail_ns=250 * MILLISECOND_NS,
    )


def judge(seen: Observation, bound_ms: float = 0.0) -> Finding:
    probes = [probe._replace(trial=0) for probe in seen.probes]
    return check(probes, [Revoke(seen.invoke_ns, seen.ack_ns)], int(bound_ms * MILLISECOND_NS))[0]


def test_a_known_window_is_found_at_the_node_that_has_it(serve: Serve) -> None:
    """A node that learns of the revocation 100 ms late shows that, and never more than that."""
    nodes = [serve(lambda since: False), serve(lambda since: since < 0.1)]
    (seen,), _ = watch(attempt(), nodes=nodes)
    found = judge(seen, bound_ms=50)
    assert seen.void == ""
    assert found.window_ns[0] == 0
    assert 50 < found.window_ns[1] / MILLISECOND_NS <= 100
    assert found.late_accepts > 0
    assert judge(seen, bound_ms=100).late_accepts == 0


def test_every_node_accepted_before_the_revocation(serve: Serve) -> None:
    """A node that was never asked could not show a window."""
    nodes = [serve(lambda since: False), serve(lambda since: False)]
    (seen,), fidelity = watch(attempt(), nodes=nodes)
    before = Counter(p.node for p in seen.probes if p.complete_ns < seen.invoke_ns)
    assert min(before[0], before[1]) >= 3
    assert len(fidelity.lag_ns) == len(seen.probes)
    assert seen.invoke_ns < seen.ack_ns


def test_the_random_phase_is_waited_for(serve: Serve) -> None:
    """From the moment when every node has accepted often enough, and not before it is over."""
    node = serve(lambda since: False)
    (seen,), _ = watch(replace(attempt(), delay_ns=60 * MILLISECOND_NS), nodes=[node])
    third = sorted(probe.complete_ns for probe in seen.probes)[2]
    assert seen.invoke_ns - third >= 60 * MILLISECOND_NS


def test_a_credential_that_comes_back_is_seen(serve: Serve) -> None:
    """Refused, and then accepted again: a resurrection, wherever it happens."""
    node = serve(lambda since: 0.08 < since < 0.16)
    (seen,), _ = watch(attempt(), nodes=[node])
    assert judge(seen).resurrections == 1


def test_the_adversarial_phase_revokes_right_after_an_accept(serve: Serve) -> None:
    """At a node whose caches were filled just before, and no probe of it in between."""
    nodes = [serve(lambda since: False), serve(lambda since: False)]
    sly = replace(attempt(), phase="adversarial", trigger_node=1)
    (seen,), _ = watch(sly, nodes=nodes)
    last = max(p.complete_ns for p in seen.probes if p.node == 1 and p.status == 200)
    between = [p for p in seen.probes if p.node == 1 and last < p.invoke_ns < seen.invoke_ns]
    assert between == []


def test_at_the_adversarial_phase_the_first_accept_is_the_last(serve: Serve) -> None:
    """What a node remembers is never younger than at its first look, so that comes last."""
    nodes = [serve(lambda since: False), serve(lambda since: False), serve(lambda since: False)]
    sly = replace(attempt(), phase="adversarial", trigger_node=1)
    (seen,), _ = watch(sly, nodes=nodes)
    accepted = [probe for probe in seen.probes if probe.status == 200]
    before = Counter(p.node for p in accepted if p.complete_ns <= seen.invoke_ns)
    assert before[1] == 1
    assert min(before[0], before[2]) >= 3
    # The schedule goes on while the revocation is under way, and may be let in then, not later.
    assert all(p.invoke_ns < seen.ack_ns for p in accepted)


class Bell:
    """An attack whose moment is when somebody rings."""

    def __init__(self) -> None:
        self.socket, self._rope = socket.socketpair()
        self.rung = 0
        self.began = 0

    def begin(self) -> None:
        self.began += 1
        for _ in range(3):
            self._rope.send(b"!")

    def is_due(self) -> bool:
        self.rung += 1
        self.socket.recv(1)
        return self.rung == 3

    def close(self) -> None:
        self.socket.close()
        self._rope.close()


def test_an_attack_says_when_to_revoke(serve: Serve) -> None:
    """Once every node has accepted often enough, and not before it says so."""
    nodes = [serve(lambda since: False), serve(lambda since: False)]
    with contextlib.closing(Bell()) as bell:
        sly = replace(attempt(), phase="adversarial", trigger_node=1, attack=bell)
        (seen,), _ = watch(sly, nodes=nodes)
    assert seen.void == ""
    assert (bell.began, bell.rung) == (1, 3)
    before = Counter(p.node for p in seen.probes if p.complete_ns < seen.invoke_ns)
    assert min(before[0], before[1]) >= 3


def test_credentials_watched_together_are_told_apart(serve: Serve) -> None:
    """Each has its own revocation, its own acknowledgement and its own probes."""
    nodes = [serve(lambda since: since < 0.05)]
    seen, _ = watch(attempt("a"), replace(attempt("b"), delay_ns=80_000_000), nodes=nodes)
    assert [{probe.trial for probe in one.probes} for one in seen] == [{0}, {1}]
    assert seen[0].ack_ns < seen[1].invoke_ns
    assert all(judge(one).window_ms <= 50 for one in seen)


def test_a_refused_revocation_makes_the_attempt_void(serve: Serve) -> None:
    """There is no window without an acknowledgement; the answer is the reason."""
    (seen,), _ = watch(attempt(), nodes=[serve(lambda since: True, revocation=503)])
    assert seen.void == "the revocation gave 503: as it was told"


def test_somebody_elses_answer_is_no_accept(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 200 for another subject would measure the wrong login; the attempt is void."""
    monkeypatch.setattr("bench.revocation.attempts.WARM_LIMIT_NS", 60 * MILLISECOND_NS)
    (seen,), _ = watch(
        replace(attempt(), delay_ns=0), nodes=[serve(lambda since: True, subject="mallory")]
    )
    assert seen.void == "not revoked in time; accepted by its nodes 0 times"
    assert {probe.status for probe in seen.probes} == {-1}


def test_a_node_that_is_not_there_is_an_error(serve: Serve) -> None:
    """Before anything is probed."""
    node = serve(lambda since: True)
    address = node.address
    node.server_close()
    with pytest.raises(OSError, match="refused"):
        observe([attempt()], [address], interval_ns=10 * MILLISECOND_NS, tail_ns=0)


def test_each_scheme_that_asks_who_is_calling_is_measured_once() -> None:
    """Neither the controls nor the second arm of an A/A pair, which are there for lookup."""
    arms = [
        Arm(name="control", scheme="control"),
        Arm(name="one", scheme="one", mechanism="session"),
        Arm(name="one-again", scheme="one", mechanism="session"),
        Arm(name="two", scheme="two", mechanism="token"),
    ]
    assert [arm.name for arm in once_each(arms)] == ["one", "two"]


def test_cases_come_from_the_seed_alone() -> None:
    """The same seed makes the same revocations, through the same nodes."""
    first, again, other = (make_cases(9, 3, 3, random.Random(seed)) for seed in (1, 1, 2))
    assert first == again != other
    assert Counter((case.phase, case.kind) for case in first) == dict(
        zip(GROUPS, (9, 3, 3), strict=True)
    )
    assert all(case.trigger_node != case.revoke_node for case in first)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 3), st.integers())
def test_no_batch_ends_a_neighbours_login(one: int, other: int, nodes: int, seed: int) -> None:
    """Every case has its turn, and whoever ends all logins of a subject has it to itself."""
    cases = make_cases(one, other, nodes, random.Random(seed))
    together = list(batches(cases))
    assert sorted(map(repr, cases)) == sorted(repr(case) for b in together for case, _ in b)
    for batch in together:
        assert 1 <= len(batch) <= TOGETHER
        subjects = Counter(subject for _, subject in batch)
        assert all(subjects[subject] == 1 for case, subject in batch if case.kind == "all")


@pytest.mark.parametrize("count", [(3, 1), (12, 4), (60, 20)])
def test_a_long_window_has_fewer_cases_but_each_kind(count: tuple[int, int]) -> None:
    """What a plan has time for; none of the groups is left out."""
    trials = Trials(*count, interval_s=INTERVAL_S, bound_s=5.0, immediate=False)
    cases = trials.cases(2, random.Random(1))
    assert len(cases) <= sum(count) + count[1]
    assert {(case.phase, case.kind) for case in cases} == set(GROUPS)


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
    assert all(gate.passed for gate in cell.gates)


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
