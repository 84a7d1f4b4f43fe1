"""How fast the machine is at the moment: a fixed piece of work, timed where the servers run.

The host of a virtual machine may let another guest use the other half of the same core. Nothing
is stolen then, and everything takes longer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from statistics import median
from time import perf_counter_ns

from .placement import running_on

TIMES = 15
"""The work is done so often, some 20 ms in all; the median counts."""
_STEPS = 1_500
_BYTES = bytes(100_000)


def fixed_work_us(cores: Sequence[int] = ()) -> float:
    """
    How long the fixed work takes now on *cores*, in microseconds; anywhere if there are none.

    Steps of an interpreter and a SHA-256, about as much time in the one as in the other.
    """
    with running_on(cores):
        return median(_once_ns() for _ in range(TIMES)) / 1e3


def _once_ns() -> int:
    started_ns = perf_counter_ns()
    table: dict[int, int] = {}
    for step in range(_STEPS):
        table[step & 63] = table.get(step >> 3 & 63, 0) ^ step
    hashlib.sha256(_BYTES).digest()
    return perf_counter_ns() - started_ns
