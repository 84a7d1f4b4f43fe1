"""The prober against servers whose windows are known."""

from __future__ import annotations

import contextlib
import math
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from bench.payload.wire import build_request
from bench.revocation.attempts import Attempt, Observation
from bench.revocation.history import Finding, Revoke, check
from bench.revocation.prober import Fidelity, observe

from .fake_nodes import Deployment, FakeNode

INTERVAL_S = 0.01
MILLISECOND_NS = 1_000_000
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


def polling(every_s: float) -> Callable[[float], bool]:
    """Accept until the next whole *every_s* after the revocation, as one who polls then."""

    def accepts(since: float) -> bool:
        now = time.perf_counter()
        return now < math.ceil((now - since) / every_s) * every_s

    return accepts


@pytest.mark.parametrize("moment", range(3))
def test_who_polls_is_attacked_right_after_a_poll(serve: Serve, moment: int) -> None:
    """Whenever the first one is revoked: its refusal shows the poll, and the next one is revoked
    then, so that its window is all of the period but for a probe or two."""
    nodes = [serve(lambda since: False), serve(polling(0.4))]
    first = replace(attempt("a"), delay_ns=moment * 130 * MILLISECOND_NS)
    next_one = replace(attempt("b"), phase="adversarial", trigger_node=1, after=0)
    seen, _ = observe(
        [first, next_one],
        [node.address for node in nodes],
        interval_ns=int(INTERVAL_S * 1e9),
        tail_ns=500 * MILLISECOND_NS,
    )
    assert [one.void for one in seen] == ["", ""]
    assert judge(seen[1], bound_ms=300).broken == {1}
    assert not judge(seen[1], bound_ms=400).broken


def test_who_waits_for_a_refusal_that_never_comes_is_revoked_at_last(serve: Serve) -> None:
    """Or a scheme that refuses nobody would be spared."""
    waits = replace(attempt("b"), phase="adversarial", trigger_node=0, after=0)
    seen, _ = watch(attempt("a"), waits, nodes=[serve(lambda since: True)])
    assert [one.void for one in seen] == ["", ""]
    assert seen[1].invoke_ns > seen[0].ack_ns + 250 * MILLISECOND_NS


def test_every_node_is_asked_right_after_the_ack_and_the_bound(serve: Serve) -> None:
    """Out of turn: a node that is late by less than the interval of the probes is seen."""
    nodes = [serve(lambda since: False), serve(lambda since: False)]
    seen, _ = observe(
        [replace(attempt(), bound_ns=333 * MILLISECOND_NS)],
        [node.address for node in nodes],
        interval_ns=200 * MILLISECOND_NS,
        tail_ns=400 * MILLISECOND_NS,
    )
    for mark_ns in (seen[0].ack_ns, seen[0].ack_ns + 333 * MILLISECOND_NS):
        after = [p for p in seen[0].probes if 0 < p.invoke_ns - mark_ns < 50 * MILLISECOND_NS]
        assert {probe.node for probe in after} == {0, 1}


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


class NeverComes(Bell):
    """An attack that names no moment."""

    def is_due(self) -> bool:
        self.socket.recv(1)
        return False


def test_an_attack_that_names_no_moment_spares_nobody(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.revocation.attempts.WARM_LIMIT_NS", 300 * MILLISECOND_NS)
    with contextlib.closing(NeverComes()) as bell:
        sly = replace(attempt(), phase="adversarial", attack=bell)
        (seen,), _ = watch(sly, nodes=[serve(lambda since: False)])
    assert (seen.void, judge(seen).window_ms) == ("", 0)


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
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and kept, so that no other server comes to be there
        with pytest.raises(OSError, match="refused"):
            observe(
                [attempt()],
                [nobody.getsockname()],
                interval_ns=10 * MILLISECOND_NS,
                tail_ns=0,
            )
