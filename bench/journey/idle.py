"""Background work: what a node does while nobody asks, a second of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence

from ..context import mount_of
from ..nodes import start_nodes
from ..records import Arm
from ..services import Services
from .spending import Purse

SETTLE_S = 0.5
"""After a start: imports and the first look at the store are over."""


def idle(
    arms: Sequence[Arm],
    seconds: float,
    services: Services,
    cores: Sequence[int],
    stores: tuple[Sequence[int], Sequence[int]],
    tick: Callable[[float], None],
) -> Iterator[tuple[Arm, dict[str, float]]]:
    """
    Yield each arm with what a node of it spends in *seconds* without a request.

    One node after the other, so that what the store spends meanwhile is that node's. What the
    store spends with no node at all is taken off.
    """
    alone = Purse.of_stores(*stores)
    before = alone.read()
    time.sleep(seconds)
    bare = alone.read().since(before)
    for place, arm in enumerate(arms):
        tick(place / len(arms))
        with contextlib.ExitStack() as stack:
            nodes = stack.enter_context(
                start_nodes(
                    1,
                    [mount_of(arm)],
                    store_urls=services.store_urls,
                    keys_file=services.keys_file,
                    folder=services.folder,
                    cores=cores,
                )
            )
            time.sleep(SETTLE_S)
            purse = Purse(nodes[0].pid, *stores)
            before = purse.read()
            time.sleep(seconds)
            spent = purse.read().since(before)
        yield (
            arm,
            {
                "seconds": seconds,
                "app_ns": float(spent.app_ns),
                "store_ns": float(spent.store_ns),
                "base_store_ns": float(bare.store_ns),
            },
        )
