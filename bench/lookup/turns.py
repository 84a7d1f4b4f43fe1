"""Two calls in turns, timed one by one: whatever slows the machine slows both."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from statistics import median

WARM_SHARE = 0.1

Call = Callable[[str], object]


def in_turns(
    verify: Call, its: Sequence[str], other: Call, others: Sequence[str], calls: int
) -> dict[str, float]:
    """The median of each in microseconds; one call of one, one call of the other."""
    now = time.perf_counter_ns
    gc.collect()
    gc.freeze()
    gc.disable()
    took_ns: list[int] = []
    other_ns: list[int] = []
    warm = round(calls * WARM_SHARE)
    for call in range(-warm, calls):
        place = call % len(its)
        # Whoever comes second finds the token's bytes at hand, so they take turns in that too.
        pairs = [(verify, its, took_ns), (other, others, other_ns)]
        for act, credentials, kept in pairs if call % 2 else reversed(pairs):
            credential = credentials[place]
            started = now()
            act(credential)
            taken = now() - started
            if call >= 0:
                kept.append(taken)
    gc.enable()
    return {"us": median(took_ns) / 1e3, "other_us": median(other_ns) / 1e3, "mb": 0.0}
