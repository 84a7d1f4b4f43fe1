"""Errors in records: what a wrong instrument, or a hopeful author, would have written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..raw import Cell, Records

Arrays = dict[str, NDArray[Any]]
US = 1_000
TIMES = ("auth_ns", "app_ns", "cpu_ns", "check_cpu_ns", "waited_ns", "store_ns", "crypto_ns")


@dataclass(frozen=True)
class Mutation:
    """One error, and the self-check that must catch it."""

    name: str
    caught_by: str
    apply: Callable[[Records], Records]


def changed(records: Records, change: Callable[[Cell, Records], Cell]) -> Records:
    """Return *records* with every cell as *change* makes it."""
    return replace(records, cells=[change(cell, records) for cell in records.cells])


def arrays_of(
    layer: str,
    change: Callable[[Arrays], Mapping[str, NDArray[Any]]],
    *kinds: str,
    design: str = "",
) -> Callable[[Records], Records]:
    """Return what replaces arrays of *layer*, of schemes of *kinds*; none: of every one."""

    def of_cell(cell: Cell, records: Records) -> Cell:
        if cell.measure != "lookup" or cell.layer != layer or not cell.arrays:
            return cell
        arm = records.arm(cell.arm)
        if kinds and arm["mechanism"] not in kinds and arm["name"] not in kinds:
            return cell
        if design and cell.regime.labels.get("design") != design:
            return cell
        return replace(cell, arrays={**cell.arrays, **change(dict(cell.arrays))})

    return lambda records: changed(records, of_cell)


def truths_of(
    change: Callable[[Arrays], Mapping[str, NDArray[Any]]], *arms: str
) -> Callable[[Records], Records]:
    """Return what replaces arrays of the known truths called *arms*; none: of every one."""

    def of_cell(cell: Cell, _: Records) -> Cell:
        if cell.layer != "truth" or (arms and cell.arm not in arms):
            return cell
        return replace(cell, arrays={**cell.arrays, **change(dict(cell.arrays))})

    return lambda records: changed(records, of_cell)


def figures_of(name: str, change: Callable[[float], float]) -> Callable[[Records], Records]:
    """Return what replaces the figure *name* wherever it stands."""

    def of_cell(cell: Cell, _: Records) -> Cell:
        if name not in cell.figures:
            return cell
        return replace(cell, figures={**cell.figures, name: change(cell.figures[name])})

    return lambda records: changed(records, of_cell)


def rounded(step_ns: int) -> Callable[[Arrays], Arrays]:
    """Return what rounds the times of a span."""
    return lambda of: {name: of[name] // step_ns * step_ns for name in ("auth_ns", "app_ns")}


def added(name: str, us: float, *also: str) -> Callable[[Arrays], Arrays]:
    """Return what adds so much to a time, and to others with it."""
    return lambda of: {each: of[each] + int(us * US) for each in (name, *also)}


def scaled(name: str, factor: float, *also: str) -> Callable[[Arrays], Arrays]:
    """Return what multiplies a time, and others with it."""
    return lambda of: {each: (of[each] * factor).astype(np.int64) for each in (name, *also)}


def without(part: str) -> Callable[[Arrays], Arrays]:
    """Return what leaves a part out of the check."""
    return lambda of: {"auth_ns": of["auth_ns"] - of[part]}


def clipped(of: Arrays) -> Arrays:
    """Cut the slowest tenth off at the value where it begins."""
    return {"auth_ns": np.minimum(of["auth_ns"], int(np.quantile(of["auth_ns"], 0.9)))}


def dropped(share: float) -> Callable[[Records], Records]:
    """Return what leaves out the slowest requests, everywhere."""

    def apply(records: Records) -> Records:
        kept = {
            (cell.arm, cell.block, cell.regime.key): _fastest(cell, 1 - share)
            for cell in records.select("lookup", "request")
        }

        def of_cell(cell: Cell, _: Records) -> Cell:
            places = kept.get((cell.arm, cell.block, cell.regime.key))
            if cell.layer not in ("span", "request") or places is None:
                return cell
            return replace(cell, arrays={name: one[places] for name, one in cell.arrays.items()})

        return changed(records, of_cell)

    return apply


def _fastest(cell: Cell, share: float) -> NDArray[Any]:
    took = cell.arrays["end_ns"] - cell.arrays["intended_ns"]
    return np.sort(np.argsort(took)[: int(took.size * share)])


def swapped(one: str, other: str, *layers: str) -> Callable[[Records], Records]:
    """Return what calls the cells of one scheme those of the other, in these layers."""
    names = {one: other, other: one}

    def of_cell(cell: Cell, _: Records) -> Cell:
        return replace(cell, arm=names.get(cell.arm, cell.arm)) if cell.layer in layers else cell

    return lambda records: changed(records, of_cell)


def omitted(of: Arrays) -> Arrays:
    """Forgive the server what it kept others waiting for: count from when requests were sent."""
    return {"intended_ns": of["start_ns"].copy()}


SESSION, TOKEN = "session-cookie-redis", "token-bearer-es256-expiry"
"""Two schemes that a run must have for all of these to apply."""


def mutations(records: Records) -> Iterator[Mutation]:
    """Yield every error there is for a run with these schemes, each with the check it must fail."""
    span, request = "span", "request"
    yield from (
        Mutation("rounded to 10 µs", "not_rounded", arrays_of(span, rounded(10 * US))),
        Mutation("rounded to 50 µs", "not_rounded", arrays_of(span, rounded(50 * US))),
        Mutation("clipped at 90 %", "not_clipped", arrays_of(span, clipped)),
        Mutation("the slowest 5 % left out", "schedule_kept", dropped(0.05)),
        Mutation("coordinated omission", "schedule_kept", arrays_of(request, omitted)),
        Mutation(
            "the wait for the store left out",
            "parts_within_span",
            arrays_of(span, without("store_ns"), "session"),
        ),
        Mutation(
            "cryptography left out",
            "check_accounted",
            arrays_of(span, without("crypto_ns"), "token"),
        ),
        Mutation(
            "tokens 20 % less", "check_accounted", arrays_of(span, scaled("auth_ns", 0.8), "token")
        ),
        Mutation(
            "controls 20 µs more",
            "check_accounted",
            arrays_of(span, added("auth_ns", 20), "control"),
        ),
        Mutation(
            "schemes 15 µs more",
            "check_accounted",
            arrays_of(span, added("auth_ns", 15), "session", "token"),
        ),
        Mutation(
            "microseconds called milliseconds",
            "check_accounted",
            arrays_of(span, scaled("auth_ns", 0.001)),
        ),
        Mutation(
            "the app 20 µs more for controls",
            "app_accounted",
            arrays_of(span, added("app_ns", 20, "auth_ns"), "control"),
        ),
        Mutation(
            "the app 20 % less for tokens",
            "app_accounted",
            arrays_of(span, scaled("app_ns", 0.8), "token"),
        ),
        Mutation(
            "an end stamped 1 ms late", "ends_on_time", arrays_of(request, added("end_ns", 1000))
        ),
        Mutation(
            "a start stamped 5 ms late",
            "clocks_in_order",
            arrays_of(request, added("start_ns", 5000)),
        ),
        Mutation(
            "the known delay not found",
            "known_delay_recovered",
            arrays_of(
                span,
                added("auth_ns", -50, "app_ns", "cpu_ns", "check_cpu_ns"),
                "control-delay-100us",
            ),
        ),
        Mutation(
            "store operations counted half", "counts_as_declared", figures_of("store_reads", half)
        ),
        Mutation("the server counts half", "store_calls_counted", figures_of("server_calls", half)),
        Mutation(
            "the store's time counted half",
            "check_accounted",
            arrays_of(span, scaled("store_ns", 0.5), "session", design="interleaved"),
        ),
        Mutation(
            "processor time of the wrong process",
            "counters_agree",
            figures_of("cpu_us", lambda _: 180.0),
        ),
        Mutation(
            "a store that is not far away",
            "store_as_far",
            arrays_of(span, scaled("store_ns", 0.001, "auth_ns"), "session", design="far"),
        ),
        Mutation(
            "one of two equal arms slower",
            "pairs_alike",
            arrays_of(
                span, added("auth_ns", 90, "app_ns", "cpu_ns", "check_cpu_ns"), "control-again"
            ),
        ),
    )
    yield from (
        Mutation(
            "every time 5 % less", "delays_recovered", truths_of(scaled("auth_ns", 0.95, "app_ns"))
        ),
        Mutation(
            "20 µs more for short work",
            "hashes_recovered",
            truths_of(added("auth_ns", 20), "control-hashes-16"),
        ),
        Mutation(
            "what comes after the check counted with it",
            "outside_is_outside",
            truths_of(lambda of: {"auth_ns": of["auth_ns"] + 100 * US}, "control-outside-100us"),
        ),
    )
    if {SESSION, TOKEN} <= {arm["name"] for arm in records.run["arms"]}:
        yield Mutation(
            "two schemes swapped", "counts_as_declared", swapped(SESSION, TOKEN, span, request)
        )
        yield Mutation("two spans swapped", "clocks_in_order", swapped(SESSION, TOKEN, span))
        yield Mutation(
            "cryptography done elsewhere",
            "layers_agree",
            arrays_of(span, scaled("auth_ns", 0.1, "check_cpu_ns"), TOKEN),
        )


def half(count: float) -> float:
    """Return half of *count*."""
    return count / 2
