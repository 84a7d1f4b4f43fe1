"""One credential of any service: used at every node, revoked, and used on.

The rules are those of bench.revocation, and so are the records and the checker. The prober there
knows one app and plain sockets, and is one loop; here each node has a thread, since answers may be
anything, slow and encrypted.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..payload.wire import Connection, Response, WireError
from ..revocation.attempts import WARM_ACCEPTS, Observation
from ..revocation.history import ACCEPT, Probe
from .service import Login, Service
from .targets import Node

NO_ANSWER = 0
"""The status of a request that nobody answered."""
WARM_LIMIT_S = 10.0
PHASE_INTERVALS = 5
"""The logout comes this many intervals after the node was warm at most, drawn evenly."""
LOOK_S = 0.002

_now = time.perf_counter_ns
Judge = Callable[[Response], int]


@dataclass
class Trial:
    """What was seen of one credential."""

    seen: Observation
    revoke_node: int
    lag_ns: list[int] = field(default_factory=list)
    missed: int = 0


class _Post(threading.Thread):
    """One node, asked at a fixed rate with one credential until it is told to stop."""

    def __init__(self, number: int, node: Node, raw: bytes, judge: Judge, interval_ns: int):
        super().__init__(name=f"probe-{number}", daemon=True)
        self.number = number
        self.probes: list[tuple[int, int, int]] = []
        """Invoked, complete, status."""
        self.lag_ns: list[int] = []
        self.missed = 0
        self.accepts = 0
        self._node = node
        self._raw = raw
        self._judge = judge
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
        invoke_ns = _now()
        try:
            status = self._judge(connection.exchange(self._raw))
        except OSError:
            status = NO_ANSWER
        self.probes.append((invoke_ns, _now(), status))
        self.accepts += status == ACCEPT


def watch(service: Service, number: int, draw: random.Random) -> Trial:
    """Log in, warm every node, revoke through one of them, and watch on."""
    settings = service.config.watch
    nodes = service.nodes
    login_node, revoke_node = draw.randrange(len(nodes)), draw.randrange(len(nodes))
    with nodes[login_node].connect() as connection:
        login = service.log_in(nodes[login_node], connection)
    trial = Trial(Observation(), revoke_node)
    interval_ns = int(settings.interval_ms * 1e6)
    posts = [
        _Post(place, node, service.ask(node, login), service.judge, interval_ns)
        for place, node in enumerate(nodes)
    ]
    with _watching(posts):
        if not _warm(posts):
            counts = ", ".join(str(post.accepts) for post in posts)
            trial.seen.void = f"not accepted by every node in time; {counts} times"
        else:
            _wait(draw.random() * PHASE_INTERVALS * settings.interval_ms / 1e3)
            _revoke(service, login, trial)
    for post in posts:
        trial.lag_ns += post.lag_ns
        trial.missed += post.missed
        trial.seen.probes += [Probe(number, post.number, *each) for each in post.probes]
    trial.seen.probes.sort(key=lambda probe: probe.complete_ns)
    return trial


def _revoke(service: Service, login: Login, trial: Trial) -> None:
    """Revoke, and stay for as long as it is watched; logs in again half way, if that is wanted."""
    node = service.nodes[trial.revoke_node]
    revoke = service.config.revoke
    half_s = service.config.watch.tail_s / 2
    raw = service.revoke(node, login)
    with node.connect() as connection:
        try:
            trial.seen.invoke_ns = _now()
            response = connection.exchange(raw)
            trial.seen.ack_ns = _now()
        except WireError as exc:
            trial.seen.void = f"the logout was not answered: {exc}"
            return
        if response.status not in revoke.status:
            trial.seen.void = f"the logout gave {response.status}: {response.title}"
            return
        _wait(half_s)
        if service.config.relogin is not None:
            service.log_in(node, connection, again=True)
        _wait(half_s)


@contextlib.contextmanager
def _watching(posts: list[_Post]) -> Iterator[None]:
    for post in posts:
        post.start()
    try:
        yield
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


def _wait(seconds: float) -> None:
    time.sleep(seconds)
