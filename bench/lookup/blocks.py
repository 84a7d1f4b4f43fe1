"""What all lookup blocks of requests through a real server have in common; the interleaved ones.

Medians are compared within interleaved blocks, where whatever slows the machine slows every arm
alike. Tails are compared between separate ones: in an interleaved block an arm's tail is made of
the arms it waited behind.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from msgspec.structs import replace
from numpy.typing import NDArray

from .. import gates
from ..driving.generator import Generator
from ..driving.job import Outcome
from ..driving.schedule import Schedule, interleaved
from ..machines.given import GivenNodes
from ..machines.serving import serve_arms
from ..nodes import Nodes
from ..processes.cpuclock import CpuClock
from ..processes.speed import fixed_work_us
from ..records import Cell, Gate
from .cells import arm_cells, calibration_cell, measured
from .logins import prepare

if TYPE_CHECKING:
    from ..context import Context
    from ..plan import Plan

START_S = 1.6
"""What starting a node, logging in and starting Locust take, for the forecast."""

KEPT_SHARE = 0.7
"""Of the blocks of most kinds, what is measured whatever the time."""

Load = Literal["low", "high"]

Tell = Callable[[float, str], None]
"""Takes the fraction of the block that is done, and what happens now."""

Serving = contextlib.AbstractContextManager[Nodes | GivenNodes]
"""A server of every arm, which starts when it is entered: the generator starts before it."""


class Rates(NamedTuple):
    """Requests a second, over all arms."""

    low: float
    high: float


class Clocks(NamedTuple):
    """Processor time while a block was driven."""

    server: CpuClock
    stores: CpuClock


class Kind(Protocol):
    """One way of measuring a block."""

    load: Load
    kept_share: float
    """Of its blocks, what is measured whatever the time."""

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
    """Every request draws its arm at random. Every cost rests on these: none is left out."""

    design = "interleaved"
    load: Load = "low"
    kept_share = 1.0

    def __init__(self, rate: float) -> None:
        self.rate = rate
        """Requests a second, over all arms."""

    @property
    def name(self) -> str:
        return self.design if self.load == "low" else f"{self.design} {self.load}-load"

    def count(self, plan: Plan) -> int:
        return plan.blocks

    def seconds(self, context: Context) -> float:
        return START_S + context.plan.warm_s + self.block_s(context.plan)

    def block_s(self, plan: Plan) -> float:
        """Measured seconds of one."""
        return plan.block_s

    def conditions(self, plan: Plan) -> dict[str, float]:  # noqa: ARG002 - a plan says how far
        """What is other than usual; nothing here."""
        return {}

    def serving(self, context: Context, seed: Sequence[int]) -> Serving:
        """A fresh server of every arm, once it is entered."""
        return fresh(context, seed)

    def measure(self, context: Context, block: int, tell: Tell) -> bool:
        plan, arms = context.plan, context.arms
        # The seeds of the blocks at low load are those of before there was another.
        purpose = self.design if self.load == "low" else f"{self.design}-{self.load}"
        seed = context.seed_for("lookup", purpose, block)
        block_s = plan.warm_s + self.block_s(plan)
        schedule = interleaved(seed, len(arms), self.rate, block_s)
        template = template_of(context, self.design, block, self.rate / len(arms), self.load)
        template.conditions.update(self.conditions(plan))
        serving = self.serving(context, seed)
        rows, outcome, _ = drive(context, serving, schedule, template, tell)
        rows = measured(rows, outcome, plan.warm_s)
        where = told(self.name, block)
        disturbed = save(context, where, rows, outcome, self.rate, template, {})
        if disturbed:
            self.disturbed(context, disturbed)
        else:
            self.kept(context, block)
        return not disturbed

    def kept(self, context: Context, block: int) -> None:
        """Save what else there is of a block that stays; nothing here."""

    def disturbed(self, context: Context, gates_failed: Sequence[Gate]) -> None:
        """Do otherwise the next time, for a block that is measured again; nothing here."""


@contextlib.contextmanager
def fresh(context: Context, seed: Sequence[int]) -> Iterator[Nodes | GivenNodes]:
    """A server of every arm that nobody used before, its mounts in an order drawn by *seed*."""
    with serve_arms(context, seed) as nodes:
        yield nodes


def template_of(context: Context, design: str, block: int, rate: float, load: Load) -> Cell:
    """What the cells of a block have in common; *rate* is that of one arm, or of the one alone."""
    return Cell(
        id="",
        measure="lookup",
        arm="",
        block=block,
        conditions={"nodes": context.nodes, "rate": rate},
        labels={"design": design, "load": load},
        started_at=time.time(),
    )


def drive(
    context: Context,
    serving: Serving,
    schedule: Schedule,
    template: Cell,
    tell: Tell,
) -> tuple[NDArray[Any], Outcome, Clocks]:
    """
    Send *schedule* to a server of its own, with one generator.

    How fast the machine is just before and just after goes into the figures of *template*.
    """
    labels = template.labels
    what = f"{labels['design']} block {template.block + 1}, {labels['load']} load"
    tell(0.0, f"{what}, starting")
    services, placement = context.services, context.placement
    here = context.machines is None  # elsewhere this says nothing of where the servers are
    before_us = fixed_work_us(placement.server) if here else 0.0
    with (
        Generator(services.folder, placement.generator, context.machines) as generator,
        serving as nodes,
    ):
        loads, refusals = prepare(nodes[0], context.arms, context.plan.logins)
        # A run says it once for each arm, at the worst it was.
        known = {gate.note for gate in context.gates}
        context.gates += [gate for gate in refusals if gate.note not in known]
        clocks = Clocks(CpuClock(nodes[0].pid), CpuClock(*chain(*services.processes())))
        started = time.monotonic()
        expected_s = schedule.duration_s + 1.0

        def tick() -> None:
            for clock in clocks:
                clock.sample()
            share = min((time.monotonic() - started) / expected_s, 1.0)
            tell(0.3 + 0.7 * share, what)

        rows, outcome = generator.keep(nodes[0], loads, schedule, tick, list(nodes)[1:])
    if here:
        after_us = fixed_work_us(placement.server)
        template.figures["fixed_work_us"] = (before_us + after_us) / 2
    return rows, outcome, clocks


def save(
    context: Context,
    where: str,
    rows: NDArray[Any],
    outcome: Outcome,
    rate: float,
    template: Cell,
    counted: Mapping[str, Mapping[str, float]],
) -> list[Gate]:
    """Save the block's cells; nothing, if it is to be measured again: the gates that failed."""
    design, block = template.labels["design"], template.block
    high = "-high" if template.labels["load"] == "high" else ""
    calibration = calibration_cell(rows, outcome, rate, template)
    judged = [*calibration.gates, gates.steal(outcome.steal_percent)]
    if context.is_to_repeat(where, judged):
        return [gate for gate in judged if not gate.passed]
    id_ = context.next_id("calibration", f"{design}{high}", block, "generator")
    context.keep(replace(calibration, id=id_, arm="control"))
    for cell, arrays in arm_cells(rows, outcome, context.arms, template, counted):
        layer = cell.layer if design == "interleaved" else f"{cell.layer}-{design}"
        id_ = context.next_id("lookup", f"{layer}{high}", block, cell.arm)
        context.keep(replace(cell, id=id_), arrays)
    return []
