"""Calibration: noise floor, known delay, what a longer run could tell, the load generator."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ..figures import Found
from ..intervals import Estimate, over
from ..raw import Cell, Records, Samples

LAYERS = {
    "auth_us_cost_p50": ("span", 1.0),
    "auth_us_difference_p50": ("span", 1.0),
    "app_us_cost_p50": ("app", 1.0),
    "app_us_difference_p50": ("app", 1.0),
    "request_ms_cost_p50": ("request", 1e3),
    "service_ms_cost_p50": ("service", 1e3),
}
"""What has a control: the name of its layer, and the factor to microseconds."""
GENERATOR = (
    "control_capacity",
    "arms_capacity",
    "offered_share_of_arms",
    "offered_rate",
    "offered_share",
    "requests",
    "achieved_rate",
    "generator_lag_ms_p99",
    "generator_cpu",
    "fixed_work_us",
    "proxy_rtt_us_p50",
    "direct_rtt_us_p50",
    "proxy_added_us_p50",
    "h2load_ms_p50",
    "h2load_ms_mean",
    "ours_ms_p50",
    "ours_ms_mean",
)
CELLS = ("", "proxy", "h2load")


def found(records: Records, before: Sequence[Found]) -> Iterator[Found]:
    """Every row of the measure `calibration`; it needs those of `lookup` in *before*."""
    costs = [row for row in before if row.measure == "lookup" and row.metric in LAYERS]
    noise = [_noise(row) for row in costs if _is_again(records, row.scheme)]
    yield from noise
    for row in costs:
        yield from _known_delay(row, float(records.arm(row.scheme).get("injected_us", 0.0)))
    floors = {(row.noted["layer"], *_where(row)): row.estimate.value for row in reversed(noise)}
    for row in costs:
        if records.arm(row.scheme).get("mechanism", "control") != "control":
            yield from _length(records, row, floors)
    for layer in CELLS:
        for metric in GENERATOR:
            yield from _generator(records, layer, metric)


def _is_again(records: Records, name: str) -> bool:
    """Whether the arm *name* is the control once more."""
    return name != records.control == records.arm(name).get("scheme")


def _noise(row: Found) -> Found:
    one = row.estimate
    ends = [abs(end) for end in (one.value, one.low, one.high) if end is not None]
    return _derived(row, "aa_noise_us", Estimate(max(ends) * _factor(row)))


def _known_delay(row: Found, injected_us: float) -> Iterator[Found]:
    if injected_us <= 0:
        return
    one, factor = row.estimate, _factor(row)
    low = None if one.low is None else one.low * factor
    high = None if one.high is None else one.high * factor
    recovered = Estimate(one.value * factor, low, high, one.n, one.rounds)
    yield _derived(row, "recovered_delay_us", recovered)
    yield _derived(row, "injected_delay_us", Estimate(injected_us))


def _length(
    records: Records, row: Found, floors: dict[tuple[object, ...], float]
) -> Iterator[Found]:
    floor, one = floors.get((LAYERS[row.metric][0], *_where(row))), row.estimate
    if floor is None or one.value == 0:
        return
    near_zero = one.low if one.value > 0 else one.high
    reach = 0.0 if near_zero is None else abs(one.value - near_zero)
    times = (max(2 * floor / _factor(row), reach) / abs(one.value)) ** 2
    if times <= 1:
        return
    yield _derived(row, "times_as_long", Estimate(float(math.ceil(times))))
    if records.run["ended_at"] is not None:
        minutes = (records.run["ended_at"] - records.run["started_at"]) / 60
        length = float(math.ceil(minutes * math.ceil(times)))
        yield _derived(row, "run_minutes", Estimate(length))


def _where(row: Found) -> tuple[object, ...]:
    """The load, and how far away the store was: a noise floor is of no other."""
    labels = row.regime.labels
    far = labels.get("design") == "far"
    return labels.get("load", ""), far, row.regime.conditions.get("store_rtt_ms")


def _generator(records: Records, layer: str, metric: str) -> Iterator[Found]:
    def take(cell: Cell) -> Samples | None:
        return np.array([cell.figures[metric]]) if metric in cell.figures else None

    for one in records.series("calibration", layer, take):
        estimate = over(one.values, records.seed)
        yield Found("calibration", one.arm, metric, estimate, one.regime, {})


def _derived(row: Found, metric: str, estimate: Estimate) -> Found:
    """A row in the regime of *row*, on the samples of *row*, with the layer in its note."""
    whole = Estimate(
        estimate.value, estimate.low, estimate.high, row.estimate.n, row.estimate.rounds
    )
    noted = {**row.noted, "layer": LAYERS[row.metric][0]}
    return Found("calibration", row.scheme, metric, whole, row.regime, noted)


def _factor(row: Found) -> float:
    return LAYERS[row.metric][1]
