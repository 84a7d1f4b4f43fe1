"""The prober: uses credentials at a fixed rate at every node, revokes them, and notes instants.

One thread, one loop, one monotonic clock, one persistent connection for each credential and
node. The schedule is open: when an answer is late, the next probe is sent as soon as it came,
and the slots that passed meanwhile are counted as missed, not forgotten.
"""

from __future__ import annotations

import contextlib
import gc
import select
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from demo.auth import Moment

from .attempts import Attempt, Observation, Trial
from .lines import NO_ANSWER, Line, ProbeLine, status_of

_L = TypeVar("_L", bound=Line)
ANSWER_LIMIT_NS = 2_000_000_000

_now = time.perf_counter_ns


@dataclass
class Fidelity:
    """How well the prober kept its own schedule."""

    lag_ns: list[int] = field(default_factory=list)
    """How late each probe was sent: after it was due, and after the answer to the one before."""
    missed: int = 0
    """Slots in which no probe was sent, because the one before was still unanswered."""


def observe(
    attempts: Sequence[Attempt],
    nodes: Sequence[tuple[str, int]],
    *,
    interval_ns: int,
    tail_ns: int,
) -> tuple[list[Observation], Fidelity]:
    """Watch, revoke and watch on for *tail_ns* after the acknowledgement, all attempts at once.

    *nodes* are hosts and ports. Raises `WireError` if a node cannot be connected to at the start.
    """
    with _undisturbed(), contextlib.closing(_Loop(attempts, nodes, interval_ns, tail_ns)) as loop:
        loop.run()
    return [trial.seen for trial in loop.trials], loop.fidelity


class _Loop:
    def __init__(
        self,
        attempts: Sequence[Attempt],
        nodes: Sequence[tuple[str, int]],
        interval_ns: int,
        tail_ns: int,
    ) -> None:
        self._interval_ns = interval_ns
        self._tail_ns = tail_ns
        self.fidelity = Fidelity()
        self.trials: list[Trial] = []
        self._lines: list[Line] = []
        with contextlib.ExitStack() as stack:
            stack.callback(self.close)
            opened = [
                (
                    [self._opened(ProbeLine(*at, node)) for node, at in enumerate(nodes)],
                    self._opened(Line(*nodes[attempt.revoke_node])),
                )
                for attempt in attempts
            ]
            stack.pop_all()
        self._schedule([line for lines, _ in opened for line in lines])
        for number, (lines, revoke) in enumerate(opened):
            self.trials.append(Trial(number, attempts[number], lines, revoke))

    def _schedule(self, lines: list[ProbeLine]) -> None:
        """Spread the probes over the interval, so that they do not queue behind each other."""
        start = _now() + self._interval_ns
        for number, line in enumerate(lines):
            line.due_ns = start + self._interval_ns * number // len(lines)

    def close(self) -> None:
        for line in self._lines:
            line.drop()

    def run(self) -> None:
        live = list(self.trials)
        while live:
            due = min(self._next_ns(trial) for trial in live)
            self._receive(live, due)
            now = _now()
            for trial in live:
                if trial.attempt.after is not None:
                    trial.follow(self.trials[trial.attempt.after], now)
                self._send(trial, now)
            live = [trial for trial in live if not self._finished(trial)]

    def _opened(self, line: _L) -> _L:
        self._lines.append(line)
        return line

    def _finished(self, trial: Trial) -> bool:
        return trial.ended and not any(line.busy for line in (*trial.lines, trial.revoke_line))

    def _next_ns(self, trial: Trial) -> int:
        """When something is to be done for *trial*, if no answer comes before."""
        waited_for = [line for line in (*trial.lines, trial.revoke_line) if line.busy]
        instants = [line.invoke_ns + ANSWER_LIMIT_NS for line in waited_for]
        if trial.revoke_due_ns is not None:
            instants.append(trial.revoke_due_ns)
        if not trial.ended:
            if not trial.is_following:  # then another trial ends its wait
                instants.append(trial.end_ns)
            if trial.mark_ns is not None:
                instants.append(trial.mark_ns)
            instants += [line.due_ns for line in trial.lines if not (line.busy or line.is_held)]
        return min(instants)

    def _receive(self, live: list[Trial], due_ns: int) -> None:
        busy: dict[socket.socket, tuple[Trial, Line]] = {}
        for trial in live:
            # The revocation first: of two answers that are there already, the earlier stamp is its.
            for line in (trial.revoke_line, *trial.lines):
                if line.busy:
                    busy[line.socket] = (trial, line)
        attacks = _attacks(live)
        wait_s = max(0, due_ns - _now()) / 1e9
        # select, not epoll: its timeout is in microseconds, epoll's in milliseconds.
        for ready in select.select([*busy, *attacks], [], [], wait_s)[0]:
            if ready in busy:
                self._answered(*busy.pop(ready))
            else:
                _strike(*attacks[ready])
        now = _now()
        for trial, line in busy.values():
            if now - line.invoke_ns > ANSWER_LIMIT_NS:
                self._broken(trial, line, "no answer in time")

    def _answered(self, trial: Trial, line: Line) -> None:
        try:
            response = line.receive()
        except OSError as exc:
            self._broken(trial, line, str(exc))
            return
        now = _now()
        if response is None:
            return
        if isinstance(line, ProbeLine):
            trial.add(line, status_of(response, trial.attempt.subject), now)
        else:
            trial.revoked(response, now, self._tail_ns)

    def _broken(self, trial: Trial, line: Line, reason: str) -> None:
        line.drop()
        if isinstance(line, ProbeLine):
            trial.add(line, NO_ANSWER, _now())
        else:
            trial.fail(f"the revocation was not answered: {reason}")

    def _send(self, trial: Trial, now: int) -> None:
        if trial.revoke_due_ns is not None and now >= trial.revoke_due_ns:
            trial.revoke_due_ns = None
            self._try(trial, trial.revoke_line, trial.attempt.revoke)
            trial.seen.invoke_ns = trial.revoke_line.invoke_ns
        trial.tick(now)
        if trial.ended:
            return
        trial.hurry(now)
        for line in trial.lines:
            if not (line.busy or line.is_held) and now >= line.due_ns:
                could_ns = max(line.due_ns, line.free_ns)
                self._try(trial, line, trial.attempt.probe)
                self.fidelity.lag_ns.append(max(0, line.invoke_ns - could_ns))
                missed = (line.invoke_ns - line.due_ns) // self._interval_ns
                self.fidelity.missed += missed
                line.due_ns += self._interval_ns * (1 + missed)

    def _try(self, trial: Trial, line: Line, raw: bytes) -> None:
        try:
            line.invoke_ns = _now()
            line.send(raw)
        except OSError as exc:
            self._broken(trial, line, exc.strerror or str(exc))


def _attacks(live: list[Trial]) -> dict[socket.socket, tuple[Moment, list[Trial]]]:
    """By socket, the attacks that are to say when to revoke, and whom they are on."""
    found: dict[socket.socket, tuple[Moment, list[Trial]]] = {}
    for trial in live:
        attack = trial.attempt.attack
        if trial.is_attacked and attack is not None and attack.socket is not None:
            found.setdefault(attack.socket, (attack, []))[1].append(trial)
    return found


def _strike(attack: Moment, trials: list[Trial]) -> None:
    if attack.is_due():
        now = _now()
        for trial in trials:
            trial.strike(now)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector out of the way; what is there stays frozen: the next look at it
    would take as long again."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
