"""One credential of any service: used at every node, revoked, and used on.

The rules are those of bench.revocation, and so are the records and the checker. The prober there
knows one app and plain sockets, and is one loop; here each node has a thread, since answers may be
anything, slow and encrypted.
"""

from __future__ import annotations

import contextlib
import math
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..payload.wire import Connection, Response, WireError
from ..revocation.attempts import WARM_ACCEPTS, Observation
from ..revocation.history import ACCEPT, REJECT, Probe
from .config import Watch
from .login import Login
from .service import Service, ServiceError
from .targets import Node
from .using import Use
from .ways import ways_left

WARM_LIMIT_S = 10.0
PHASE_INTERVALS = 5
"""The logout comes this many intervals after the node was warm at most, drawn evenly."""
EXTRA_S = 2.0
"""Watched on after `after_s` at most, while a node has answered too few requests."""
ENOUGH = 45
"""Answers past the bound from each node, over all trials: half as much again as a verdict needs."""
LOOK_S = 0.002

_now = time.perf_counter_ns


@dataclass
class Trial:
    """What was seen of one credential."""

    seen: Observation
    revoke_node: int
    lag_ns: list[int] = field(default_factory=list)
    missed: int = 0
    ways_left: list[str] = field(default_factory=list)
    """What still opened the login when watching had ended, besides the request that was watched."""


class _Post(threading.Thread):
    """One node, asked at a fixed rate with one credential until it is told to stop."""

    def __init__(self, number: int, node: Node, use: Use, interval_ns: int):
        super().__init__(name=f"probe-{number}", daemon=True)
        self.number = number
        self.probes: list[tuple[int, int, int]] = []
        """Invoked, complete, status."""
        self.lag_ns: list[int] = []
        self.missed = 0
        self.accepts = 0
        self._node = node
        self._use = use
        self._interval_ns = interval_ns
        self._ended = threading.Event()

    def stop(self) -> None:
        self._ended.set()

    def run(self) -> None:
        with self._node.connect() as connection:
            # Spread over the interval, so that the nodes do not take turns in step.
            due_ns = _now() + self._interval_ns * self.number // 8
            while not self._ended.wait(max(0, due_ns - _now()) / 1e9):
                self.lag_ns.append(max(0, _now() - due_ns))
                self._ask(connection)
                missed = max(0, _now() - due_ns) // self._interval_ns
                self.missed += missed
                due_ns += self._interval_ns * (1 + missed)

    def _ask(self, connection: Connection) -> None:
        invoke_ns, complete_ns, status = self._use.ask(self._node, connection)
        self.probes.append((invoke_ns, complete_ns, status))
        self.accepts += status == ACCEPT


def watch(service: Service, login: Login, number: int, draw: random.Random) -> Trial:
    """Warm every node with *login*, revoke it through one of them, and watch on."""
    settings = service.config.watch
    trial = Trial(Observation(), draw.randrange(len(service.nodes)))
    use = Use(service, login)
    answer = None
    with _watching(service, use) as posts:
        if not _warm(posts):
            counts = ", ".join(str(post.accepts) for post in posts)
            trial.seen.void = f"not accepted by every node in time; {counts} times"
        else:
            _wait(draw.random() * PHASE_INTERVALS * settings.interval_ms / 1e3)
            answer = _revoke(service, use, trial)
            if answer is not None:
                _watch_on(posts, trial.seen.ack_ns, settings)
    for post in posts:
        trial.lag_ns += post.lag_ns
        trial.missed += post.missed
        trial.seen.probes += [Probe(number, post.number, *each) for each in post.probes]
    trial.seen.probes.sort(key=lambda probe: probe.complete_ns)
    if not trial.seen.void:
        trial.seen.void = _doubt(trial, use)
    if answer and not trial.seen.void and settings.tail_s > settings.claimed_bound_s:
        left = service.left_by(service.nodes[trial.revoke_node], use.login, answer)
        trial.ways_left = ways_left(service, use.login, left)
    return trial


def _doubt(trial: Trial, use: Use) -> str:
    """Return why the trial says nothing although the logout was answered; empty if it does."""
    if use.unsettled:
        return "the service replaced its cookies while requests were under way"
    before = [probe for probe in trial.seen.probes if probe.complete_ns < trial.seen.invoke_ns]
    last = {probe.node: probe.status for probe in before if probe.status in (ACCEPT, REJECT)}
    if REJECT in last.values():
        return "a node refused the credential before the logout"
    return ""


def _revoke(service: Service, use: Use, trial: Trial) -> Response | None:
    """Revoke, and stay for as long as it is watched; logs in again half way, if that is wanted."""
    node = service.nodes[trial.revoke_node]
    half_s = service.config.watch.tail_s / 2
    with node.connect() as connection:
        try:
            trial.seen.invoke_ns = _now()
            trial.seen.invoke_ns, trial.seen.ack_ns, response = use.revoke(node, connection)
        except (WireError, ServiceError) as exc:
            trial.seen.void = f"the logout was not answered: {exc}"
            return None
        if response.status not in service.config.revoke.status:
            trial.seen.void = f"the logout gave {response.status}: {response.title}"
            return None
        _wait(half_s)
        if service.config.relogin is not None:
            try:
                service.log_in(node, connection, use.login)
            except (WireError, ServiceError) as exc:
                trial.seen.void = str(exc)
        _wait(half_s)
    return response


@contextlib.contextmanager
def _watching(service: Service, use: Use) -> Iterator[list[_Post]]:
    interval_ns = int(service.config.watch.interval_ms * 1e6)
    posts = [_Post(place, node, use, interval_ns) for place, node in enumerate(service.nodes)]
    for post in posts:
        post.start()
    try:
        yield posts
    finally:
        for post in posts:
            post.stop()
        for post in posts:
            post.join()


def _warm(posts: list[_Post]) -> bool:
    deadline = time.monotonic() + WARM_LIMIT_S
    while any(post.accepts < WARM_ACCEPTS for post in posts):
        if time.monotonic() > deadline:
            return False
        _wait(LOOK_S)
    return True


def _watch_on(posts: list[_Post], ack_ns: int, settings: Watch) -> None:
    """Stay until each node has answered often enough, where the machine or a node is slow."""
    if settings.tail_s <= settings.claimed_bound_s:
        return
    wanted = math.ceil(ENOUGH / settings.trials)
    bound_ns = ack_ns + int(settings.claimed_bound_s * 1e9)
    deadline = time.monotonic() + EXTRA_S
    while time.monotonic() < deadline and any(
        sum(at > bound_ns and status in (ACCEPT, REJECT) for at, _, status in post.probes[:])
        < wanted
        for post in posts
    ):
        _wait(LOOK_S * 10)


def _wait(seconds: float) -> None:
    time.sleep(seconds)
