"""Layers agree: who costs more by one clock costs more by the others, and by as much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from statistics import median

import numpy as np

from ..intervals import Estimate, over_blocks
from ..raw import Records
from .check import Check
from .requests import Block, blocks

FEWEST_BLOCKS = 3
CLEAR = 0.1
"""Of the larger cost: two schemes nearer than this may come in either order."""
COUNTER_OFF = 0.35
COUNTER_OFF_US = 60.0
"""What the processor time of the whole server may differ by from that of the thread that answers:
the server reads and writes the request in other threads."""
NEEDS = ("app_ns", "cpu_ns", "start_ns", "end_ns", "auth_ns")


def layers_agree(records: Records) -> Iterator[Check]:
    """Yield whether check, app and processor time put every two schemes in the same order."""
    controls = {a["name"] for a in records.run["arms"] if a["mechanism"] == "control"}
    usual = [b for b in blocks(records, *NEEDS) if (b.design, b.load) == ("interleaved", "low")]
    if len(usual) < FEWEST_BLOCKS:
        return
    names = [arm for arm in usual[0].arms if arm not in controls]
    for one, other in combinations(names, 2):
        app, check = (_difference(usual, one, other, name) for name in ("app_ns", "auth_ns"))
        larger = max(_cost(usual, records.control, arm) for arm in (one, other))
        clear = [e for e in (app, check) if abs(e.value) > CLEAR * larger and _excludes_zero(e)]
        turned = len(clear) == 2 and (clear[0].value > 0) != (clear[1].value > 0)
        yield Check(
            "layers_agree",
            not turned,
            f"{one} less {other}: {app.value:.0f} µs in the app, {check.value:.0f} in the check",
            "the same order",
            f"{one} and {other} come in opposite order inside the check and in the app",
            (("lookup", ("span", "app")),),
            "low",
            "interleaved",
            one,
        )


def counters_agree(records: Records) -> Iterator[Check]:
    """Yield whether the server's processor time is that of the threads that answered."""
    whole: dict[str, list[float]] = {}
    threads: dict[str, list[float]] = {}
    for cell in records.select("lookup", "span"):
        if "cpu_us" in cell.figures and "cpu_ns" in cell.arrays and cell.arrays["cpu_ns"].size:
            whole.setdefault(cell.arm, []).append(cell.figures["cpu_us"])
            threads.setdefault(cell.arm, []).append(float(np.mean(cell.arrays["cpu_ns"])) / 1e3)
    control = records.control
    for arm, used in whole.items():
        if control not in whole or arm == control:
            continue
        more, thread = (median(seen[arm]) - median(seen[control]) for seen in (whole, threads))
        most = COUNTER_OFF_US + COUNTER_OFF * abs(thread)
        least = median(threads[arm])
        yield Check(
            "counters_agree",
            abs(more - thread) <= most and median(used) >= (1 - COUNTER_OFF) * least,
            f"{arm} took {more:.0f} µs more of the server than the control, "
            f"{thread:.0f} of its thread; in all {median(used):.0f} and {least:.0f}",
            f"{most:.0f} µs apart",
            f"the server's processor time under {arm} is not that of the threads that answered",
            (("lookup", ("span",)),),
            scheme=arm,
            metrics=("cpu_us",),
        )


def _difference(those: list[Block], one: str, other: str, name: str) -> Estimate:
    return over_blocks(
        [
            float(np.median(block.arms[one][name]) - np.median(block.arms[other][name])) / 1e3
            for block in those
            if {one, other} <= block.arms.keys()
        ]
    )


def _cost(those: list[Block], control: str, arm: str) -> float:
    found: Mapping[str, float] = {
        name: float(np.median(np.concatenate([b.arms[name]["app_ns"] for b in those])))
        for name in (arm, control)
        if all(name in block.arms for block in those)
    }
    return (found.get(arm, 0.0) - found.get(control, 0.0)) / 1e3


def _excludes_zero(one: Estimate) -> bool:
    return one.low is not None and one.high is not None and (one.low > 0) == (one.high > 0)
