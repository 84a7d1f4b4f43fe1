"""Lookup latency: what it costs to know the caller, in three layers that are never mixed.

`span` and `request` come from the same requests through a real server: interleaved blocks, in
which every request draws its arm at random, some of them with the stores farther away, and separate
ones, in which each arm has the server to itself. `hot` is the check alone, in processes of its own.
Blocks of all kinds come in random order, and each has fresh processes.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from .. import gates
from ..context import CONTROL
from ..driving import crosscheck
from ..lookup.blocks import Kind, Rates
from ..lookup.capacity import measure_capacity
from ..lookup.kinds import kinds
from ..lookup.logins import prepare
from ..machines.serving import serve_arms
from ..records import Cell, write_cell

if TYPE_CHECKING:
    from ..context import Context

CAPACITY_S = 1.0


def run(context: Context) -> None:
    """Measure every block of the plan and save its cells."""
    context.progress.advance(0.0, "what the server can do")
    order = _order(context, _rates(context))
    here = context.machines is None  # h2load asks a node of its own, from here
    if context.plan.cross_check and here and not context.is_done("lookup", "cross-check"):
        context.progress.advance(0.0, "the same with h2load")
        crosscheck.record(context)
        context.finish("lookup", "cross-check")
    total_s = sum(kind.seconds(context) for kind, _ in order)
    done_s = 0.0
    for place, (kind, block) in enumerate(order):
        own_s = kind.seconds(context)

        def tell(within: float, what: str, done_s: float = done_s, own_s: float = own_s) -> None:
            context.progress.advance((done_s + within * own_s) / total_s, what)

        if not context.is_done("lookup", place):
            kind.measure(context, block, tell)
            context.finish("lookup", place)
        done_s += own_s
    context.gates.append(gates.blocks_repeated(context.repeated, context.repeats_allowed))


def _rates(context: Context) -> Rates:
    """Those of before, in a run that goes on: blocks of one run are of one rate."""
    if not context.is_done("lookup", "rates"):
        rates = choose_rates(context)
        context.finish("lookup", "rates")
        return rates
    known = {cell.labels["load"]: cell for cell in context.cells_of("lookup", "rates")}
    low, high = (known[load].figures["offered_rate"] for load in ("low", "high"))
    return Rates(low, high)


def choose_rates(context: Context) -> Rates:
    """
    The offered rates: shares of what the arms together can do, within what one generator can time.

    Of the arms together and not of control alone: they cost up to three times as much, and at 70 %
    of what control can do a server of all arms has more to do than it can.
    """
    plan = context.plan
    with serve_arms(context) as nodes:
        loads, _ = prepare(nodes[0], context.arms, 1)
        each = [load.credentials[0].raw for load in loads]
        control = [load.credentials[0].raw for load in loads if load.name == CONTROL]
        measure_capacity(nodes[0], each, CAPACITY_S / 2)  # the first requests are the slow ones
        alone = measure_capacity(nodes[0], control, CAPACITY_S)
        together = measure_capacity(nodes[0], each, CAPACITY_S)
    rates = Rates(
        low=min(plan.rate_share * together, plan.rate_limit),
        high=min(plan.high_share * together, plan.rate_limit),
    )
    for load, rate in (("low", rates.low), ("high", rates.high)):
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
            labels={
                "load": load,
                "limited_by": "share" if rate < plan.rate_limit else "generator",
            },
            started_at=time.time(),
        )
        write_cell(context.folder, cell)
    return rates


def _order(context: Context, rates: Rates) -> list[tuple[Kind, int]]:
    """Every block of the plan, in an order drawn from the run's seed."""
    planned = kinds(context, rates)
    blocks = [(kind, block) for kind in planned for block in range(kind.count(context.plan))]
    random.Random(repr(context.seed_for("lookup", "order"))).shuffle(blocks)
    return blocks
