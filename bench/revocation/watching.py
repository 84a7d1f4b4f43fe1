"""A watch: credentials used at a fixed rate at every node, beside whatever else is done meanwhile.

Unlike the prober this runs in a thread of its own and decides nothing: somebody else breaks,
restarts or mends what is watched. One request at a time for each line, so that no more wait at a
node than it has threads; a line takes its credentials in turn.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType

from .history import ACCEPT, REJECT, Probe
from .lines import NO_ANSWER, Line, status_of

ANSWER_LIMIT_NS = 5_000_000_000
"""An answer that takes longer is none."""
LOOK_S = 0.05
"""How often, at least, a watch looks whether it is to end."""

_now = time.perf_counter_ns


@dataclass(frozen=True)
class Watched:
    """One credential: how it is used, and as whom it is good."""

    raw: bytes
    subject: str


@dataclass
class Post:
    """Some credentials at one node."""

    arm: str
    node: int
    address: tuple[str, int]
    credentials: Sequence[Watched]
    every: int = 1
    """Used once in so many intervals."""
    probes: list[Probe] = field(default_factory=list)
    """In the order of completion; `trial` is the index of the credential."""
    lag_ns: list[int] = field(default_factory=list)
    """How late each was sent, after it was due and after the answer to the one before."""
    missed: list[int] = field(default_factory=list)
    """How many slots passed before each, while an answer was awaited."""


class Watch:
    """Watches from the beginning of a `with` block to its end."""

    def __init__(self, posts: Sequence[Post], interval_ns: int) -> None:
        self.posts = posts
        self._interval_ns = interval_ns
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch")
        self._failure: BaseException | None = None
        self._turns = [_Turn(post) for post in posts]
        start = _now() + interval_ns
        for number, turn in enumerate(self._turns):
            turn.due_ns = start + interval_ns * number // len(self._turns)

    def pace(self, interval_ns: int) -> None:
        """Use each credential at another rate from now on."""
        self._interval_ns = interval_ns

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()
        for turn in self._turns:
            turn.close()
        if self._failure is not None and exc is None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._stopping.is_set() or any(turn.busy for turn in self._turns):
                self._look()
        except BaseException as exc:
            self._failure = exc

    def _look(self) -> None:
        now, interval_ns = _now(), self._interval_ns
        stopping = self._stopping.is_set()
        if not stopping:
            for turn in self._turns:
                own_ns = interval_ns * turn.post.every
                turn.due_ns = min(turn.due_ns, now + own_ns)  # it may have been a longer one
                if not turn.busy and now >= turn.due_ns:
                    turn.send(now, own_ns)
        busy = {turn.line.socket: turn for turn in self._turns if turn.busy and turn.line}
        dues = [turn.due_ns for turn in self._turns if not turn.busy and not stopping]
        wait_s = min(max(0, min(dues, default=now) - _now()) / 1e9 if dues else LOOK_S, LOOK_S)
        for ready in select.select(list(busy), [], [], wait_s)[0]:
            busy.pop(ready).receive()
        for turn in busy.values():
            turn.give_up(_now())


class _Turn:
    """One post's connection, and whose turn it is there."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.line: Line | None = None
        self.due_ns = 0
        self._free_ns = 0
        # So that of two nodes one begins with another credential than the other.
        self._turn = post.node % len(post.credentials)

    @property
    def busy(self) -> bool:
        return self.line is not None and self.line.busy

    def send(self, now: int, interval_ns: int) -> None:
        missed = max(0, now - self.due_ns) // interval_ns
        invoke_ns = _now()
        self.post.lag_ns.append(max(0, invoke_ns - max(self.due_ns, self._free_ns)))
        self.post.missed.append(missed)
        self.due_ns += interval_ns * (1 + missed)
        try:
            if self.line is None:
                self.line = Line(*self.post.address)
            self.line.send(self.post.credentials[self._turn].raw)
        except OSError:
            self._note(invoke_ns, NO_ANSWER)

    def receive(self) -> None:
        assert self.line is not None
        invoke_ns = self.line.invoke_ns
        try:
            response = self.line.receive()
        except OSError:
            self._note(invoke_ns, NO_ANSWER)
            return
        if response is not None:
            subject = self.post.credentials[self._turn].subject
            self._note(invoke_ns, status_of(response, subject))

    def give_up(self, now: int) -> None:
        assert self.line is not None
        if now - self.line.invoke_ns > ANSWER_LIMIT_NS:
            self._note(self.line.invoke_ns, NO_ANSWER)

    def close(self) -> None:
        if self.line is not None:
            self.line.drop()
            self.line = None

    def _note(self, invoke_ns: int, status: int) -> None:
        self._free_ns = _now()
        self.post.probes.append(Probe(self._turn, self.post.node, invoke_ns, self._free_ns, status))
        self._turn = (self._turn + 1) % len(self.post.credentials)
        if status == NO_ANSWER:
            self.close()


def settled(posts: Sequence[Post], accepted: Sequence[bool], answers: int) -> list[Post]:
    """
    The posts that are not yet as they should be.

    *accepted* says of each credential whether it is to be; the last *answers* of a post all
    have to be so.
    """
    return [post for post in posts if not _is_settled(post, accepted, answers)]


def _is_settled(post: Post, accepted: Sequence[bool], answers: int) -> bool:
    last = post.probes[-answers:]
    return len(last) == answers and all(
        probe.status == (ACCEPT if accepted[probe.trial] else REJECT) for probe in last
    )
