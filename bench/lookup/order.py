"""In which order the blocks of a run come, and which of them can be spared if time runs out.

A run keeps to the time it was announced with. On a machine that is slow, or that was disturbed and
had to repeat blocks, that is done by leaving blocks out: of no kind more than three in ten, of none
the first three, in an order that the seed decides before any is measured. Of those that every cost
rests on, interleaved at low load, none is left out. A block that was disturbed comes again last,
since what disturbs a machine takes its time.
"""

from __future__ import annotations

import math
import random
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .blocks import Kind, Rates, told
from .kinds import kinds

if TYPE_CHECKING:
    from ..context import Context

FEWEST = 3
"""Of a kind, where the plan has as many: two blocks say nothing of how blocks differ."""


class Turn(NamedTuple):
    """One block, in its place."""

    kind: Kind
    block: int
    essential: bool
    """Measured whatever the time."""


def turns(context: Context, rates: Rates) -> list[Turn]:
    """Every block of the plan, in an order drawn from the run's seed, the essential ones first.

    Of a kind with ten essential blocks one falls into each tenth of their time, at an instant that
    is drawn: a machine that is slow for minutes is not slow for all of one kind.
    """
    draw = random.Random(repr(context.seed_for("lookup", "order")))
    essential: list[tuple[float, Turn]] = []
    others = []
    for kind in kinds(context, rates):
        count = kind.count(context.plan)
        kept = max(math.ceil(kind.kept_share * count), min(FEWEST, count))
        blocks = draw.sample(range(kept), kept)
        essential += [
            ((place + draw.random()) / kept, Turn(kind, block, True))
            for place, block in enumerate(blocks)
        ]
        others += [Turn(kind, block, False) for block in range(kept, count)]
    draw.shuffle(others)
    return [turn for _, turn in sorted(essential, key=lambda placed: placed[0])] + others


class Queue:
    """The blocks that are still to be measured, each with its place in the order."""

    def __init__(self, context: Context, order: Sequence[Turn]) -> None:
        self.spared: list[Turn] = []
        """Those that there was no time for."""
        self._context = context
        self._seconds = {turn: turn.kind.seconds(context) for turn in order}
        placed = list(enumerate(order))
        self._waiting = deque(each for each in placed if not context.is_done("lookup", each[0]))
        waiting_s = sum(self._seconds[turn] for _, turn in self._waiting)
        self._done_s = sum(self._seconds.values()) - waiting_s
        self._expected_s = self._took_s = 0.0

    def __iter__(self) -> Iterator[tuple[int, Turn]]:
        while self._waiting:
            place, turn = self._waiting.popleft()
            if self._is_spared(turn):
                self.spared.append(turn)
                continue
            yield place, turn

    def took(self, turn: Turn, seconds: float) -> None:
        """*turn*, which was given last, was measured in so many *seconds*."""
        self._took_s += seconds
        self._expected_s += self._seconds[turn]
        self._done_s += self._seconds[turn]

    def again(self, place: int, turn: Turn) -> None:
        """*turn*, which was given last and was disturbed, comes once more, last of all."""
        self._waiting.append((place, turn))
        self._done_s -= self._seconds[turn]

    def done(self, within: float = 0.0, turn: Turn | None = None) -> float:
        """The share that is done of all, if *turn* is done to the share *within*."""
        under_way_s = within * self._seconds[turn] if turn else 0.0
        return (self._done_s + under_way_s) / sum(self._seconds.values())

    def _is_spared(self, turn: Turn) -> bool:
        if turn.essential:
            return False
        owed_s = sum(self._seconds[other] for _, other in self._waiting if other.essential)
        # Of a slow machine all is slow, and what comes after lookup too.
        slow = max(self._took_s / self._expected_s, 1.0) if self._expected_s else 1.0
        left_s = self._context.time_left_s("lookup", slow)
        return slow * (self._seconds[turn] + owed_s) > left_s


def named(spared: Sequence[Turn]) -> str:
    """Which blocks these are, in words."""
    return ", ".join(
        told(turn.kind.name, turn.block)
        for turn in sorted(spared, key=lambda turn: (turn.kind.name, turn.block))
    )
