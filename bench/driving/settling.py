"""What every Locust of ours is told before it drives anything."""

from __future__ import annotations

import gc

import locust.stats
from locust import events


def settle() -> None:
    """Let Locust's own page show what was measured, and nothing disturb the measuring."""
    locust.stats.bucket_response_time = bucket_response_time  # type: ignore[assignment]  # Locust takes any number
    events.test_start.add_listener(hold_collections)  # type: ignore[no-untyped-call]


def bucket_response_time(response_time: float) -> float:
    """Keep hundredths of a millisecond, where Locust would round to whole milliseconds."""
    return round(response_time, 2)


def hold_collections(**_: object) -> None:
    """Collect no garbage while requests are timed: a pause would look like the server's."""
    gc.collect()
    gc.freeze()
    gc.disable()
