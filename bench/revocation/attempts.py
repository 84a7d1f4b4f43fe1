"""One credential under observation: warmed, revoked, watched on; the rules, without the sockets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from demo.auth import Moment

from ..payload.wire import Response
from .history import ACCEPT, REJECT, Probe
from .lines import Line, ProbeLine

Phase = Literal["random", "adversarial"]

WARM_ACCEPTS = 3
"""How often each node must have accepted a credential before it is revoked."""
WARM_LIMIT_NS = 3_000_000_000


@dataclass(frozen=True)
class Attempt:
    """A credential to be watched, and how it is to be revoked."""

    probe: bytes
    """The whole request, alike for every node."""
    subject: str
    revoke: bytes
    revoke_node: int
    phase: Phase = "random"
    delay_ns: int = 0
    """From the moment when every node has accepted often enough; at the random phase."""
    trigger_node: int = 0
    """At the adversarial phase: revoked right after this node's first accept, which filled its
    caches; it is asked only when the others have accepted often enough."""
    attack: Moment | None = None
    """At the adversarial phase, what says when to revoke instead."""
    after: int | None = None
    """At the adversarial phase, the index of another attempt: revoked as soon as the trigger node
    has refused that one. A node that polls has just polled then, whatever it is called."""
    bound_ns: int = 0
    """The claimed bound: right after it every node is asked out of turn."""


@dataclass
class Observation:
    """What was seen of one attempt."""

    probes: list[Probe] = field(default_factory=list)
    """In the order of completion; `trial` is the index of the attempt."""
    invoke_ns: int = 0
    ack_ns: int = 0
    void: str = ""
    """Why this attempt says nothing, in words; empty if it does."""


class Trial:
    """One attempt on its way: warming, revoking, tail, done."""

    def __init__(self, number: int, attempt: Attempt, lines: list[ProbeLine], revoke: Line):
        self.number = number
        self.attempt = attempt
        self.lines = lines
        self.revoke_line = revoke
        self.seen = Observation()
        self.revoke_due_ns: int | None = None
        self.warm = False
        self.is_attacked = False
        """Whether the attack is to say when."""
        self.is_following = False
        """Whether a refusal of another attempt is to say when."""
        self.refused_at: set[int] = set()
        """The nodes that have refused it since it was revoked."""
        self._marks: list[int] = []
        """Instants right after which every node is to be asked."""
        self.ended = False
        """No more probes are due; answers may be."""
        self.end_ns = min(line.due_ns for line in lines) + WARM_LIMIT_NS + attempt.delay_ns
        if self._is_by_first_accept and len(lines) > 1:
            lines[attempt.trigger_node].is_held = True

    @property
    def _is_by_first_accept(self) -> bool:
        at = self.attempt
        return at.phase == "adversarial" and at.attack is None and at.after is None

    def add(self, line: ProbeLine, status: int, complete_ns: int) -> None:
        """Note one probe, and decide whether it is time to revoke."""
        self.seen.probes.append(Probe(self.number, line.node, line.invoke_ns, complete_ns, status))
        line.accepts += status == ACCEPT
        if status == REJECT and self.seen.ack_ns:
            self.refused_at.add(line.node)
        if self.seen.invoke_ns or self.revoke_due_ns is not None:
            return
        if self.warm and line.node == self.attempt.trigger_node and status == ACCEPT:
            if self._is_by_first_accept:
                self.revoke_due_ns = complete_ns
        elif not self.warm and all(at.accepts >= WARM_ACCEPTS or at.is_held for at in self.lines):
            self._warmed(complete_ns)

    def _warmed(self, now: int) -> None:
        self.warm = True
        attack = self.attempt.attack
        if self.attempt.phase == "random":
            self.revoke_due_ns = now + self.attempt.delay_ns
        elif self.attempt.after is not None:
            self.is_following = True
        elif attack is None:
            for line in self.lines:
                line.is_held = False
                line.due_ns = max(line.due_ns, now)
        else:
            attack.begin()
            self.is_attacked = True
            if attack.socket is None:
                self.strike(now)

    def strike(self, now: int) -> None:
        """Revoke now: it is the moment."""
        self.revoke_due_ns = now
        self.end_ns = now + WARM_LIMIT_NS
        self.is_attacked = self.is_following = False

    def follow(self, other: Trial, now: int) -> None:
        """Revoke if the trigger node has refused *other*, which it never will if that is over."""
        if self.is_following and (self.attempt.trigger_node in other.refused_at or other.ended):
            self.strike(now)

    def revoked(self, response: Response, ack_ns: int, tail_ns: int) -> None:
        """Note the answer to the revocation."""
        if response.status != 200:
            self.fail(f"the revocation gave {response.status}: {response.title}")
            return
        self.seen.ack_ns = ack_ns
        self.end_ns = ack_ns + tail_ns
        self._marks = sorted({ack_ns, ack_ns + self.attempt.bound_ns})

    @property
    def mark_ns(self) -> int | None:
        """The next instant right after which every node is to be asked."""
        return self._marks[0] if self._marks else None

    def hurry(self, now: int) -> None:
        """Ask every node now if a mark has just passed: the finest look at a broken guarantee."""
        while self._marks and now > self._marks[0]:
            del self._marks[0]
            for line in self.lines:
                line.due_ns = min(line.due_ns, now)

    def fail(self, reason: str) -> None:
        """Make this attempt void."""
        self.seen.void = self.seen.void or reason
        self.revoke_due_ns = None
        self.is_attacked = self.is_following = False
        self.ended = True

    def tick(self, now: int) -> None:
        """End when it is time; one that never came so far as to be revoked is void."""
        if self.ended or self.is_following or now < self.end_ns:
            return
        if self.is_attacked:
            self.strike(now)  # who names no moment is not spared
            return
        self.ended = True
        if not self.seen.ack_ns:
            counts = ", ".join(str(line.accepts) for line in self.lines)
            self.fail(f"not revoked in time; accepted by its nodes {counts} times")
