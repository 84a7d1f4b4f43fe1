"""The schedule, drawn anew from the seed: every request was due when it says, and none is missing.

A generator that waits for answers, or records that leave out the slowest, do not pass.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..raw import Records
from .check import Check
from .requests import Block, blocks

SECOND_NS = 1_000_000_000
PURPOSES = {
    ("interleaved", "low"): ("interleaved", "block_s"),
    ("interleaved", "high"): ("interleaved-high", "high_block_s"),
    ("far", "low"): ("far", "far_block_s"),
}
"""What the seed of a block is made of, and the plan's field that says how long it is."""


class Due(NamedTuple):
    """When requests are due after the start of the schedule, and the index of each one's arm."""

    at_ns: NDArray[np.int64]
    arm: NDArray[Any]


def schedule_kept(records: Records) -> Iterator[Check]:
    """Yield whether the requests of each design and load are those that were due."""
    plan = records.run["settings"].get("plan")
    if not isinstance(plan, dict) or records.run["settings"].get("machines"):
        return  # workers on several machines each have a clock of their own
    rates = {
        (cell.regime.labels.get("design"), cell.regime.labels.get("load"), cell.block): cell
        for cell in records.select("calibration")
        if "generator_lag_ms_p99" in cell.figures
    }
    wrong: dict[tuple[str, str], list[str]] = {}
    for block in blocks(records, "intended_ns"):
        about = (block.design, block.load)
        cell = rates.get((*about, block.number))
        if about not in PURPOSES or cell is None:
            continue
        purpose, length = PURPOSES[about]
        drawn = due(
            [records.seed, purpose_of("lookup", purpose, block.number)],
            len(records.run["arms"]),
            float(cell.regime.conditions["rate"]),
            plan["warm_s"] + plan[length],
        )
        base_ns = cell.figures.get("base_ns")
        wrong.setdefault(about, []).extend(
            _differences(block, drawn, plan["warm_s"], base_ns, records)
        )
    for (design, load), said in wrong.items():
        yield Check(
            "schedule_kept",
            not said,
            said[0] if said else "every request was due when the seed says",
            "the arrivals drawn from the seed of the run",
            f"requests are not those of the schedule: {said[0] if said else ''}",
            (("lookup", ()),),
            load=load,
            design=design,
        )


def purpose_of(*purpose: str | int) -> int:
    """Return the second half of a block's seed."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, purpose)).encode()).digest()[:8], "big")


def due(seed: Sequence[int], arms: int, rate: float, seconds: float) -> Due:
    """Return a Poisson schedule over *seconds* in which every request draws its arm."""
    generator = np.random.default_rng(seed)
    count = generator.poisson(rate * seconds)
    at_ns = np.sort(generator.uniform(0, seconds * SECOND_NS, size=count)).astype(np.int64)
    return Due(at_ns, generator.integers(arms, size=count, dtype=np.int16))


def _differences(
    block: Block, drawn: Due, warm_s: float, base_ns: float | None, records: Records
) -> Iterator[str]:
    counted = drawn.at_ns >= int(warm_s * SECOND_NS)
    names = [arm["name"] for arm in records.run["arms"]]
    found = {name: np.sort(block.arms[name]["intended_ns"]) for name in names if name in block.arms}
    wanted = {
        name: drawn.at_ns[counted & (drawn.arm == index)]
        for index, name in enumerate(names)
        if name in found
    }
    base = _base_ns(found, wanted) if base_ns is None else int(base_ns)
    wrong_answers = _wrong_answers(records, block)
    for name, at_ns in found.items():
        late = np.setdiff1d(at_ns - base, wanted[name])
        missing = np.setdiff1d(wanted[name], at_ns - base)
        where = f"of {name} in block {block.number + 1}"
        if late.size:
            yield f"{late.size} of {at_ns.size} requests {where} are recorded at another time"
        elif missing.size > wrong_answers.get(name, 0.0):
            yield f"{missing.size} of {wanted[name].size} requests {where} are missing"


def _base_ns(found: Mapping[str, NDArray[Any]], wanted: Mapping[str, NDArray[Any]]) -> int:
    """Return the start of the schedule, as most requests have it."""
    apart = [
        found[n] - wanted[n] for n in found if found[n].size == wanted[n].size and found[n].size
    ]
    if not apart:
        return 0
    values, counts = np.unique(np.concatenate(apart), return_counts=True)
    return int(values[np.argmax(counts)])


def _wrong_answers(records: Records, block: Block) -> dict[str, float]:
    """Return how many answers of each arm were wrong and are no samples."""
    return {
        cell.arm: cell.figures.get("errors", 0.0)
        for cell in records.select("lookup", "request")
        if cell.block == block.number and cell.regime.labels == block.regime.labels
    }
