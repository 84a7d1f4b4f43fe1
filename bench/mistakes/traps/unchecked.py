"""The unchecked 401: the client never sent the credential, and being refused is fast."""

from __future__ import annotations

import numpy as np

from ..shown import Shown, Way
from ..stage import WITH_STORE, Stage

NAME = "unchecked-401"
RATE = 100
SECONDS = 4
REFUSED = 401


def show(stage: Stage) -> Shown:
    """Log in and ask who one is, with and without looking at the answer."""
    told = stage.textbook([WITH_STORE], SECONDS, wait=f"throughput:{RATE}", log_in=True)
    rows = stage.scheduled([WITH_STORE], SECONDS, RATE)
    refused = int((told.statuses == REFUSED).sum())
    wrong_ms = float(np.median(told.times_ms))
    right_ms = float(np.median(rows["end_ns"] - rows["start_ns"])) / 1e6
    reads = float(rows["reads"].mean())
    asked = len(told.times_ms)
    return Shown(
        name=NAME,
        title="a client that does not send the credential measures how fast it is refused",
        setting="Log in to a session in a cookie, then ask who one is: a look into the store.",
        wrong=Way(
            f"p50 {wrong_ms:.2f} ms, and {refused} of {asked} answers were 401: over plain HTTP "
            "Locust's client keeps back a Secure cookie, and its percentiles count failures too",
            {"p50_ms": wrong_ms, "requests": asked, "refused": refused},
        ),
        right=Way(
            f"p50 {right_ms:.2f} ms; all {len(rows)} answers named the caller, with {reads:g} "
            "look into the store each",
            {"p50_ms": right_ms, "requests": len(rows), "store_reads": reads},
        ),
        verdict="the first never looked a session up: it is the latency of nothing",
        shown=asked > 0 and refused == asked and reads >= 1,
    )
