"""The two rates that lookup is offered: shares of what the arms can do, as far as they can be kept.

Of the arms together and not of control alone: they cost up to three times as much, and at 70 % of
what control can do a server of all arms has more to do than it can. The high rate is rehearsed,
from below: where server and generator slow each other down, as two threads of one core do, 70 % of
what a closed loop saw can be more than an open one can offer.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..context import CONTROL
from ..driving.generator import Generator
from ..driving.job import Load
from ..driving.schedule import NS_PER_S, climbing
from ..machines.serving import serve_arms
from ..nodes import Node
from ..processes.folders import LATEST
from ..records import Cell, read_cells, write_cell
from .blocks import Rates
from .capacity import measure_capacity
from .earlier import earlier_rates, kept_to
from .logins import prepare

if TYPE_CHECKING:
    from ..context import Context

CAPACITY_S = 1.0
STEPS = (0.55, 0.7, 0.85, 1.0)
"""What is rehearsed of the high rate, in this order."""
STEP_S_MOST = 0.8
GAP_S = 0.3
EASED = 0.8
"""What is left of a high rate that a block was too busy at."""
CALM_UNDER_WAY = 2.5
"""Requests under way at once, on average: rate times latency (Little). A server at seven tenths of
what it can do has less than two; one that has more to do than it can collects them."""
CALM_CPU = 0.5
"""Of one core, for the generator; a block may have 0.6."""
EARLIER = "earlier run"
"""What sets a rate that was kept to, so that two runs in a row can be compared."""


def choose_rates(context: Context) -> Rates:
    """Find out what the arms can do, choose both rates, and save the cells that say so."""
    plan = context.plan
    # The generator first: both take their time to start.
    seed = context.seed_for("lookup", "rates")
    with _rehearsing(context) as generator, serve_arms(context, seed) as nodes:
        loads, _ = prepare(nodes[0], context.arms, 1)
        each = [load.credentials[0].raw for load in loads]
        control = [load.credentials[0].raw for load in loads if load.name == CONTROL]
        measure_capacity(nodes[0], each, CAPACITY_S / 2)  # the first requests are the slow ones
        alone = measure_capacity(nodes[0], control, CAPACITY_S)
        together = measure_capacity(nodes[0], each, CAPACITY_S)
        high = min(plan.high_share * together, plan.rate_limit)
        if generator is not None:
            high = _rehearsed(context, generator, list(nodes), loads, high)
    low = min(plan.rate_share * together, plan.rate_limit)
    limits = {
        "low": "generator" if low < plan.rate_share * together else "share",
        "high": "generator" if high < plan.high_share * together else "share",
    }
    earlier = earlier_rates(context.folder.parent / LATEST, context.run)
    rates = kept_to(Rates(low, high), earlier)
    limits |= {load: EARLIER for load in earlier if getattr(rates, load) == earlier[load]}
    for load, limit in limits.items():
        rate = getattr(rates, load)
        cell = Cell(
            id=context.next_id("calibration", f"capacity-{load}", 0, CONTROL),
            measure="calibration",
            arm=CONTROL,
            figures={
                "control_capacity": alone,
                "arms_capacity": together,
                "offered_rate": rate,
                "offered_share": rate / alone,
                "offered_share_of_arms": rate / together,
            },
            labels={"load": load, "limited_by": limit},
            started_at=time.time(),
        )
        context.keep(cell)
    return rates


def ease(context: Context, rate: float) -> float:
    """
    The high rate a step lower, and saved as the one that was offered.

    *rate* as it is, if a block was kept at it: blocks of one run are of one rate.
    """
    cells = read_cells(context.folder)
    if any(cell.measure == "lookup" and cell.labels.get("load") == "high" for cell in cells):
        return rate
    for cell in context.cells_of("lookup", "rates"):
        if cell.labels["load"] == "high":
            offered = ("offered_rate", "offered_share", "offered_share_of_arms")
            figures = cell.figures | {name: EASED * cell.figures[name] for name in offered}
            labels = cell.labels | {"limited_by": "generator"}
            write_cell(context.folder, replace(cell, figures=figures, labels=labels))
    return EASED * rate


def _rehearsing(context: Context) -> contextlib.AbstractContextManager[Generator | None]:
    """The generator to rehearse with; none where no block needs it, or several machines drive."""
    several = context.machines is not None and context.machines.workers
    if several or not context.plan.high_blocks:
        return contextlib.nullcontext()
    return Generator(context.services.folder, context.placement.generator)


def _rehearsed(
    context: Context,
    generator: Generator,
    nodes: Sequence[Node],
    loads: Sequence[Load],
    aim: float,
) -> float:
    """The highest step towards *aim* that the generator keeps to with time to spare."""
    rates = [step * aim for step in STEPS]
    step_s = min(STEP_S_MOST, context.plan.high_block_s / 2)
    seed = context.seed_for("lookup", "rehearsal")
    schedule, starts_ns = climbing(seed, len(loads), rates, step_s, GAP_S)
    rows, outcome = generator.keep(nodes[0], loads, schedule, others=nodes[1:])
    due_ns = rows["intended_ns"] - outcome.base_ns
    under_way = []
    for start_ns in starts_ns.tolist():
        own = rows[(due_ns >= start_ns) & (due_ns < start_ns + int(step_s * NS_PER_S))]
        took_ns = (own["end_ns"] - own["intended_ns"]).sum()
        under_way.append(float(took_ns) / (step_s * NS_PER_S))
    return highest_calm(rates, under_way, outcome.cpu_s / max(outcome.sent, 1))


def highest_calm(rates: Sequence[float], under_way: Sequence[float], cpu_s: float) -> float:
    """
    The highest of *rates* that the server keeps up with, and that leaves the generator idle enough.

    *under_way* are the requests under way at once at each, *cpu_s* is what one costs the generator.
    A lower rate that was disturbed says nothing against a higher one; of none, it is the lowest.
    """
    tried = zip(rates, under_way, strict=True)
    calm = [rate for rate, many in tried if many < CALM_UNDER_WAY and rate * cpu_s < CALM_CPU]
    return max(calm, default=min(rates))
