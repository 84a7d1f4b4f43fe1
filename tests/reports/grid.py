"""Draws the grid of conditions of a synthetic run: a line in every condition, plus noise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bench.records import Cell

from .truths import Check, Ids, Shape, Truth

RTTS_MS = (0.0, 0.5, 1.0, 2.0, 5.0)
HERE: dict[str, float] = {
    "store_rtt_ms": 0.0,
    "population": 1_000.0,
    "denied": 0.0,
    "claims": 0.0,
}
GRID: tuple[tuple[str, dict[str, float], str], ...] = (
    *(("store_rtt", {"store_rtt_ms": rtt}, "fit") for rtt in RTTS_MS),
    *(("population", {"population": p}, "fit") for p in (1_000.0, 10_000.0, 100_000.0)),
    *(("denied", {"denied": d}, "fit") for d in (0.0, 1_000.0, 100_000.0)),
    *(("claims", {"claims": c}, "fit") for c in (0.0, 8.0, 64.0)),
    ("store_rtt", {"store_rtt_ms": 3.0, "population": 100_000.0, "claims": 16.0}, "held-out"),
    ("population", {"population": 30_000.0, "claims": 32.0}, "held-out"),
)
Drawn = Iterator[tuple[Cell, dict[str, NDArray[Any]]]]


def cost_us(check: Check, at: dict[str, float]) -> float:
    """Give the true cost at one point of the grid."""
    return (
        check.fixed_us
        + check.round_trips * at["store_rtt_ms"] * 1e3
        + check.claim_us * at["claims"]
        + check.tenfold_us * float(np.log10(at["population"] / 1_000))
    )


def scale(truth: Truth, shape: Shape, rng: np.random.Generator, ids: Ids) -> Drawn:
    for rtt_ms in {one["store_rtt_ms"]: 0 for _, change, _ in GRID for one in [{**HERE, **change}]}:
        yield _delay(rtt_ms, ids), {}
    for block in range(shape.grid_blocks):
        for name, check in truth.checks.items():
            for axis, change, role in GRID:
                at = {**HERE, **change}
                cell = Cell(
                    id=ids("scale", axis, f"b{block:02d}", name),
                    measure="scale",
                    layer="hot",
                    arm=name,
                    block=block,
                    conditions=at,
                    labels={"axis": axis, "role": role},
                    figures={
                        "store_reads": check.round_trips,
                        "store_writes": 0.0,
                        "signature_checks": float(name.startswith("token")),
                        "credential_bytes": 43.0 + 30 * at["claims"] * name.startswith("token"),
                    },
                )
                process = rng.normal(0, truth.process_share)
                noise = rng.gamma(4, 0.01, shape.grid_samples) - 0.0367
                verify_us = cost_us(check, at) * (1 + process + noise)
                floor_us = cost_us(replace_fixed(check), at) * (1 + process + noise)
                yield (
                    cell,
                    {
                        "verify_ns": (verify_us * 1e3).astype(np.int64),
                        "floor_ns": (floor_us * 1e3).astype(np.int64),
                    },
                )
    yield from revoke_all(shape, rng, ids)


def revoke_all(shape: Shape, rng: np.random.Generator, ids: Ids) -> Drawn:
    """A revoke of everything: a session is looked up one by one, a token has a generation."""
    for arm in shape.arms:
        for many in (1, 10, 100):
            if arm.mechanism == "control":
                continue
            each_us = 5.0 * many if arm.mechanism == "session" else 0.0
            taken_us = 50 + each_us + rng.gamma(2, 2, 30)
            cell = Cell(
                id=ids("scale", "all", arm.name),
                measure="scale",
                layer="revoke_all",
                arm=arm.name,
                conditions={"subject_sessions": float(many), "population": 1_000.0},
                labels={"axis": "subject_sessions"},
            )
            yield cell, {"revoke_all_ns": (taken_us * 1e3).astype(np.int64)}


def replace_fixed(check: Check) -> Check:
    """Give the bare call below a check: the same round trips, a fifth of the rest."""
    return Check(check.fixed_us * 0.2, check.round_trips)


def _delay(rtt_ms: float, ids: Ids) -> Cell:
    cell = Cell(
        id=ids("calibration", "proxy"),
        measure="calibration",
        layer="proxy",
        arm="control",
        conditions={"store_rtt_ms": rtt_ms},
    )
    figures = {"proxy_rtt_us_p50": rtt_ms * 1e3, "direct_rtt_us_p50": 20.0}
    return replace(cell, figures={**figures, "proxy_added_us_p50": rtt_ms * 1e3})
