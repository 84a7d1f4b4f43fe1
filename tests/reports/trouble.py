"""Draws the outages of a synthetic run: probes before, during and after a fault of the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.records import Cell

from .truths import FAULTS, Ids, Shape, Truth

Drawn = Iterator[tuple[Cell, dict[str, NDArray[Any]]]]
PROBES = 60
"""Of each credential before, during and after."""


def outage(truth: Truth, shape: Shape, rng: np.random.Generator, ids: Ids) -> Drawn:
    for arm in shape.arms:
        if arm.mechanism == "control":
            continue
        for fault in FAULTS:
            drawn = truth.outages.get((arm.name, fault))
            labels = {"fault": fault, "store": "redis" if "redis" in arm.name else "none"}
            cell = Cell(
                id=ids("outage", fault, arm.name),
                measure="outage",
                arm=arm.name,
                labels=labels if drawn else {**labels, "applies": "no"},
                figures={} if drawn is None else _figures(*drawn),
            )
            yield cell, {} if drawn is None else _probes(*drawn)


def _figures(
    valid: float, revoked: float, status: int, recovery_s: float | None
) -> dict[str, float]:
    figures = {
        "valid_accept_rate": valid,
        "revoked_accept_rate": revoked,
        "valid_accept_rate_after": 100.0,
        "revoked_accept_rate_after": revoked,
        "longest_ms": 12.0,
        "status": float(status),
    }
    return figures if recovery_s is None else {**figures, "recovery_s": recovery_s}


def _probes(
    valid: float, revoked: float, status: int, recovery_s: float | None
) -> dict[str, NDArray[Any]]:
    invoke = np.repeat(np.arange(3 * PROBES) * 10_000_000, 2)
    credential = np.tile([0, 1], 3 * PROBES)
    during = (invoke >= PROBES * 10_000_000) & (invoke < 2 * PROBES * 10_000_000)
    given = np.where(credential == 0, 200, 401)
    for kind, rate, otherwise in ((0, valid, status), (1, revoked, 401)):
        mine = np.flatnonzero(during & (credential == kind))
        accepted = np.arange(mine.size) < round(mine.size * rate / 100)
        given[mine] = np.where(accepted, 200, otherwise)
    return {
        "invoke_ns": invoke,
        "complete_ns": invoke + 400_000,
        "status": given.astype(np.int16),
        "credential": credential.astype(np.int8),
        "node": np.zeros(invoke.size, np.int16),
        "fault_ns": np.array([PROBES * 10_000_000, 2 * PROBES * 10_000_000]),
    }
