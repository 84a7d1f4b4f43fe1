"""What revocations a scheme is put through, and how many of them at once."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Trials:
    """How one scheme is revoked: what the plan says, and what the scheme claims."""

    random_count: int
    adversarial_count: int
    interval_s: float
    bound_s: float
    immediate: bool

    @property
    def tail_s(self) -> float:
        """From the acknowledgement to the last probe."""
        return self.bound_s + (TAIL_IMMEDIATE_S if self.immediate else TAIL_BOUNDED_S)

    def cases(self, nodes: int, draw: random.Random) -> list[Case]:
        """All that is planned; of a scheme with a long window, what its time is enough for."""
        found = make_cases(self.random_count, self.adversarial_count, nodes, draw)
        if self.immediate:
            return found
        a_batch_s = self.bound_s + self.tail_s
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


def batches(cases: Sequence[Case], most: int = TOGETHER) -> Iterator[list[tuple[Case, str]]]:
    """The cases in groups of *most* that are watched at once, each with the subject who logs in.

    Cases keep their order, but for one that has to wait for a subject of its own.
    """
    waiting = list(cases)
    while waiting:
        free = list(ALL_SUBJECTS)
        batch: list[tuple[Case, str]] = []
        later: list[Case] = []
        for case in waiting:
            if len(batch) == most or (case.kind == "all" and not free):
                later.append(case)
            else:
                batch.append((case, free.pop(0) if case.kind == "all" else ONE_SUBJECT))
        yield batch
        waiting = later


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
