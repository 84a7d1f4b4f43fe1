"""Rounded milliseconds: Locust's table cannot show what costs a tenth of one."""

from __future__ import annotations

import numpy as np

from ..shown import Shown, Way
from ..stage import CONTROL, DELAYED, Stage

NAME = "rounded-milliseconds"
RATE = 200
SECONDS = 4
TRUTH_MS = 0.1
TOLERANCE = 0.3
"""What the right way may miss the truth by, as a share of it; the wrong way must miss by more."""


def show(stage: Stage) -> Shown:
    """Compare a route with the same route 0.1 ms slower, which is a truth known beforehand."""
    told = stage.textbook([CONTROL, DELAYED], SECONDS, wait=f"throughput:{RATE}")
    rows = stage.scheduled([CONTROL, DELAYED], SECONDS, RATE)
    fast_ms, slow_ms = (told.table[stage.path(name)]["p50_ms"] for name in (CONTROL, DELAYED))
    wrong_ms = slow_ms - fast_ms
    spans_ms = [float(np.median(rows["auth_ns"][rows["arm"] == arm])) / 1e6 for arm in (0, 1)]
    right_ms = spans_ms[1] - spans_ms[0]
    return Shown(
        name=NAME,
        title="Locust rounds every time under 100 ms to whole milliseconds before it counts",
        setting=f"Two routes, one of which takes {TRUTH_MS} ms longer: that is built in.",
        wrong=Way(
            f"{fast_ms:g} ms and {slow_ms:g} ms in Locust's table: a difference of {wrong_ms:g} ms",
            {"fast_p50_ms": fast_ms, "slow_p50_ms": slow_ms, "difference_ms": wrong_ms},
        ),
        right=Way(
            f"{right_ms:.3f} ms between the medians of raw nanoseconds, timed in the server",
            {"difference_ms": right_ms, "requests": len(rows)},
        ),
        verdict=f"what is looked for is {TRUTH_MS} ms: the table has no room for it",
        shown=_near(right_ms) and not _near(wrong_ms),
    )


def _near(found_ms: float) -> bool:
    return abs(found_ms - TRUTH_MS) <= TOLERANCE * TRUTH_MS
