"""How busy a request found the server: the same for every arm, since arms are drawn at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MANY = 2
"""Stands for that many requests under way, and for more."""

Busy = NDArray[np.int8]


def under_way(of: Sequence[Mapping[str, NDArray[Any]]]) -> list[Busy]:
    """Return how many requests of a block were under way when each was due: 0, 1 or `MANY`.

    *of* are the arrays of its arms, which share a server. A request is under way from when it is
    due until its last byte.
    """
    due_ns, end_ns = (
        np.sort(np.concatenate([arrays[name] for arrays in of]))
        for name in ("intended_ns", "end_ns")
    )
    found = []
    for arrays in of:
        begun = np.searchsorted(due_ns, arrays["intended_ns"], side="left")
        ended = np.searchsorted(end_ns, arrays["intended_ns"], side="right")
        found.append(np.minimum(begun - ended, MANY).astype(np.int8))
    return found
