"""Interleaved blocks at high load: as many requests as server and generator can bear together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..records import Gate
from .blocks import KEPT_SHARE, Interleaved, Load
from .rates import ease

if TYPE_CHECKING:
    from ..context import Context
    from ..plan import Plan


class High(Interleaved):
    """Every request draws its arm at random, at the high rate.

    It was rehearsed, for a moment; if a block shows that it was too high, before any was kept at
    it, all go on at a lower one.
    """

    load: Load = "high"
    kept_share = KEPT_SHARE

    def count(self, plan: Plan) -> int:
        return plan.high_blocks

    def block_s(self, plan: Plan) -> float:
        """Measured seconds of one."""
        return plan.high_block_s

    def disturbed(self, context: Context, gates_failed: Sequence[Gate]) -> None:
        """Lower the rate, unless it was the host who disturbed the block."""
        if any(gate.name != "steal" for gate in gates_failed):
            self.rate = ease(context, self.rate)
