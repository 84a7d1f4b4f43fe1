"""The cost model: its parts, its predictions for points it has not seen, and what they miss by."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from ..figures import Found
from ..intervals import Estimate, limits
from ..raw import Records, Regime
from .scale import Point, points

REFITS = 200
LEAST_POINTS = 3
NOWHERE = Regime({}, {})
Matrix = NDArray[np.float64]

PARTS: dict[str, Callable[[Point, float], float]] = {
    "model_fixed_us": lambda _point, _base: 1.0,
    "model_round_trips": lambda point, _base: 1e3 * point.rtt_ms,
    "model_claim_us": lambda point, _base: point.condition("claims"),
    "model_tenfold_us": lambda point, base: max(
        0.0, float(np.log10(max(point.condition("population"), 1.0) / max(base, 1.0)))
    ),
    "model_denied_us": lambda point, _base: float(np.log10(1 + point.condition("denied"))),
}
"""Each part, and how often a point has it; *base* is the smallest population learnt from."""


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row about models."""
    everything = points(records)
    worst: list[tuple[float, str, int]] = []
    for arm in dict.fromkeys(point.arm for point in everything):
        mine = [point for point in everything if point.arm == arm]
        unseen = [point for point in mine if point.regime.labels.get("role") == "held-out"]
        learnt = [point for point in mine if point not in unseen]
        control = records.arm(arm).get("mechanism", "control") == "control"
        if control or len(learnt) < LEAST_POINTS:
            continue
        populations = [point.condition("population") for point in learnt]
        base = min((one for one in populations if one), default=1.0)
        parts = _fit(learnt, base, records.seed)
        for metric, estimate in parts.items():
            yield Found("scale", arm, metric, estimate, NOWHERE, {})
        errors = []
        for point in unseen:
            predicted = sum(e.value * PARTS[m](point, base) for m, e in parts.items())
            errors.append(100 * abs(predicted - point.median) / point.median)
            yield Found("scale", arm, "model_us", Estimate(predicted), point.regime, {})
        if errors:
            median = Estimate(float(np.median(errors)), n=len(errors))
            yield Found("scale", arm, "model_error_percent", median, NOWHERE, {})
            worst.append((max(errors), arm, len(errors)))
    if worst:
        error, arm, _ = max(worst)
        estimate = Estimate(error, n=sum(count for _, _, count in worst))
        yield Found("scale", arm, "model_error_percent_worst", estimate, NOWHERE, {})


def _fit(learnt: Sequence[Point], base: float, seed: int) -> dict[str, Estimate]:
    metrics = [
        metric
        for metric, part in PARTS.items()
        if metric == "model_fixed_us" or len({round(part(p, base), 9) for p in learnt}) > 1
    ]
    seen = [(point, block, cost) for point in learnt for block, cost in point.blocks.items()]
    inputs = np.array([[PARTS[metric](point, base) for metric in metrics] for point, _, _ in seen])
    costs = np.array([max(cost, 1e-3) for _, _, cost in seen])
    blocks = np.array([block for _, block, _ in seen])
    values = _solve(inputs, costs, np.ones(costs.size))
    rounds = int(np.unique(blocks).size)
    again = np.array([_solve(inputs, costs, weights) for weights in _drawn(blocks, seed)])
    if not again.size:
        return {
            metric: Estimate(float(value), n=len(learnt), rounds=rounds)
            for metric, value in zip(metrics, values, strict=True)
        }
    lows, highs = limits(again, rounds)
    return {
        metric: Estimate(
            float(value), float(min(low, value)), float(max(high, value)), len(learnt), rounds
        )
        for metric, value, low, high in zip(metrics, values, lows, highs, strict=True)
    }


def _solve(inputs: Matrix, costs: Matrix, weights: Matrix) -> Matrix:
    """Non-negative least squares of relative errors, with columns brought to one size."""
    rows = inputs * (np.sqrt(weights) / costs)[:, None]
    sizes = np.maximum(np.abs(rows).max(axis=0), 1e-12)
    solution, _ = nnls(rows / sizes, np.sqrt(weights))
    return np.asarray(solution / sizes)


def _drawn(blocks: NDArray[np.int64], seed: int) -> Iterator[Matrix]:
    """How often each observation counts when blocks are drawn anew."""
    known = np.unique(blocks)
    if known.size < 2:
        return
    generator = np.random.default_rng(seed)
    for _ in range(REFITS):
        drawn = generator.choice(known, known.size)
        yield np.array([np.count_nonzero(drawn == block) for block in blocks], dtype=np.float64)
