"""Lookup latency by layer: hot loop, span, app, end to end. Never mixed, always over control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..differences import paired_cost
from ..loading import Recorded, Recording, Samples, Series, Take
from ..metrics.lookup import TAILED
from ..rows import Row, row
from ..statistics import Estimate, over, quantile

ACCEPTED = 200
WAITED_NS = 500_000
"""A thread that was ready and waited longer than this for a processor was disturbed: one that its
store has woken waits up to 100 µs on an idle machine, which is part of asking a store."""
COMPARED = ("auth_us", "app_us")
"""What every session is compared with every token by."""
TAILS = {"p90": 0.9, "p99": 0.99, "p999": 0.999}
COUNTS = (
    *("store_reads", "store_writes", "server_calls", "signature_checks"),
    *("cpu_us", "store_cpu_us", "disturbed_share", "errors"),
)


@dataclass(frozen=True)
class Quantity:
    """A timed metric: which layer holds it and how it is read from a cell, in its own unit."""

    metric: str
    cells: str
    """The layer of the cells that hold it."""
    take: Callable[[Recorded], Samples | None]
    busy: Take | None = None
    """Says of each sample how busy it found the server; None where that has no part in it."""
    of: str = ""
    """The layer it is of, where that is not the cells' own."""

    @property
    def layer(self) -> str:
        """The layer that its rows name."""
        return self.of or self.cells


def timed(name: str, divisor: float) -> Callable[[Recorded], Samples | None]:
    """Return a function that reads an array of times; it gives None where there is none."""

    def take(recorded: Recorded) -> Samples | None:
        found = recorded.arrays.get(name)
        return None if found is None else found.astype(np.float64) / divisor

    return take


def calm(name: str) -> Callable[[Recorded], Samples | None]:
    """Return a function that reads times of the requests whose thread hardly waited to run."""

    def take(recorded: Recorded) -> Samples | None:
        arrays = recorded.arrays
        if not {name, "waited_ns"} <= arrays.keys():
            return None
        return arrays[name][arrays["waited_ns"] <= WAITED_NS].astype(np.float64) / 1e3

    return take


def _since(start: str) -> Callable[[Recorded], Samples | None]:
    """Read times from *start* to the last byte; a wrong status is an error, never a sample."""

    def take(recorded: Recorded) -> Samples | None:
        arrays = recorded.arrays
        if start not in arrays or "end_ns" not in arrays:
            return None
        return _accepted((arrays["end_ns"] - arrays[start]).astype(np.float64) / 1e6, recorded)

    return take


def _under_way(recorded: Recorded) -> NDArray[Any] | None:
    busy = recorded.arrays.get("under_way")
    return None if busy is None else _accepted(busy, recorded)


def _accepted(of: NDArray[Any], recorded: Recorded) -> NDArray[Any]:
    status = recorded.arrays.get("status")
    return of if status is None else np.asarray(of[status == ACCEPTED])


QUANTITIES = (
    Quantity("verify_us", "hot", timed("verify_ns", 1e3)),
    Quantity("floor_us", "hot", timed("floor_ns", 1e3)),
    Quantity("auth_us", "span", timed("auth_ns", 1e3)),
    Quantity("app_us", "span", timed("app_ns", 1e3), of="app"),
    Quantity("app_calm_us", "span", calm("app_ns"), of="app"),
    Quantity("app_cpu_us", "span", timed("cpu_ns", 1e3), of="app"),
    Quantity("request_ms", "request", _since("intended_ns"), _under_way),
    Quantity("service_ms", "request", _since("start_ns"), _under_way),
)


def rows(recording: Recording) -> list[Row]:
    """Return every lookup figure of the run, the differences between schemes included."""
    found: list[Row] = []
    for quantity in QUANTITIES:
        series = _series(recording, quantity)
        found += _percentiles(recording, quantity, series)
        found += _costs(recording, quantity, series)
        if quantity.metric in COMPARED:
            found += _differences(recording, quantity, series)
    for layer in ("hot", "span", "request"):
        found += _counts(recording, layer)
    return found


def timed_medians(recording: Recording, metric: str) -> list[Series]:
    """Return the samples that medians of one timed metric are taken from."""
    wanted = next(quantity for quantity in QUANTITIES if quantity.metric == metric)
    return _for_medians(_series(recording, wanted))


def _series(recording: Recording, quantity: Quantity) -> list[Series]:
    return recording.series("lookup", quantity.cells, quantity.take, quantity.busy)


def paired(series: list[Series], scheme: str, reference: str) -> list[tuple[Series, Estimate]]:
    """Compare *scheme* with *reference* block by block, in each regime that both have."""
    found = []
    for one in series:
        if one.arm != scheme:
            continue
        for other in series:
            if other.arm != reference or not one.regime.agrees_with(other.regime):
                continue
            estimate = paired_cost(one, other)
            if estimate is not None:
                found.append((one, estimate))
                break
    return found


def _costs(recording: Recording, quantity: Quantity, everything: list[Series]) -> list[Row]:
    series = _for_medians(everything)
    return [
        row(
            recording.run.name,
            "lookup",
            arm,
            f"{quantity.metric}_cost_p50",
            estimate,
            one.regime,
            layer=quantity.layer,
        )
        for arm in _arms(series)
        if arm != recording.control and quantity.layer != "hot"
        for one, estimate in paired(series, arm, recording.control)
    ]


def _differences(recording: Recording, quantity: Quantity, everything: list[Series]) -> list[Row]:
    """Compare every session with every token; only a paired difference may be called one."""
    series = _for_medians(everything)
    by_mechanism: dict[str, list[str]] = {}
    for arm in _arms(series):
        by_mechanism.setdefault(recording.arm(arm).mechanism, []).append(arm)
    return [
        row(
            recording.run.name,
            "lookup",
            session,
            f"{quantity.metric}_difference_p50",
            estimate,
            one.regime,
            less=token,
            layer=quantity.layer,
        )
        for session in by_mechanism.get("session", [])
        for token in by_mechanism.get("token", [])
        for one, estimate in paired(series, session, token)
    ]


def _percentiles(recording: Recording, quantity: Quantity, everything: list[Series]) -> list[Row]:
    seed, found = recording.run.seed, []

    def add(one: Series, suffix: str, share: float) -> None:
        estimate = quantile(one.blocks, share, seed)
        if estimate is not None:
            metric, about = f"{quantity.metric}_{suffix}", one.regime
            name, layer = recording.run.name, quantity.layer
            found.append(row(name, "lookup", one.arm, metric, estimate, about, layer=layer))

    medians, tails = _for_medians(everything), _for_tails(everything)
    # The tails have a median of their own: a spectrum must not mix two designs.
    for one in [*medians, *(one for one in tails if all(one is not other for other in medians))]:
        add(one, "p50", 0.5)
    for one in tails if quantity.metric in TAILED else ():
        for suffix, share in TAILS.items():
            add(one, suffix, share)
    return found


def _counts(recording: Recording, layer: str) -> list[Row]:
    """Return exact counts and single results: they are already one figure a block."""
    found = []
    for metric in COUNTS:
        for one in recording.series("lookup", layer, lambda r, m=metric: _figure(r, m)):  # type: ignore[misc]
            values = np.concatenate(list(one.blocks.values()))
            statistic = "sum" if metric == "errors" else "median"
            estimate = (
                Estimate(float(values.sum()), None, None, 0, values.size)
                if statistic == "sum"
                else over(values, recording.run.seed, n=0)
            )
            built = row(
                recording.run.name, "lookup", one.arm, metric, estimate, one.regime, layer=layer
            )
            found.append(built)
    return found


def _figure(recorded: Recorded, metric: str) -> Samples | None:
    value = recorded.cell.figures.get(metric)
    return None if value is None else np.array([value])


def _for_medians(series: list[Series]) -> list[Series]:
    """Take medians from blocks where requests drew their arm at random: the steadier design."""
    return _preferring("interleaved", series)


def _for_tails(series: list[Series]) -> list[Series]:
    """Take tails from blocks that one arm had to itself: another's slow request is not its own."""
    return _preferring("separate", series)


def _preferring(design: str, series: list[Series]) -> list[Series]:
    """Drop what was measured by the other design where the preferred one covers the same."""
    preferred = {_about(one) for one in series if one.regime.label("design") == design}
    return [
        one
        for one in series
        if _about(one) not in preferred or one.regime.label("design") == design
    ]


def _about(one: Series) -> tuple[object, ...]:
    """Return what two designs measure the same of: an arm, under a load, so far from its store."""
    return (one.arm, one.regime.label("load"), one.regime.condition("store_rtt_ms"))


def _arms(series: list[Series]) -> list[str]:
    return list(dict.fromkeys(one.arm for one in series))
