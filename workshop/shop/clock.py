"""Time that moves when told to: labs jump by hours, and nobody waits."""

from __future__ import annotations

import time


class LabClock:
    """
    A clock that stands still until it is advanced.

    It begins at the present second, so that a library that looks at the machine's own clock finds
    the lab's tokens neither expired nor from the future.
    """

    def __init__(self, now: float | None = None) -> None:
        self.now = float(int(time.time())) if now is None else now

    def __call__(self) -> float:
        return self.now

    def advance(self, *, seconds: float = 0.0, minutes: float = 0.0, hours: float = 0.0) -> None:
        """Move on."""
        self.now += seconds + 60 * minutes + 3600 * hours
