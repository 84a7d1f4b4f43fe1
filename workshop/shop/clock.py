"""Time that moves when told to: labs jump by hours, and nobody waits."""

from __future__ import annotations

START = 1_800_000_000.0


class LabClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, *, seconds: float = 0.0, minutes: float = 0.0, hours: float = 0.0) -> None:
        """Move on."""
        self.now += seconds + 60 * minutes + 3600 * hours
