"""A cost model for each scheme: what a check costs under conditions that were not measured.

verify_us = fixed + round trips x round trip + claims x per claim + per tenfold x log10(sessions)
+ per tenfold x log10(revocations), with no part below zero. It learns from the cells with the
label `role=fit` and must foretell those with `role=held-out`. Points count by their relative
error, or a store five milliseconds away would drown what a check costs beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from ..loading import Recording
from ..rows import Row, row
from ..statistics import Estimate, limits
from .scale import Point

REFITS = 200
Matrix = NDArray[np.float64]
PARTS: dict[str, Callable[[Point, float], float]] = {
    "model_fixed_us": lambda _, __: 1.0,
    "model_round_trips": lambda point, _: point.rtt_ms * 1e3,
    "model_claim_us": lambda point, _: point.condition("claims"),
    "model_tenfold_us": lambda point, base: tenfold(point.condition("population"), base),
    "model_denied_us": lambda point, _: float(np.log10(1 + point.condition("denied"))),
}
"""Each part by its metric: how often a point has it, given the smallest population."""


@dataclass(frozen=True)
class Model:
    """What one scheme's check costs, in parts, and how well that foretells."""

    scheme: str
    base: float
    """The smallest population learnt from; below it the model says nothing of population."""
    parts: Mapping[str, Estimate]
    learnt: tuple[Point, ...]
    held_out: tuple[Point, ...] = field(default=())

    def predict(self, point: Point) -> float:
        """Return the cost at *point* in microseconds."""
        return sum(
            estimate.value * PARTS[metric](point, self.base)
            for metric, estimate in self.parts.items()
        )


def tenfold(population: float, base: float) -> float:
    """Say how many times ten-fold *population* is over *base*; never less than not at all."""
    return max(0.0, float(np.log10(max(population, 1.0) / max(base, 1.0))))


def models(recording: Recording, points: Sequence[Point]) -> list[Model]:
    """Fit a model to each scheme that was measured at three points or more."""
    found = []
    for scheme in dict.fromkeys(point.scheme for point in points):
        mine = [point for point in points if point.scheme == scheme]
        learnt = [point for point in mine if not point.held_out]
        if len(learnt) >= 3 and recording.arm(scheme).mechanism != "control":
            held_out = tuple(point for point in mine if point.held_out)
            found.append(_fit(scheme, learnt, held_out, recording.run.seed))
    return found


def rows(recording: Recording, fitted: Sequence[Model]) -> list[Row]:
    """Return the parts of every model, its predictions, and what they miss by."""
    name = recording.run.name
    found, missed = [], []
    for model in fitted:
        for metric, estimate in model.parts.items():
            found.append(row(name, "scale", model.scheme, metric, estimate))
        errors = []
        for point in model.held_out:
            predicted = model.predict(point)
            errors.append(100 * abs(predicted - point.median) / point.median)
            found.append(row(name, "scale", model.scheme, "model_us", predicted, point.regime))
        if errors:
            estimate = Estimate(float(np.median(errors)), None, None, len(errors), 0)
            found.append(row(name, "scale", model.scheme, "model_error_percent", estimate))
            missed.append((max(errors), model.scheme, len(errors)))
    if missed:
        worst, scheme, _ = max(missed)
        count = sum(n for _, _, n in missed)
        estimate = Estimate(worst, None, None, count, 0)
        found.append(row(name, "scale", scheme, "model_error_percent_worst", estimate))
    return found


def _fit(scheme: str, learnt: list[Point], held_out: tuple[Point, ...], seed: int) -> Model:
    base = min((p.condition("population") for p in learnt if p.condition("population")), default=1)
    metrics = list(_varying(learnt, base))
    observed = [(point, value) for point in learnt for value in point.blocks.values()]
    blocks = np.array([block for point in learnt for block in point.blocks])
    inputs = np.array([[PARTS[m](point, base) for m in metrics] for point, _ in observed])
    costs = np.array([max(value, 1e-3) for _, value in observed])
    found = _solve(inputs, costs, np.ones(len(costs)))
    again = np.array([_solve(inputs, costs, w) for w in _weights(blocks, seed)])
    parts, rounds = {}, len(np.unique(blocks))
    for index, metric in enumerate(metrics):
        low, high = limits(again[:, index], rounds) if len(again) else (None, None)
        value = float(found[index])
        if low is not None and high is not None:
            low, high = min(low, value), max(high, value)
        parts[metric] = Estimate(value, low, high, len(learnt), rounds)
    return Model(scheme, float(base), parts, tuple(learnt), held_out)


def _varying(learnt: list[Point], base: float) -> Iterator[str]:
    """Name the parts that the points can tell apart: the fixed one, and what was varied."""
    for metric, part in PARTS.items():
        if metric == "model_fixed_us" or len({round(part(p, base), 9) for p in learnt}) > 1:
            yield metric


def _solve(inputs: Matrix, costs: Matrix, weights: Matrix) -> Matrix:
    scale = (weights**0.5 / costs)[:, None]
    # Columns of one size: a round trip in microseconds is thousands of times a claim.
    sizes = np.maximum(np.abs(inputs * scale).max(axis=0), 1e-12)
    solution, _ = nnls(inputs * scale / sizes, weights**0.5)
    return np.asarray(solution / sizes)


def _weights(blocks: NDArray[np.int64], seed: int) -> Iterator[Matrix]:
    """Draw how often each observation counts when blocks are drawn anew."""
    known = np.unique(blocks)
    if known.size < 2:
        return
    rng = np.random.default_rng(seed)
    for _ in range(REFITS):
        drawn = rng.choice(known, known.size)
        yield np.array([(drawn == block).sum() for block in blocks], dtype=np.float64)
