"""What revocations a scheme is put through, and how many of them at once."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..records import Arm
from .attempts import Phase

Kind = Literal["one", "all", "key"]
"""`key`: the key that signed it is lost, and every node has to be started again to learn that."""
Group = tuple[Phase, Kind]

LONG_SHARE = 0.3
"""Seconds for each planned trial that a scheme with a long window may take."""

TOGETHER = 4
"""Credentials watched at once at three nodes: more probes a second would wait for each other."""
USUAL_NODES = 3
ONE_SUBJECT = "alice"
ALL_SUBJECTS = ("bob", "carol")
"""Ending all logins of a subject would end those of a neighbour too, so each has its own."""


TAIL_IMMEDIATE_S = 0.3
TAIL_BOUNDED_S = 0.5
"""Watched on after the claimed bound."""

GROUPS: tuple[Group, ...] = (("random", "one"), ("adversarial", "one"), ("random", "all"))
"""One cell each."""


@dataclass(frozen=True)
class Case:
    """One revocation to be made, decided by the seed alone."""

    phase: Phase
    kind: Kind
    login_node: int
    revoke_node: int
    trigger_node: int
    """Never the one that revokes, where there is another: its caches know nothing of it."""
    when: float
    """The random phase, from 0 to 1."""
    follows: bool = False
    """Revoked as soon as the trigger node has refused another one of its batch."""


Batch = list[tuple[Case, str]]
"""What is watched at once, each case with the subject who logs in."""


@dataclass(frozen=True)
class Trials:
    """How one scheme is revoked: what the plan says, and what the scheme claims."""

    random_count: int
    adversarial_count: int
    interval_s: float
    bound_s: float
    immediate: bool
    follows: bool = False
    """Whether some revocations follow the refusal of another; where nothing but expiry refuses,
    that would be too late."""
    longest_s: float = math.inf
    """What the plan has time for, where the bound is longer."""

    @property
    def watched_bound_s(self) -> float:
        """How much of the bound is watched."""
        return min(self.bound_s, self.longest_s)

    @property
    def tail_s(self) -> float:
        """From the acknowledgement to the last probe."""
        return self.watched_bound_s + (TAIL_IMMEDIATE_S if self.immediate else TAIL_BOUNDED_S)

    def batches(self, nodes: int, draw: random.Random) -> list[Batch]:
        """Return all that is to be watched, with those that follow others among them."""
        found = list(batches(self.cases(nodes, draw), together(nodes)))
        if self.follows and self.adversarial_count:
            rounds = len(found) if not self.immediate else -(-self.adversarial_count // nodes)
            for batch in [each for each in found if canary(each) is not None][:rounds]:
                batch += [(case, ONE_SUBJECT) for case in _followers(nodes, draw)]
        return found

    def cases(self, nodes: int, draw: random.Random) -> list[Case]:
        """All that is planned; of a scheme with a long window, what its time is enough for."""
        found = make_cases(self.random_count, self.adversarial_count, nodes, draw)
        if self.immediate:
            return found
        a_batch_s = self.watched_bound_s + self.tail_s
        rounds = max(1, round(LONG_SHARE * self.random_count / a_batch_s))
        # Of each group the same share, so that none is missing from a short plan.
        by_group = sorted(found, key=lambda case: GROUPS.index((case.phase, case.kind)))
        step = max(1.0, len(by_group) / (rounds * TOGETHER))
        picked = [by_group[int((n + 0.5) * step)] for n in range(int(len(by_group) / step))]
        draw.shuffle(picked)
        return picked


def once_each(arms: Iterable[Arm]) -> list[Arm]:
    """The arms that ask who is calling, each scheme once: a second arm of it is lookup's."""
    return [arm for arm in arms if arm.mechanism != "control" and arm.name == arm.scheme]


def together(nodes: int) -> int:
    """How many credentials are watched at once at *nodes* nodes: as many probes as at three."""
    return TOGETHER * USUAL_NODES // min(nodes, TOGETHER * USUAL_NODES)


def make_cases(
    random_count: int, adversarial_count: int, nodes: int, draw: random.Random
) -> list[Case]:
    """The cases of one scheme, in random order: of one login at either phase, and of all logins."""
    counts = (random_count, adversarial_count, adversarial_count)
    wanted = [group for group, count in zip(GROUPS, counts, strict=True) for _ in range(count)]
    draw.shuffle(wanted)
    return [_case(phase, kind, nodes, draw) for phase, kind in wanted]


def canary(batch: Batch) -> int | None:
    """Return the index of the case whose refusal others wait for; None if there is none."""
    for index, (case, _) in enumerate(batch):
        if (case.phase, case.kind) == GROUPS[0]:
            return index
    return None


def batches(cases: Sequence[Case], most: int = TOGETHER) -> Iterator[Batch]:
    """The cases in groups of *most* that are watched at once, each with the subject who logs in.

    Cases keep their order, but for one that has to wait for a subject of its own.
    """
    waiting = list(cases)
    while waiting:
        free = list(ALL_SUBJECTS)
        batch: Batch = []
        later: list[Case] = []
        for case in waiting:
            if len(batch) == most or (case.kind == "all" and not free):
                later.append(case)
            else:
                batch.append((case, free.pop(0) if case.kind == "all" else ONE_SUBJECT))
        yield batch
        waiting = later


def _followers(nodes: int, draw: random.Random) -> Iterator[Case]:
    """Yield a case for each node, since each polls by itself; of many nodes, for some."""
    for node in draw.sample(range(nodes), min(nodes, TOGETHER)):
        others = [other for other in range(nodes) if other != node] or [node]
        case = _case("adversarial", "one", nodes, draw)
        yield replace(case, trigger_node=node, revoke_node=draw.choice(others), follows=True)


def _case(phase: Phase, kind: Kind, nodes: int, draw: random.Random) -> Case:
    revoke_node = draw.randrange(nodes)
    others = [node for node in range(nodes) if node != revoke_node] or [revoke_node]
    return Case(
        phase=phase,
        kind=kind,
        login_node=draw.randrange(nodes),
        revoke_node=revoke_node,
        trigger_node=draw.choice(others),
        when=draw.random(),
    )
