"""Lookup blocks of requests through a real server: interleaved ones, and separate ones.

Medians are compared within interleaved blocks, where whatever slows the machine slows every arm
alike. Tails are compared between separate ones: in an interleaved block an arm's tail is made of
the arms it waited behind.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from .. import gates
from ..driving.generator import Generator
from ..driving.job import Outcome
from ..driving.schedule import Schedule, interleaved, separate
from ..machines.given import GivenNodes
from ..machines.serving import serve_arms
from ..nodes import Nodes
from ..processes.cpuclock import CpuClock
from ..records import Cell, write_cell
from .cells import arm_cells, calibration_cell, measured
from .logins import prepare

if TYPE_CHECKING:
    from ..context import Context
    from ..plan import Plan

START_S = 2.5
"""What starting a node, logging in and starting Locust take, for the forecast."""
GAP_S = 0.3
"""Between the turns of two arms in a separate block: the first one's work must have ended."""
TURN_WARM_S = 0.3

Load = Literal["low", "high"]

Tell = Callable[[float, str], None]
"""Takes the fraction of the block that is done, and what happens now."""

Serving = contextlib.AbstractContextManager[Nodes | GivenNodes]
"""A server of every arm, which starts when it is entered: the generator starts before it."""


class Rates(NamedTuple):
    """Requests a second, over all arms."""

    low: float
    high: float


class Kind(Protocol):
    """One way of measuring a block."""

    load: Load

    @property
    def name(self) -> str:
        """As people are told."""

    def count(self, plan: Plan) -> int:
        """How many blocks of this kind *plan* has."""

    def seconds(self, context: Context) -> float:
        """About how long one takes."""

    def measure(self, context: Context, block: int, tell: Tell) -> bool:
        """Measure it and save its cells; False, and nothing saved, if it is to be repeated."""


def told(name: str, block: int) -> str:
    """A block of the kind *name*, as people are told of it: they count from one."""
    return f"{name} block {block + 1}"


class Interleaved:
    """Every request draws its arm at random; at one load or the other."""

    design = "interleaved"

    def __init__(self, rate: float, load: Load = "low") -> None:
        self._rate = rate
        self.load = load

    @property
    def name(self) -> str:
        return self.design if self.load == "low" else f"{self.design} {self.load}-load"

    def count(self, plan: Plan) -> int:
        return plan.high_blocks if self.load == "high" else plan.blocks

    def seconds(self, context: Context) -> float:
        return START_S + context.plan.warm_s + self.block_s(context.plan)

    def block_s(self, plan: Plan) -> float:
        """Measured seconds of one."""
        return plan.high_block_s if self.load == "high" else plan.block_s

    def conditions(self, plan: Plan) -> dict[str, float]:  # noqa: ARG002 - a plan says how far
        """What is other than usual; nothing here."""
        return {}

    def serving(self, context: Context) -> Serving:
        """A fresh server of every arm, once it is entered."""
        return _fresh(context)

    def measure(self, context: Context, block: int, tell: Tell) -> bool:
        plan, arms = context.plan, context.arms
        # The seeds of the blocks at low load are those of before there was another.
        purpose = self.design if self.load == "low" else f"{self.design}-{self.load}"
        seed = context.seed_for("lookup", purpose, block)
        block_s = plan.warm_s + self.block_s(plan)
        schedule = interleaved(seed, len(arms), self._rate, block_s)
        template = _template(context, self.design, block, self._rate / len(arms), self.load)
        template.conditions.update(self.conditions(plan))
        serving = self.serving(context)
        rows, outcome, _ = _drive(context, serving, schedule, template, tell)
        rows = measured(rows, outcome, plan.warm_s)
        where = told(self.name, block)
        if not _save(context, where, rows, outcome, self._rate, template, {}):
            return False
        self.kept(context, block)
        return True

    def kept(self, context: Context, block: int) -> None:
        """Save what else there is of a block that stays; nothing here."""


class Separate:
    """One arm after the other has the server to itself; so its processor time is known too."""

    load: Load = "low"
    name = "separate"

    def __init__(self, rate: float) -> None:
        self._rate = rate

    def count(self, plan: Plan) -> int:
        return plan.separate_blocks

    def seconds(self, context: Context) -> float:
        return START_S + len(context.arms) * (self._turn_s(context.plan) + GAP_S)

    def _turn_s(self, plan: Plan) -> float:
        return TURN_WARM_S + max(plan.separate_s, plan.separate_requests / self._rate)

    def measure(self, context: Context, block: int, tell: Tell) -> bool:
        plan, arms = context.plan, context.arms
        seed = context.seed_for("lookup", "separate", block)
        turn_s = self._turn_s(plan)
        schedule, turns_ns = separate(seed, len(arms), self._rate, turn_s, GAP_S)
        template = _template(context, "separate", block, self._rate, self.load)
        rows, outcome, clock = _drive(context, _fresh(context), schedule, template, tell)
        cpu_us = {}
        kept = rows[:0]
        for index, arm in enumerate(arms):
            own = rows[rows["arm"] == index]
            start_ns = outcome.base_ns + int(turns_ns[index])
            # The server's work of this turn ends in the gap, so half of that belongs to it.
            used_s = clock.used_between_s(
                start_ns - int(GAP_S / 2 * 1e9), start_ns + int((turn_s + GAP_S / 2) * 1e9)
            )
            if len(own) and clock.known:
                cpu_us[arm.name] = used_s / len(own) * 1e6
            warm = own["intended_ns"] < start_ns + int(TURN_WARM_S * 1e9)
            kept = np.concatenate([kept, own[~warm]])
        kept = np.sort(kept, order="intended_ns")
        where = told(self.name, block)
        return _save(context, where, kept, outcome, self._rate, template, cpu_us)


@contextlib.contextmanager
def _fresh(context: Context) -> Iterator[Nodes | GivenNodes]:
    with serve_arms(context) as nodes:
        yield nodes


def _template(context: Context, design: str, block: int, rate: float, load: Load) -> Cell:
    return Cell(
        id="",
        measure="lookup",
        arm="",
        block=block,
        conditions={"nodes": context.nodes, "rate": rate},
        labels={"design": design, "load": load},
        started_at=time.time(),
    )


def _drive(
    context: Context,
    serving: Serving,
    schedule: Schedule,
    template: Cell,
    tell: Tell,
) -> tuple[NDArray[Any], Outcome, CpuClock]:
    """Send *schedule* to a server of its own, with one generator."""
    labels = template.labels
    what = f"{labels['design']} block {template.block + 1}, {labels['load']} load"
    tell(0.0, f"{what}, starting")
    services, placement = context.services, context.placement
    with (
        Generator(services.folder, placement.generator, context.machines) as generator,
        serving as nodes,
    ):
        loads, refusals = prepare(nodes[0], context.arms, context.plan.logins)
        # A run says it once for each arm, at the worst it was.
        known = {gate.note for gate in context.gates}
        context.gates += [gate for gate in refusals if gate.note not in known]
        clock = CpuClock(nodes[0].pid)
        started = time.monotonic()
        expected_s = schedule.duration_s + 1.0

        def tick() -> None:
            clock.sample()
            share = min((time.monotonic() - started) / expected_s, 1.0)
            tell(0.3 + 0.7 * share, what)

        rows, outcome = generator.keep(nodes[0], loads, schedule, tick, list(nodes)[1:])
    return rows, outcome, clock


def _save(
    context: Context,
    where: str,
    rows: NDArray[Any],
    outcome: Outcome,
    rate: float,
    template: Cell,
    cpu_us: dict[str, float],
) -> bool:
    """Save the block's cells; False, and nothing saved, if it is to be measured again."""
    design, block = template.labels["design"], template.block
    high = "-high" if template.labels["load"] == "high" else ""
    calibration = calibration_cell(rows, outcome, rate, template)
    if context.is_to_repeat(where, [*calibration.gates, gates.steal(outcome.steal_percent)]):
        return False
    id_ = context.next_id("calibration", f"{design}{high}", block, "generator")
    write_cell(context.folder, replace(calibration, id=id_, arm="control"))
    for cell, arrays in arm_cells(rows, outcome, context.arms, template, cpu_us):
        layer = cell.layer if design == "interleaved" else f"{cell.layer}-{design}"
        id_ = context.next_id("lookup", f"{layer}{high}", block, cell.arm)
        write_cell(context.folder, replace(cell, id=id_), arrays)
    return True
