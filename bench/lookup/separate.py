"""Separate lookup blocks: one arm after the other has the server to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..driving.schedule import separate
from .blocks import KEPT_SHARE, START_S, Load, Tell, drive, fresh, save, template_of, told

if TYPE_CHECKING:
    from ..context import Context
    from ..plan import Plan

GAP_S = 0.2
"""Between the turns of two arms in a separate block: the first one's work must have ended."""
TURN_WARM_S = 0.3
CPU = ("cpu_us", "store_cpu_us")
"""Processor time for one request, of the server and of the stores that were started here."""


class Separate:
    """One arm after the other has the server to itself; so its processor time is known too."""

    load: Load = "low"
    kept_share = KEPT_SHARE
    name = "separate"

    def __init__(self, rate: float) -> None:
        self._rate = rate

    def count(self, plan: Plan) -> int:
        return plan.separate_blocks

    def seconds(self, context: Context) -> float:
        turn_s = TURN_WARM_S + self._counted_s(context.plan) + GAP_S
        return START_S + len(context.arms) * turn_s

    def _counted_s(self, plan: Plan) -> float:
        return max(plan.separate_s, plan.separate_requests / self._rate)

    def measure(self, context: Context, block: int, tell: Tell) -> bool:
        plan, arms = context.plan, context.arms
        seed = context.seed_for("lookup", "separate", block)
        counted_s = self._counted_s(plan)
        turn_s = TURN_WARM_S + counted_s
        schedule, turns_ns = separate(seed, len(arms), self._rate, TURN_WARM_S, counted_s, GAP_S)
        template = template_of(context, "separate", block, self._rate, self.load)
        rows, outcome, clocks = drive(context, fresh(context, seed), schedule, template, tell)
        counted: dict[str, dict[str, float]] = {}
        kept = rows[:0]
        for index, arm in enumerate(arms):
            own = rows[rows["arm"] == index]
            start_ns = outcome.base_ns + int(turns_ns[index])
            # The server's work of this turn ends in the gap, so half of that belongs to it.
            turn = (start_ns - int(GAP_S / 2 * 1e9), start_ns + int((turn_s + GAP_S / 2) * 1e9))
            if len(own):
                counted[arm.name] = {
                    name: clock.used_between_s(*turn) / len(own) * 1e6
                    for name, clock in zip(CPU, clocks, strict=True)
                    if clock.known
                }
            warm = own["intended_ns"] < start_ns + int(TURN_WARM_S * 1e9)
            kept = np.concatenate([kept, own[~warm]])
        kept = np.sort(kept, order="intended_ns")
        where = told(self.name, block)
        return not save(context, where, kept, outcome, self._rate, template, counted)
