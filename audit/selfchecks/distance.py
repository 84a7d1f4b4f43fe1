"""A store that was put at a distance is at that distance: no answer comes sooner than it can."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..raw import Records
from .check import Check

NETWORKED = ("redis", "postgres")
"""The stores that a relay can be put before."""
NEARER = 0.95
"""Of the round trip that the relay adds: no answer comes much sooner."""
FASTEST = 0.05
"""Quantile that counts as the fastest."""


def store_as_far(records: Records) -> Iterator[Check]:
    """Yield whether the store's time, and the span, are no less than the round trips they hold."""
    for cell in records.select("lookup", "span"):
        rtt_us = 1e3 * cell.regime.conditions.get("store_rtt_ms", 0.0)
        reads = cell.figures.get("store_reads", 0.0)
        asks = records.arm(cell.arm).get("store") in NETWORKED
        if not rtt_us or not asks or reads < 1:
            continue
        if records.arm(cell.arm)["cached"] or not {"store_ns", "auth_ns"} <= cell.arrays.keys():
            continue
        least = NEARER * rtt_us * reads
        for name, layers in (("store_ns", ("span", "app")), ("auth_ns", ("span",))):
            fastest = float(np.quantile(cell.arrays[name], FASTEST)) / 1e3
            yield Check(
                "store_as_far",
                fastest >= least,
                f"{name} of {cell.arm} at its fastest {fastest:.0f} µs",
                f"at least {least:.0f} µs, for {reads:g} round trips of {rtt_us:.0f} µs",
                f"the store of {cell.arm} answered sooner than its distance allows",
                (("lookup", layers),),
                scheme=cell.arm,
            )
