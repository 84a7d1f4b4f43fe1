"""What difference a plan will be able to tell, said before the first request is sent."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..context import CONTROL, CONTROL_AGAIN
from ..records import Arrays, RecordError, read_arrays, read_cells

if TYPE_CHECKING:
    from ..plan import Plan

FEWEST = 3
"""Blocks of an earlier run that say something of the next one."""

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
        for (layer, _), by_arm in blocks.items():
            apart_ns = _apart_ns(layer, by_arm)
            if apart_ns is not None:
                found[layer].append(apart_ns / 1e3)
    except (RecordError, KeyError):
        return {}  # a run that cannot be read says nothing of the next one
    return found


def _apart_ns(layer: str, by_arm: Mapping[str, Arrays]) -> float | None:
    """The median difference of requests of the two controls; end to end, of equally busy ones."""
    if not {CONTROL, CONTROL_AGAIN} <= by_arm.keys():
        return None
    one, other = (by_arm[arm] for arm in (CONTROL, CONTROL_AGAIN))
    if layer == "span":
        return float(np.median(np.subtract.outer(one["auth_ns"], other["auth_ns"])))
    took = [each["end_ns"] - each["intended_ns"] for each in (one, other)]
    busy = [_under_way(each["intended_ns"], list(by_arm.values())) for each in (one, other)]
    apart = np.subtract.outer(*took)[np.equal.outer(*busy)]
    return float(np.median(apart)) if apart.size else None


def _under_way(at_ns: NDArray[Any], arms: Sequence[Arrays]) -> NDArray[Any]:
    """How many requests were under way at each instant: none, one, or two and more."""
    due_ns, end_ns = (
        np.sort(np.concatenate([arm[name] for arm in arms])) for name in ("intended_ns", "end_ns")
    )
    begun = np.searchsorted(due_ns, at_ns, side="left")
    ended = np.searchsorted(end_ns, at_ns, side="right")
    return np.asarray(np.minimum(begun - ended, 2))
