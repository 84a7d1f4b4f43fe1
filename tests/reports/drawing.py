"""Draws the cells of a synthetic run from its truths; no cell holds a result."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bench.records import Cell, Gate

from .truths import Ids, Shape, Truth

KINDS = (("one", "random"), ("one", "adversarial"), ("all", "random"), ("key", "random"))
FIRST = {"design": "interleaved", "load": "low"}
Drawn = Iterable[tuple[Cell, dict[str, NDArray[Any]]]]


def lookup(truth: Truth, shape: Shape, rng: np.random.Generator, ids: Ids) -> Drawn:
    yield from _under(truth, shape, rng, ids, 300.0, {"design": "interleaved", "load": "low"})
    if shape.loads:
        high = fewer(shape)
        busy = {"design": "interleaved", "load": "high"}
        yield from _under(busier(truth), high, rng, ids, 700.0, busy)
        alone = {"design": "separate", "load": "low"}
        yield from _under(truth, high, rng, ids, 300.0, alone)
    for rtt_ms in shape.far_ms:
        far = {"design": "far", "load": "low"}
        # Noise of its own, or whether this is drawn would change all that is drawn after it.
        own = np.random.default_rng(round(rtt_ms * 1e3))
        yield from _under(farther(truth, rtt_ms), fewer(shape), own, ids, 300.0, far, rtt_ms)


def farther(truth: Truth, rtt_ms: float) -> Truth:
    """Give what the same checks cost with the store *rtt_ms* away: each of its reads that much."""
    reads = {n: 0.0 if "memory" in n else _counts(n)["store_reads"] for n in truth.cost_us}
    costs = {name: us + reads[name] * rtt_ms * 1e3 for name, us in truth.cost_us.items()}
    return dataclasses.replace(truth, cost_us=costs)


def busier(truth: Truth) -> Truth:
    """Give what the same checks cost under more load: a tenth more."""
    costs = {name: us if us == 100.0 else us * 1.1 for name, us in truth.cost_us.items()}
    return dataclasses.replace(truth, cost_us=costs)


def fewer(shape: Shape) -> Shape:
    """Give as many blocks as the separate design has."""
    return dataclasses.replace(shape, blocks=min(shape.blocks, 6))


def _under(
    truth: Truth,
    shape: Shape,
    rng: np.random.Generator,
    ids: Ids,
    rate: float,
    labels: dict[str, str],
    rtt_ms: float = 0.0,
) -> Drawn:
    conditions = {"nodes": 1.0, "rate": rate}
    if rtt_ms:
        conditions["store_rtt_ms"] = rtt_ms
    for block in range(shape.blocks):
        server_us = rng.normal(0, 15)
        for name, cost_us in truth.cost_us.items():
            shift = server_us + rng.normal(0, truth.block_noise_us)
            auth_us = 30 + shift + cost_us + rng.gamma(2, 3, shape.samples)
            rest_us = truth.request_ms * 1e3 + rng.gamma(2, 60, shape.samples)
            late_us = rng.exponential(20, shape.samples)
            intended = np.arange(shape.samples, dtype=np.int64) * 3_300_000
            start = intended + (late_us * 1e3).astype(np.int64)
            end = start + ((auth_us + rest_us) * 1e3).astype(np.int64)
            cell = Cell(
                id=ids("lookup", "span", f"b{block:02d}", name),
                measure="lookup",
                layer="span",
                arm=name,
                block=block,
                conditions=conditions,
                labels=labels,
                figures=_counts(name),
                gates=[Gate(name="expected_answers", passed=True, value=1.0, limit=1.0)],
            )
            app_us = auth_us + 60 + truth.around_us.get(name, 0.0)
            times = {"auth_ns": auth_us, "app_ns": app_us}
            yield cell, {k: (us * 1e3).astype(np.int64) for k, us in times.items()}
            request = replace(cell, id=ids("lookup", "request", name), layer="request")
            yield (
                replace(request, figures={"errors": 0.0}, gates=[]),
                {
                    "intended_ns": intended,
                    "start_ns": start,
                    "end_ns": end,
                    "status": np.full(shape.samples, 200, np.int16),
                },
            )
            if name.startswith("control") or labels != FIRST:
                continue
            hot = replace(cell, id=ids("lookup", "hot", name), layer="hot", labels={}, gates=[])
            hot = replace(hot, conditions={"population": 1_000.0})
            verify_us = cost_us * 0.7 + shift / 10 + rng.gamma(2, 2, shape.samples)
            floor_us = cost_us * 0.3 + rng.gamma(2, 1, shape.samples)
            yield (
                hot,
                {
                    "verify_ns": (np.maximum(verify_us, 0.3) * 1e3).astype(np.int64),
                    "floor_ns": (floor_us * 1e3).astype(np.int64),
                },
            )


def _counts(name: str) -> dict[str, float]:
    return {
        "store_reads": float(name.startswith("session") or "denylist" in name),
        "store_writes": 0.0,
        "signature_checks": float(name.startswith("token")),
    }


def revocation(truth: Truth, shape: Shape, rng: np.random.Generator, ids: Ids) -> Drawn:
    for arm in shape.arms:
        if arm.mechanism == "control":
            continue
        for kind, phase in KINDS:
            if kind == "key" and arm.mechanism != "token":
                continue
            # A key that is retired takes its tokens with it, whatever their lifetime.
            lifetime_s = 0.0 if kind == "key" else truth.window_s.get(arm.name, 0.0)
            cell = Cell(
                id=ids("revocation", arm.name, phase),
                measure="revocation",
                arm=arm.name,
                conditions={"nodes": float(shape.nodes)},
                labels={"phase": phase, "kind": kind},
                figures={
                    "nodes": float(shape.nodes),
                    "trials": float(shape.trials),
                    "probe_interval_ms": shape.probe_ms,
                    "claimed_bound_ms": arm.bound_s * 1e3,
                },
            )
            adversarial = phase == "adversarial"
            fewer_trials = dataclasses.replace(shape, trials=max(2, shape.trials // 4))
            how_much = shape if kind == "one" else fewer_trials
            yield cell, history(lifetime_s, arm.bound_s, adversarial, how_much, rng)


def history(
    lifetime_s: float, bound_s: float, adversarial: bool, shape: Shape, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    """Probe every node of every trial; the credential works until its lifetime ends."""
    columns: dict[str, list[float]] = {
        name: [] for name in ("trial", "node", "invoke_ns", "complete_ns", "status")
    }
    acks, invokes = [], []
    for trial in range(shape.trials):
        start_ms = trial * 10_000.0
        left_ms = lifetime_s * 1e3 * (1.0 if adversarial else rng.uniform())
        invoke_ms, ack_ms = start_ms + 50.0, start_ms + 50.0 + rng.uniform(0.4, 0.9)
        until_ms = ack_ms + bound_s * 1e3 + 150.0
        for node in range(shape.nodes):
            for at in np.arange(
                start_ms + rng.uniform(0, shape.probe_ms), until_ms, shape.probe_ms
            ):
                accepted = at < (ack_ms + left_ms if lifetime_s else invoke_ms + 0.2)
                columns["trial"].append(trial)
                columns["node"].append(node)
                columns["invoke_ns"].append(at * 1e6)
                columns["complete_ns"].append((at + 0.4) * 1e6)
                columns["status"].append(200 if accepted else 401)
        acks.append(ack_ms * 1e6)
        invokes.append(invoke_ms * 1e6)
    kinds = {"trial": np.int32, "node": np.int16, "status": np.int16}
    arrays = {
        name: np.array(values).astype(kinds.get(name, np.int64)) for name, values in columns.items()
    }
    arrays["trial_ack_ns"] = np.array(acks).astype(np.int64)
    arrays["trial_invoke_ns"] = np.array(invokes).astype(np.int64)
    return arrays


def calibration(truth: Truth, shape: Shape, rng: np.random.Generator, ids: Ids) -> Drawn:
    for block in range(shape.blocks):
        lag_ms = float(rng.uniform(0.1, 0.2))
        yield (
            Cell(
                id=ids("calibration", f"b{block:02d}"),
                measure="calibration",
                arm="control",
                block=block,
                conditions={"rate": 300.0},
                figures={
                    "achieved_rate": 299.8,
                    "generator_lag_ms_p99": lag_ms,
                    "generator_cpu": 0.31,
                },
                gates=[
                    Gate(name="generator_lag_p99", passed=True, value=lag_ms, limit=1.0, unit="ms")
                ],
            ),
            {},
        )
