"""Every kind of lookup block that a run has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .blocks import Interleaved, Kind, Rates
from .farther import Far
from .high import High
from .hotbench import HotLoop
from .separate import Separate
from .truths import Truths

if TYPE_CHECKING:
    from ..context import Context

NETWORKED = ("redis", "postgres")
"""The stores that a relay can be put before."""


def kinds(context: Context, rates: Rates) -> tuple[Kind, ...]:
    """Every kind, with the rates where there are requests."""
    usual: tuple[Kind, ...] = (
        Interleaved(rates.low),
        High(rates.high),
        Separate(rates.low),
        HotLoop(),
    )
    if context.machines is None or not context.machines.node_urls:
        usual = (*usual, Truths(rates.low))  # nodes that are given serve what they serve
    return (*usual, Far(rates.low)) if _stores_can_move(context) else usual


def _stores_can_move(context: Context) -> bool:
    """
    Whether a scheme asks over a network, and a relay can be put there.

    It cannot be put before the stores of nodes that are given.
    """
    if context.machines is not None and context.machines.node_urls:
        return False
    return any(arm.asked_store in NETWORKED for arm in context.arms)
