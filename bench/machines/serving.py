"""The nodes that lookup is measured at: one that is started here, or those given by URL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..context import mount_of
from ..nodes import Nodes, start_nodes
from ..records import Arm
from .given import GivenNodes

if TYPE_CHECKING:
    from ..context import Context


def serve_arms(
    context: Context, seed: Sequence[int], store_urls: Sequence[str] | None = None
) -> Nodes | GivenNodes:
    """
    Nodes that serve every arm of *context*; to be used in a `with` block.

    *seed* draws the order of the mounts of a node that is started here, and *store_urls* are where
    it finds its stores, if not where they are.
    """
    if context.machines is not None and context.machines.node_urls:
        return GivenNodes(context.machines.node_urls, [mount_of(arm) for arm in context.arms])
    services = context.services
    return start_nodes(
        1,
        mounts_in_turn(context.arms, seed),
        store_urls=services.store_urls if store_urls is None else store_urls,
        keys_file=services.keys_file,
        folder=services.folder,
        cores=context.placement.server,
    )


def mounts_in_turn(arms: Sequence[Arm], seed: Sequence[int]) -> list[str]:
    """
    How a node is told to serve *arms*, in an order drawn by *seed*.

    Where in the process an app is made decides where it lies in memory: the first of two equal ones
    was a tenth of a microsecond slower in every block, as long as it was the first in every block.
    """
    return [mount_of(arms[place]) for place in np.random.default_rng(seed).permutation(len(arms))]
