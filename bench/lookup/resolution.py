"""What difference a plan will be able to tell, said before the first request is sent."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..context import CONTROL, CONTROL_AGAIN
from ..records import RecordError, read_arrays, read_cells
from ..verify.crowds import crowds
from ..verify.intervals import all_pairs
from ..verify.raw import Regime, Series

if TYPE_CHECKING:
    from ..plan import Plan

FEWEST = 3
"""Blocks of an earlier run that say something of the next one."""

Arrays = Mapping[str, NDArray[Any]]

USUAL_US = {"span": 3.0, "request": 12.0}
"""How far two equal arms were apart in one block, as a standard deviation, where there is no
earlier run to ask: of a standard run on two shared virtual cores."""


@dataclass(frozen=True)
class Resolution:
    """The smallest difference a run can tell from noise, by layer."""

    span_us: float
    request_us: float
    from_run: str
    """The run whose A/A pair says so; empty: no run, but what is usual."""

    def sentence(self) -> str:
        """In words, for who is about to wait for it."""
        source = f"as noisy as {self.from_run}" if self.from_run else "on an ordinary machine"
        return (
            f"able to tell about {self.span_us:.2g} us of a check and {self.request_us:.2g} us "
            f"end to end, {source}"
        )


def expected_resolution(plan: Plan, out: Path) -> Resolution:
    """
    What *plan* will be able to tell, if the machine is as it was in the last run in *out*.

    Twice the noise floor, which is the end of the 95 % interval of the A/A pair: about two standard
    errors of the mean of so many blocks. Blocks of the last run may have been longer or shorter:
    what differs between processes does not shrink with their length, so this does not either.
    """
    latest = (out / "latest").resolve()
    seen = apart_us(latest)
    usable = min(map(len, seen.values()), default=0) >= FEWEST and len(seen) == len(USUAL_US)
    told = {}
    for layer, usual_us in USUAL_US.items():
        deviation_us = float(np.std(seen[layer], ddof=1)) if usable else usual_us
        told[layer] = 2 * 1.96 * deviation_us / math.sqrt(plan.blocks)
    return Resolution(told["span"], told["request"], latest.name if usable else "")


def apart_us(folder: Path) -> Mapping[str, list[float]]:
    """How far the A/A pair was apart in each block of the run in *folder*."""
    blocks: dict[tuple[str, int], dict[str, Arrays]] = defaultdict(dict)
    try:
        for cell in read_cells(folder):
            design, load = cell.labels.get("design"), cell.labels.get("load", "low")
            wanted = cell.measure == "lookup" and cell.layer in USUAL_US
            if wanted and (design, load) == ("interleaved", "low"):
                blocks[str(cell.layer), cell.block][cell.arm] = read_arrays(folder, cell)
        found: dict[str, list[float]] = defaultdict(list)
        for (layer, block), by_arm in blocks.items():
            apart_ns = _apart_ns(layer, block, by_arm)
            if apart_ns is not None:
                found[layer].append(apart_ns / 1e3)
    except (RecordError, KeyError):
        return {}  # a run that cannot be read says nothing of the next one
    return found


def _apart_ns(layer: str, block: int, by_arm: Mapping[str, Arrays]) -> float | None:
    if not {CONTROL, CONTROL_AGAIN} <= by_arm.keys():
        return None
    if layer == "span":
        one, other = (_series(block, by_arm[arm]["auth_ns"]) for arm in (CONTROL, CONTROL_AGAIN))
    else:
        found = dict(zip(by_arm, crowds(list(by_arm.values())), strict=True))
        one, other = (
            _series(block, by_arm[arm]["end_ns"] - by_arm[arm]["intended_ns"], found[arm])
            for arm in (CONTROL, CONTROL_AGAIN)
        )
    return all_pairs(one, other, block)


def _series(block: int, took_ns: NDArray[Any], found: NDArray[Any] | None = None) -> Series:
    crowded = {} if found is None else {block: found}
    return Series("", Regime({}, {}), {block: took_ns.astype(float)}, crowded)
