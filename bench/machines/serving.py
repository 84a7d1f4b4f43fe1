"""The nodes that lookup is measured at: one that is started here, or those given by URL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..context import mount_of
from ..nodes import Nodes, start_nodes
from .given import GivenNodes

if TYPE_CHECKING:
    from ..context import Context


def serve_arms(context: Context, store_urls: Sequence[str] | None = None) -> Nodes | GivenNodes:
    """
    Nodes that serve every arm of *context*; to be used in a `with` block.

    *store_urls* are where a node that is started here finds its stores, if not where they are.
    """
    mounts = [mount_of(arm) for arm in context.arms]
    if context.machines is not None and context.machines.node_urls:
        return GivenNodes(context.machines.node_urls, mounts)
    services = context.services
    return start_nodes(
        1,
        mounts,
        store_urls=services.store_urls if store_urls is None else store_urls,
        keys_file=services.keys_file,
        folder=services.folder,
        cores=context.placement.server,
    )
