"""Hot blocks: a fresh process for each scheme, in random order, and the cells that come of it."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np

from .. import gates
from ..environment import Steal
from ..processes.children import BenchError, Child
from ..records import Cell
from .blocks import KEPT_SHARE, told
from .hotloop import HotJob, HotResult

if TYPE_CHECKING:
    from demo.auth import Scheme

    from ..context import Context
    from ..plan import Plan

BLOCK_S = 1.0
PROCESS_S = 0.2
CALL_S = 0.00015
ISSUE_S = 0.00015
LIMIT_S = 600.0
HIT_RATES = (0.0, 0.5, 0.95)
"""Shares of calls that a cache answers: what it saves depends on nothing as much, and the few users
of a bench would be found in it nearly always."""


class HotLoop:
    """`mechanism.verify` alone, without HTTP."""

    load: Literal["low", "high"] = "low"
    kept_share = KEPT_SHARE
    name = "hot loop"

    def count(self, plan: Plan) -> int:
        return plan.hot_blocks

    def seconds(self, context: Context) -> float:
        plan = context.plan
        each_s = PROCESS_S + plan.hot_calls * CALL_S + plan.hot_pool * ISSUE_S
        return BLOCK_S + len(_subjects(context)) * each_s

    def measure(self, context: Context, block: int, tell: Callable[[float, str], None]) -> bool:
        """Measure every scheme that has a mechanism; False, and nothing saved, if disturbed."""
        jobs = _jobs(context, block)
        path = context.services.folder / "hot-jobs.json"
        path.write_bytes(msgspec.json.encode(jobs))
        log = context.services.folder / "hot.log"
        log.unlink(missing_ok=True)
        started_at = time.time()

        def tick() -> None:
            done = sum(Path(f"{job.result}.json").exists() for job in jobs)
            tell(done / len(jobs), f"hot loop block {block + 1}")

        # Where the app has the store, too: a store on another core that went to sleep costs more
        # to wake than to ask.
        cores = context.placement.server
        command: list[str | Path] = [sys.executable, "-m", "bench.lookup.hotloop", path]
        stolen = Steal()
        with Child("the hot loop", command, log=log, cores=cores, serves=False) as child:
            if child.wait(LIMIT_S, tick) != 0:
                raise BenchError(child.obituary())
        if context.is_to_repeat(told(self.name, block), [gates.steal(stolen.percent())]):
            return False
        for job in jobs:
            _save(context, block, job, started_at)
        return True


def _hit_rate(job: HotJob) -> dict[str, float]:
    return {} if job.hit_rate is None else {"hit_rate": job.hit_rate}


def _subjects(context: Context) -> list[Scheme]:
    return [scheme for scheme in context.schemes if scheme.mechanism is not None]


def _jobs(context: Context, block: int) -> list[HotJob]:
    schemes = _subjects(context)
    random.Random(repr(context.seed_for("lookup", "hot", block))).shuffle(schemes)
    services, plan = context.services, context.plan
    return [
        HotJob(
            scheme=scheme.name,
            store_urls=services.store_urls,
            keys_file=str(services.keys_file),
            pool=plan.hot_pool,
            calls=plan.hot_calls,
            seed=context.seed_for("lookup", "hot", block, scheme.name),
            hit_rate=hit_rate,
            result=str(services.folder / f"hot-{block}-{scheme.name}-{hit_rate}"),
        )
        for scheme in schemes
        for hit_rate in (HIT_RATES if scheme.cached else (None,))
    ]


def _save(context: Context, block: int, job: HotJob, started_at: float) -> None:
    result = msgspec.json.decode(Path(f"{job.result}.json").read_bytes(), type=HotResult)
    with np.load(f"{job.result}.npz", allow_pickle=False) as archive:
        arrays = {array: archive[array] for array in archive.files}
    on_one_core = bool(context.placement.server)
    cell = Cell(
        id=context.next_id("lookup", "hot", block, job.scheme),
        measure="lookup",
        layer="hot",
        arm=job.scheme,
        block=block,
        conditions={"population": float(result.population), **_hit_rate(job)},
        labels={
            "garbage_collector": "frozen and off while timed",
            "placement": "on the core of the store" if on_one_core else "anywhere",
            "warm_up": f"{result.warm_calls} calls dropped",
        },
        figures=result.figures,
        gates=[gates.expected_answers(int(result.correct), 1, {})],
        started_at=started_at,
    )
    context.keep(cell, arrays)
