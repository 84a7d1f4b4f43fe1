"""How many other requests each request found under way, counted as docs/how-we-measure.md says."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .raw import Cell, Records

MOST = 2
"""Two, and more than two, are one crowd."""

Crowd = NDArray[np.int64]


def crowds(arms: Sequence[Mapping[str, NDArray[Any]]]) -> list[Crowd]:
    """For every request of *arms*, which share a server: 0, 1, or `MOST` for so many and more."""
    begins = sorted(at for arm in arms for at in arm["intended_ns"].tolist())
    ends = sorted(at for arm in arms for at in arm["end_ns"].tolist())
    return [
        np.array(
            [
                min(bisect_left(begins, at) - bisect_right(ends, at), MOST)
                for at in arm["intended_ns"].tolist()
            ],
            np.int64,
        )
        for arm in arms
    ]


def by_cell(records: Records) -> Mapping[str, Crowd]:
    """The crowds of each cell of requests whose arms share a server, which those of a block do.

    Not of a separate one: there an arm makes its own crowd.
    """
    blocks: dict[Any, list[Cell]] = defaultdict(list)
    for cell in records.select("lookup", "request"):
        timed = {"intended_ns", "end_ns"} <= cell.arrays.keys()
        if timed and cell.regime.labels.get("design") != "separate":
            blocks[cell.regime.key, cell.block].append(cell)
    found: dict[str, Crowd] = {}
    for cells in blocks.values():
        counted = crowds([cell.arrays for cell in cells])
        found.update(zip((cell.id for cell in cells), counted, strict=True))
    return found
