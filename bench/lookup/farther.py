"""Lookup blocks with the stores farther away: what distance does to a check inside a real request.

The scale experiment puts the check alone over many round trips. These blocks put whole requests
over one of them, so that what the lines of the check foretell can be held against what a server
did with several requests at once.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .. import gates
from ..context import CONTROL
from ..machines.given import GivenNodes
from ..machines.serving import serve_arms
from ..nodes import Nodes
from ..proxy.distance import Distance, farther, is_networked, is_redis
from ..records import Cell
from .blocks import KEPT_SHARE, Interleaved

if TYPE_CHECKING:
    from ..context import Context
    from ..plan import Plan


class Far(Interleaved):
    """Every request draws its arm at random, and every networked store is a round trip away."""

    design = "far"
    kept_share = KEPT_SHARE

    def __init__(self, rate: float) -> None:
        super().__init__(rate)
        self._distances: list[tuple[Distance, str]] = []

    def count(self, plan: Plan) -> int:
        return plan.far_blocks

    def block_s(self, plan: Plan) -> float:
        """Measured seconds of one."""
        return plan.far_block_s

    def conditions(self, plan: Plan) -> dict[str, float]:
        """How far away the stores are."""
        return {"store_rtt_ms": plan.far_rtt_ms}

    @contextlib.contextmanager
    def serving(self, context: Context, seed: Sequence[int]) -> Iterator[Nodes | GivenNodes]:
        """A fresh server of every arm, which finds its stores behind a relay."""
        rtt_ms, services = context.plan.far_rtt_ms, context.services
        urls, self._distances = [], []
        with contextlib.ExitStack() as stack:
            for url in services.store_urls:
                if not is_networked(url):
                    urls.append(url)
                    continue
                # The generator needs its core, which the relay is on: so it must not poll.
                relay = farther(url, rtt_ms, services.folder, context.placement, naps=True)
                distance = stack.enter_context(relay)
                urls.append(distance.url)
                self._distances.append((distance, "redis" if is_redis(url) else "postgres"))
            with serve_arms(context, seed, urls) as nodes:
                yield nodes

    def kept(self, context: Context, block: int) -> None:
        """Save how far the stores were; of a block that is measured again, nothing."""
        for distance, store in self._distances:
            _save(context, block, distance, store)


def _save(context: Context, block: int, distance: Distance, store: str) -> None:
    rtt_ms = context.plan.far_rtt_ms
    cell = Cell(
        id=context.next_id("calibration", "proxy-far", block, CONTROL),
        measure="calibration",
        layer="proxy",
        arm=CONTROL,
        block=block,
        conditions={"store_rtt_ms": rtt_ms},
        labels={"store": store, "design": "far"},
        figures={
            "proxy_rtt_us_p50": distance.proxy_rtt_us,
            "direct_rtt_us_p50": distance.direct_rtt_us,
            "proxy_added_us_p50": distance.added_us,
        },
        gates=[gates.proxy_distance(distance.added_us, rtt_ms * 1000, gates.NAPPING_OFF_US_MOST)],
        started_at=time.time(),
    )
    context.keep(cell)
