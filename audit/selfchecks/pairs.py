"""A scheme measured twice as two arms must come out alike: in time, processor time and tail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..intervals import Estimate, over_blocks
from ..raw import Records
from .check import Check
from .requests import Arrays, blocks

SHARE = 0.05
"""Of what an arm takes: how far two equal arms may be apart for certain."""
LEAST_US = 3.0


@dataclass(frozen=True)
class Kind:
    """One kind of figure that a pair is compared by."""

    name: str
    layers: tuple[str, ...]
    take: Callable[[Arrays], NDArray[np.float64]]
    needs: tuple[str, ...]
    ends: bool = False
    """Whether it is of times that the load generator took, which scatter more."""
    tail: bool = False


KINDS: Sequence[Kind] = (
    Kind("span", ("span",), lambda of: of["auth_ns"] / 1e3, ("auth_ns",)),
    Kind("app", ("app",), lambda of: of["app_ns"] / 1e3, ("app_ns",)),
    Kind("cpu", ("app",), lambda of: of["cpu_ns"] / 1e3, ("cpu_ns",)),
    Kind(
        "request",
        ("request", "service"),
        lambda of: (of["end_ns"] - of["start_ns"]) / 1e3,
        ("start_ns", "end_ns"),
        ends=True,
    ),
    Kind(
        "tail",
        ("request",),
        lambda of: (of["end_ns"] - of["intended_ns"]) / 1e3,
        ("intended_ns", "end_ns"),
        ends=True,
        tail=True,
    ),
)
SAMPLES_FOR_TAIL = 1_000
FEWEST_INSIDE, FEWEST = 3, 6
"""Blocks: an interval over fewer than six holds in fewer than 95 of 100 runs."""


def pairs_alike(records: Records) -> Iterator[Check]:
    """Yield whether each pair of equal arms is alike, by every kind of figure."""
    twice = [(a["name"], a["scheme"]) for a in records.run["arms"] if a["name"] != a["scheme"]]
    for kind in KINDS:
        for again, scheme in twice:
            for (load, design), found in _apart(records, kind, again, scheme).items():
                apart, usual = found
                few = 1 if apart.rounds >= FEWEST else 2
                most = max(LEAST_US, few * SHARE * usual)
                low = apart.value if apart.low is None else apart.low
                high = apart.value if apart.high is None else apart.high
                differ = (low > 0 or high < 0) and abs(apart.value) > most
                yield Check(
                    "pairs_alike",
                    not differ,
                    f"{kind.name} of {scheme} measured twice: {apart.value:.1f} µs apart "
                    f"[{low:.1f}, {high:.1f}]",
                    f"{most:.1f} µs, or not for certain",
                    f"{scheme} measured twice differs by {apart.value:.0f} µs in {kind.name}",
                    (("lookup", kind.layers),),
                    load,
                    design,
                    metrics=("_p99", "_p999") if kind.tail else (),
                    validity="withheld" if apart.rounds >= FEWEST else "rough",
                )


def _apart(
    records: Records, kind: Kind, again: str, scheme: str
) -> Mapping[tuple[str, str], tuple[Estimate, float]]:
    """Return how far the two are apart, and what one takes, by load and design."""
    seen: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for block in blocks(records, *kind.needs):
        if not {again, scheme} <= block.arms.keys():
            continue
        one, other = (kind.take(block.arms[arm]) for arm in (again, scheme))
        if kind.tail:
            if min(one.size, other.size) < SAMPLES_FOR_TAIL:
                continue
            tails = [float(np.quantile(each, 0.99)) for each in (one, other)]
            apart, usual = tails[0] - tails[1], tails[1]
        elif block.design == "separate" or not min(one.size, other.size):
            continue
        else:
            apart, usual = float(np.median(np.subtract.outer(one, other))), float(np.median(other))
        seen.setdefault((block.load, block.design), []).append((apart, usual))
    return {
        about: (over_blocks([a for a, _ in those]), float(np.median([u for _, u in those])))
        for about, those in seen.items()
        if len(those) >= (FEWEST if kind.ends else FEWEST_INSIDE)
    }
