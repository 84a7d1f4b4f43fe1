"""Lookup latency: what it costs to know the caller, in three layers that are never mixed.

`span` and `request` come from the same requests through a real server: interleaved blocks, in
which every request draws its arm at random, and separate ones, in which each arm has the server
to itself. `hot` is the check alone, in processes of its own. Blocks of all three kinds come in
random order, and each has fresh processes.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from .. import gates
from ..context import CONTROL
from ..lookup.blocks import Kind, kinds
from ..lookup.capacity import measure_capacity
from ..nodes import start_nodes
from ..records import Cell, write_cell

if TYPE_CHECKING:
    from ..context import Context

CAPACITY_S = 1.0


def run(context: Context) -> None:
    """Measure every block of the plan and save its cells."""
    context.progress.advance(0.0, "what control can do")
    rate = choose_rate(context)
    order = _order(context, rate)
    total_s = sum(kind.seconds(context) for kind, _ in order)
    done_s = 0.0
    for kind, block in order:
        own_s = kind.seconds(context)

        def tell(within: float, what: str, done_s: float = done_s, own_s: float = own_s) -> None:
            context.progress.advance((done_s + within * own_s) / total_s, what)

        kind.measure(context, block, tell)
        done_s += own_s
    context.gates.append(gates.blocks_repeated(context.repeated, context.repeats_allowed))


def choose_rate(context: Context) -> float:
    """The offered rate: a share of what control can do, within what the generator can time."""
    plan, services = context.plan, context.services
    with start_nodes(
        1,
        [CONTROL],
        store_urls=services.store_urls,
        keys_file=services.keys_file,
        folder=services.folder,
        cores=context.placement.server,
    ) as nodes:
        path = nodes[0].base(CONTROL) + "/me"
        measure_capacity(nodes[0], path, CAPACITY_S / 4)  # the first requests are the slow ones
        capacity = measure_capacity(nodes[0], path, CAPACITY_S)
    rate = min(plan.rate_share * capacity, plan.rate_limit)
    cell = Cell(
        id=context.next_id("calibration", "capacity", 0, CONTROL),
        measure="calibration",
        arm=CONTROL,
        figures={
            "control_capacity": capacity,
            "offered_rate": rate,
            "offered_share": rate / capacity,
        },
        labels={"limited_by": "share" if rate < plan.rate_limit else "generator"},
        started_at=time.time(),
    )
    write_cell(context.folder, cell)
    return rate


def _order(context: Context, rate: float) -> list[tuple[Kind, int]]:
    """Every block of the plan, in an order drawn from the run's seed."""
    blocks = [(kind, block) for kind in kinds(rate) for block in range(kind.count(context.plan))]
    random.Random(repr(context.seed_for("lookup", "order"))).shuffle(blocks)
    return blocks
