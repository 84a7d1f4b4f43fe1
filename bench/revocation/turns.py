"""One scheme after another, and at the end once more what was disturbed while it was watched.

A scheme is watched for seconds, and a host that takes the processor away for one of them leaves
windows that are resolved less finely than the schedule says, as it does with a block of lookup.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from .. import gates
from ..environment import Steal
from ..records import Cell, Gate
from .cells import Arrays

if TYPE_CHECKING:
    from ..context import Context

OF_THE_PROBER = frozenset({"probe_lag_p99", "probes_missed"})
"""The gates that say how well the prober kept time, and nothing of the scheme."""
BAD_NEWS = frozenset({"false_rejects", "tampered_refused"})
"""The gates that a scheme fails by its answers; whoever failed one is not asked again."""

BROKEN = ("broken_node_revocations", "unrefused_node_revocations")
"""The figures that say how often a guarantee was broken."""

Found = tuple[Cell, Arrays]
Tell = Callable[[float], None]
"""Takes the fraction of the turn that is done."""


class Turn(NamedTuple):
    """What is watched in one go, and kept or thrown away as a whole."""

    name: str
    """As people are told of it, and as it stands in the ledger."""
    watch: Callable[[Tell], Iterable[Found]]
    """Gives its cells, without IDs; may be called again."""


def take(
    context: Context, turns: Sequence[Turn], between: tuple[float, float] = (0.0, 1.0)
) -> None:
    """
    Watch each of *turns* that is not done yet, and save what stays.

    The experiment's progress goes *between* two fractions meanwhile.
    """
    first, last = between
    waiting = deque(turn for turn in turns if not context.is_done("revocation", turn.name))
    while waiting:
        turn = waiting.popleft()
        done = len(turns) - len(waiting) - 1

        def tell(within: float, done: int = done, turn: Turn = turn) -> None:
            share = (done + within) / len(turns)
            context.progress.advance(first + (last - first) * share, turn.name)

        tell(0.0)
        steal = Steal()
        found = list(turn.watch(tell))
        disturbance = disturbed([cell for cell, _ in found], steal.percent())
        if context.is_to_repeat(f"revocation, {turn.name}", disturbance):
            context.steal.leave_out(steal)
            waiting.append(turn)
            continue
        for cell, arrays in found:
            save(context, cell, arrays)
        context.finish("revocation", turn.name)


def disturbed(cells: Sequence[Cell], steal_percent: float) -> list[Gate]:
    """
    The gates that say whether *cells* are to be thrown away: the prober's and the machine's.

    None of them where a guarantee was broken, or a scheme failed by its answers: what speaks
    against a scheme stays, whatever the machine did meanwhile.
    """
    judged = [gate for cell in cells for gate in cell.gates]
    if any(not gate.passed for gate in judged if gate.name in BAD_NEWS):
        return []
    if any(cell.figures.get(name) for cell in cells for name in BROKEN):
        return []
    return [gates.steal(steal_percent), *(gate for gate in judged if gate.name in OF_THE_PROBER)]


def save(context: Context, cell: Cell, arrays: Arrays) -> None:
    """Keep *cell* under an ID of its own."""
    context.keep(replace(cell, id=context.next_id("revocation", "", 0, cell.arm)), arrays)
