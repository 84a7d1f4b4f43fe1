"""Times are as fine as the clock, and none is cut off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..raw import Records
from .check import Check
from .requests import by_arm

COARSE_NS = 1_000
"""A time may be rounded to less than that."""
STEPS_NS = (1_000, 500, 100)
BY_CHANCE = 0.2
"""Share of times that may be multiples of a step; by chance one in so many nanoseconds is."""
FEWEST = 20
MOST_EQUAL = 0.01
"""Share of samples that may be equal to the longest, or the shortest, of all."""
TIMES = {"auth_ns": ("span",), "app_ns": ("app", "span"), "cpu_ns": ("app",)}


def resolution(records: Records) -> Iterator[Check]:
    """Yield whether times are rounded or clipped, of every arm and kind."""
    for name, layers in TIMES.items():
        for load, design, arm, of in by_arm(records, name):
            taken = of[name]
            if taken.size < FEWEST:
                continue
            touches = (("lookup", layers),)
            step = rounded_to(taken)
            yield Check(
                "not_rounded",
                not step,
                f"{name} of {arm} is rounded to {step:,} ns" if step else f"{name} of {arm} is not",
                f"finer than {STEPS_NS[-1]} ns",
                f"times of {arm} are rounded to {step:,} ns",
                touches,
                load,
                design,
                arm,
            )
            equal = max(float((taken == end).mean()) for end in (taken.min(), taken.max()))
            # Two of very few may meet; of many, no two do at the end of a tail.
            few = max(MOST_EQUAL, 2.5 / taken.size)
            yield Check(
                "not_clipped",
                equal <= few,
                f"{100 * equal:.2g} % of {name} of {arm} are equal to the end of the range",
                f"{100 * few:.2g} %",
                f"times of {arm} are cut off at one end",
                touches,
                load,
                design,
                arm,
            )


def rounded_to(taken_ns: NDArray[np.int64]) -> int:
    """Return the coarsest step that too many of *taken_ns* are multiples of; 0 for none."""
    for step in STEPS_NS:
        if float((taken_ns % step == 0).mean()) > BY_CHANCE:
            return step
    return 0
