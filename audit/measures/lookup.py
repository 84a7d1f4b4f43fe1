"""Lookup: percentiles, costs over control, differences between mechanisms, counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..crowds import by_cell
from ..figures import Found
from ..intervals import Estimate, over, paired, pooled_quantile
from ..raw import Cell, Records, Samples, Series, gather

TAILS = {"p90": 0.9, "p99": 0.99, "p999": 0.999}
COUNTS = (
    *("store_reads", "store_writes", "server_calls", "signature_checks"),
    *("cpu_us", "store_cpu_us", "disturbed_share", "errors"),
)
TAILLESS = ("app_calm_us", "app_cpu_us")
COUNTED_LAYERS = ("hot", "span", "request")

Take = Callable[[Cell], Samples | None]


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row of the measure `lookup`."""
    for metric, (layer, take) in TIMES.items():
        series = timed(records, layer, take)
        medians, tails = preferring("interleaved", series), preferring("separate", series)
        of = "app" if metric.startswith("app_") else layer
        yield from _percentiles(records, metric, of, medians, tails)
        if layer != "hot":
            yield from _costs(records.control, metric, of, medians)
        if metric in ("auth_us", "app_us"):
            yield from _differences(records, metric, of, medians)
    for layer in COUNTED_LAYERS:
        yield from _counts(records, layer)


def duration(array: str, per_unit: float) -> Take:
    """Read one array of nanoseconds, in a unit of *per_unit* of them."""

    def take(cell: Cell) -> Samples | None:
        return cell.arrays[array] / per_unit if array in cell.arrays else None

    return take


def undisturbed(array: str, per_unit: float) -> Take:
    """Read one array of nanoseconds, of requests whose thread waited 50 µs at most to run."""

    def take(cell: Cell) -> Samples | None:
        if array not in cell.arrays or "waited_ns" not in cell.arrays:
            return None
        return np.asarray(cell.arrays[array][cell.arrays["waited_ns"] <= 500_000] / per_unit)

    return take


def elapsed(begin: str) -> Take:
    """Read milliseconds from *begin* to the last byte, of the requests that were accepted."""

    def take(cell: Cell) -> Samples | None:
        arrays = cell.arrays
        if begin not in arrays:
            return None
        return _accepted(cell, (arrays["end_ns"] - arrays[begin]) / 1e6)

    return take


def _accepted(cell: Cell, of: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(of[cell.arrays["status"] == 200] if "status" in cell.arrays else of)


TIMES: dict[str, tuple[str, Take]] = {
    "verify_us": ("hot", duration("verify_ns", 1e3)),
    "floor_us": ("hot", duration("floor_ns", 1e3)),
    "auth_us": ("span", duration("auth_ns", 1e3)),
    "app_us": ("span", duration("app_ns", 1e3)),
    "app_calm_us": ("span", undisturbed("app_ns", 1e3)),
    "app_cpu_us": ("span", duration("cpu_ns", 1e3)),
    "request_ms": ("request", elapsed("intended_ns")),
    "service_ms": ("request", elapsed("start_ns")),
}


def timed(records: Records, layer: str, take: Take) -> list[Series]:
    """What *take* finds, and of requests how many others each found under way."""
    series = records.series("lookup", layer, take)
    if layer == "request":
        known = by_cell(records)
        crowds = gather(
            (cell, _accepted(cell, known[cell.id]) if cell.id in known else None)
            for cell in records.select("lookup", layer)
        )
        by_key = {(one.arm, one.regime.key): one.blocks for one in crowds}
        series = [replace(s, crowds=by_key.get((s.arm, s.regime.key), {})) for s in series]
    return series


def preferring(design: str, series: list[Series]) -> list[Series]:
    """Of what was measured by *design*, nothing that was measured otherwise."""
    covered = {_subject(one) for one in series if one.regime.labels.get("design") == design}
    return [
        one
        for one in series
        if one.regime.labels.get("design") == design or _subject(one) not in covered
    ]


def _subject(one: Series) -> tuple[Any, ...]:
    """What two designs may both have measured: an arm, under a load, at a distance."""
    regime = one.regime
    return one.arm, regime.labels.get("load", ""), regime.conditions.get("store_rtt_ms")


def pairs(series: list[Series], arm: str, other: str) -> Iterator[tuple[Series, Estimate]]:
    """*arm* less *other* in each regime of *arm*, where *other* was measured in one that agrees."""
    for one in (s for s in series if s.arm == arm):
        for reference in (s for s in series if s.arm == other):
            if not one.regime.agrees_with(reference.regime):
                continue
            estimate = paired(one, reference)
            if estimate is not None:
                yield one, estimate
                break


def _percentiles(
    records: Records, metric: str, layer: str, medians: list[Series], tails: list[Series]
) -> Iterator[Found]:
    # Tails have a median too, of their own design, so that nobody need mix two.
    both = {id(one): one for one in [*medians, *tails]}
    wanted = [(one, "p50", 0.5) for one in both.values()]
    if metric not in TAILLESS:
        wanted += [(one, suffix, q) for one in tails for suffix, q in TAILS.items()]
    for one, suffix, q in wanted:
        estimate = pooled_quantile(one.blocks, q, records.seed)
        if estimate is not None:
            yield _row(one, f"{metric}_{suffix}", estimate, layer=layer)


def _costs(control: str, metric: str, layer: str, series: list[Series]) -> Iterator[Found]:
    for arm in _arms(series):
        if arm == control:
            continue
        for one, estimate in pairs(series, arm, control):
            yield _row(one, f"{metric}_cost_p50", estimate, layer=layer)


def _differences(
    records: Records, metric: str, layer: str, series: list[Series]
) -> Iterator[Found]:
    arms = _arms(series)
    kind = {arm: records.arm(arm).get("mechanism", "control") for arm in arms}
    for session in (arm for arm in arms if kind[arm] == "session"):
        for token in (arm for arm in arms if kind[arm] == "token"):
            for one, estimate in pairs(series, session, token):
                yield _row(one, f"{metric}_difference_p50", estimate, less=token, layer=layer)


def _counts(records: Records, layer: str) -> Iterator[Found]:
    for metric in COUNTS:

        def take(cell: Cell, metric: str = metric) -> Samples | None:
            return np.array([cell.figures[metric]]) if metric in cell.figures else None

        for one in records.series("lookup", layer, take):
            values = one.values
            estimate = (
                Estimate(float(values.sum()), rounds=values.size)
                if metric == "errors"
                else over(values, records.seed)
            )
            yield _row(one, metric, estimate, layer=layer)


def _arms(series: list[Series]) -> list[str]:
    return list(dict.fromkeys(one.arm for one in series))


def _row(one: Series, metric: str, estimate: Estimate, **noted: str) -> Found:
    return Found("lookup", one.arm, metric, estimate, one.regime, noted)
