"""What the run says about itself: noise floor, known delay, load generator."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..loading import Recorded, Recording, Samples
from ..metrics import recorded, unit_of
from ..rows import FAR, Row, row
from ..statistics import Estimate, noise_floor, over, times_as_long

LAYERS = {
    "auth_us_cost_p50": ("span", 1.0),
    "auth_us_difference_p50": ("span", 1.0),
    "app_us_cost_p50": ("app", 1.0),
    "app_us_difference_p50": ("app", 1.0),
    "request_ms_cost_p50": ("request", 1e3),
    "service_ms_cost_p50": ("service", 1e3),
}
"""Costs that have a control: the name of their layer, and the factor to microseconds."""


def rows(recording: Recording, timed: Sequence[Row]) -> list[Row]:
    """Return every calibration figure of the run; *timed* are its lookup rows."""
    costs = [one for one in timed if one.metric in LAYERS]
    noise = [_noise(one) for one in costs if one.scheme == recording.control_again]
    found = noise + _known_delays(recording, costs) + _lengths(recording, costs, noise)
    for figure in recorded("calibration"):
        for layer in ("", "proxy", "h2load"):
            found += _figures(recording, layer, figure)
    return found


def _noise(identical: Row) -> Row:
    estimate = Estimate(identical.value, identical.ci_low, identical.ci_high, 0, 0)
    return _derived(identical, "aa_noise_us", noise_floor(estimate) * _factor(identical))


def _known_delays(recording: Recording, costs: Sequence[Row]) -> list[Row]:
    found = []
    for one in costs:
        injected_us = recording.arm(one.scheme).injected_us
        if injected_us <= 0:
            continue
        factor = _factor(one)
        recovered = replace(
            _derived(one, "recovered_delay_us", one.value * factor),
            ci_low=None if one.ci_low is None else one.ci_low * factor,
            ci_high=None if one.ci_high is None else one.ci_high * factor,
        )
        found += [recovered, _derived(one, "injected_delay_us", injected_us)]
    return found


def _lengths(recording: Recording, costs: Sequence[Row], noise: Sequence[Row]) -> list[Row]:
    """Say how many times as long a run must be for the costs that noise hides here."""
    floors = {(one.layer, *_conditions(one)): one.value for one in reversed(noise)}
    run = recording.run
    minutes = None if run.ended_at is None else (run.ended_at - run.started_at) / 60
    found = []
    for one in costs:
        about = (LAYERS[one.metric][0], *_conditions(one))
        if about not in floors or recording.arm(one.scheme).mechanism == "control":
            continue
        length = times_as_long(one.value, floors[about] / _factor(one), _reach(one))
        if 1 < length < math.inf:
            found.append(_derived(one, "times_as_long", math.ceil(length)))
            if minutes is not None:
                found.append(_derived(one, "run_minutes", math.ceil(minutes * math.ceil(length))))
    return found


def _conditions(one: Row) -> tuple[object, ...]:
    """Return what a noise floor is of: a load, and a distance of the store."""
    return (one.load, one.design == FAR, one.store_rtt_ms)


def _reach(one: Row) -> float:
    """Return how far the interval of a figure reaches from it towards zero."""
    end = one.ci_low if one.value > 0 else one.ci_high
    return 0.0 if end is None else abs(one.value - end)


def _figures(recording: Recording, layer: str, figure: str) -> list[Row]:
    def take(one: Recorded) -> Samples | None:
        value = one.cell.figures.get(figure)
        return None if value is None else np.array([value])

    found = []
    for one in recording.series("calibration", layer, take):
        values = np.concatenate(list(one.blocks.values()))
        estimate = over(values, recording.run.seed, n=0)
        found.append(row(recording.run.name, "calibration", one.arm, figure, estimate, one.regime))
    return found


def _derived(source: Row, metric: str, value: float) -> Row:
    """Return a row under the same regime as *source*, which names the layer it is about."""
    return replace(
        source,
        measure="calibration",
        metric=metric,
        unit=unit_of(metric),
        value=float(value),
        ci_low=None,
        ci_high=None,
        layer=LAYERS[source.metric][0],
    )


def _factor(one: Row) -> float:
    return LAYERS[one.metric][1]
