"""Blocks of known truths: what the instrument must find again, by other clocks than its own.

Their arms are not compared with anything: each does a stated amount of work, which the self-checks
of `audit` look for in what was recorded.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from demo.auth import Settings
from demo.schemes import build, names

from ..context import CONTROL, arm_of
from ..driving.schedule import interleaved
from ..records import Arm
from .blocks import START_S, Load, Tell, drive, fresh, template_of, told
from .cells import arm_cells, measured

if TYPE_CHECKING:
    from ..context import Context
    from ..plan import Plan

TABLE = "truths"
LAYER = "truth"


class Truths:
    """Every request draws one of the known truths, or the control that they are held against."""

    load: Load = "low"
    kept_share = 1.0
    name = "known truths"

    def __init__(self, rate: float) -> None:
        self._rate = rate

    def count(self, plan: Plan) -> int:
        return plan.truth_blocks

    def seconds(self, context: Context) -> float:
        return START_S + context.plan.warm_s + context.plan.truth_s

    def measure(self, context: Context, block: int, tell: Tell) -> bool:
        plan, arms = context.plan, list(_arms())
        own = copy.copy(context)  # the same run, with other arms
        own.run = replace(context.run, arms=arms)
        seed = context.seed_for("lookup", "truths", block)
        schedule = interleaved(seed, len(arms), self._rate, plan.warm_s + plan.truth_s)
        template = template_of(own, "truths", block, self._rate / len(arms), self.load)
        rows, outcome, _ = drive(own, fresh(own, seed), schedule, template, tell)
        rows = measured(rows, outcome, plan.warm_s)
        for cell, arrays in arm_cells(rows, outcome, arms, replace(template, figures={}), {}):
            if cell.layer == "span":
                id_ = context.next_id("calibration", LAYER, block, cell.arm)
                found = replace(cell, id=id_, measure="calibration", layer=LAYER, figures={})
                context.keep(found, arrays)
        tell(1.0, told(self.name, block))
        return True


def _arms() -> Iterator[Arm]:
    for name in (CONTROL, *names(TABLE)):
        yield arm_of(build(name, Settings()), name)
