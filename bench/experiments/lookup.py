"""Lookup latency: what it costs to know the caller, in three layers that are never mixed.

`span` and `request` come from the same requests through a real server: interleaved blocks, in
which every request draws its arm at random, some of them with the stores farther away, and separate
ones, in which each arm has the server to itself. `hot` is the check alone, in processes of its own.
Blocks of all kinds come in random order, and each has fresh processes. Those that there is no time
for are left out, and the run says which. Other experiments come in between, so that the blocks lie
all over the run.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .. import gates
from ..driving import crosscheck
from ..environment import Steal
from ..lookup.blocks import Rates
from ..lookup.order import Queue, Turn, named, turns
from ..lookup.rates import choose_rates
from ..plan import ORDER

if TYPE_CHECKING:
    from ..context import Context


def run(context: Context) -> Iterator[None]:
    """Measure every block of the plan and save its cells; pauses where others come in between."""
    context.progress.advance(0.0, "what the server can do")
    order = turns(context, _rates(context))
    here = context.machines is None  # h2load asks a node of its own, from here
    if context.plan.cross_check and here and not context.is_done("lookup", "cross-check"):
        context.progress.advance(0.0, "the same with h2load")
        crosscheck.record(context)
        context.finish("lookup", "cross-check")
    queue = Queue(context, order)
    part, parts = 1, ORDER.count("lookup")
    for place, turn in queue:
        while part < parts and queue.done() >= part / parts:
            part += 1
            yield

        def tell(within: float, what: str, turn: Turn = turn) -> None:
            context.progress.advance(queue.done(within, turn), what)

        steal, started_s = Steal(), time.monotonic()
        kept = turn.kind.measure(context, turn.block, tell)
        queue.took(turn, time.monotonic() - started_s)
        if kept:
            context.finish("lookup", place)
        else:
            context.steal.leave_out(steal)
            queue.again(place, turn)
    context.gates.append(gates.blocks_left_out(named(queue.spared), len(queue.spared)))


def _rates(context: Context) -> Rates:
    """Those of before, in a run that goes on: blocks of one run are of one rate."""
    if not context.is_done("lookup", "rates"):
        rates = choose_rates(context)
        context.finish("lookup", "rates")
        return rates
    known = {cell.labels["load"]: cell for cell in context.cells_of("lookup", "rates")}
    low, high = (known[load].figures["offered_rate"] for load in ("low", "high"))
    return Rates(low, high)
