"""Schemes that ask nobody who they are: what every measurement is held against, and known truths.

`TRUTHS` are not for comparison: a run measures them in blocks of their own, and its self-checks
hold what was found against what they do. None ends by the clock that measures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from ..auth import Scheme, Settings
from ..timing import Wait

HASHED_BYTES = 1024


@dataclass(frozen=True)
class Control:
    """A scheme without a check, or with work that is known in its place."""

    delay_us: int = 0
    """Processor time used in the check."""
    hashes: int = 0
    """Hashes of so many blocks in the check."""
    outside_us: int = 0
    """Processor time used after the check."""

    @property
    def name(self) -> str:
        """As its entry point is called."""
        said = {"delay": self.delay_us, "outside": self.outside_us}
        named = [f"-{what}-{us}us" for what, us in said.items() if us]
        named += [f"-hashes-{self.hashes}"] if self.hashes else []
        return "control" + "".join(named)

    def __call__(self, settings: Settings) -> Scheme:  # noqa: ARG002 - every factory takes them
        """Build the scheme."""
        title, summary = "No check", "No authentication: what every cost is measured against."
        if self.delay_us:
            title = f"No check, {self.delay_us} µs late"
            summary = (
                f"No authentication and a delay of {self.delay_us} microseconds: a known truth."
            )
        elif self.hashes:
            title = f"No check, {self.hashes} hashes"
            summary = f"No authentication and {self.hashes} hashes of 1 kB: a known truth."
        elif self.outside_us:
            title = f"No check, {self.outside_us} µs late outside it"
            summary = (
                f"No authentication, and {self.outside_us} microseconds after it: a known truth."
            )
        return Scheme(
            name=self.name,
            summary=summary,
            mechanism=None,
            transport="none",
            strength="immediate",
            kind="control",
            title=title,
            delay_us=float(self.delay_us),
            work=Wait(self.delay_us * 1000) if self.delay_us else _hashing(self.hashes),
            work_outside=Wait(self.outside_us * 1000) if self.outside_us else None,
        )


def _hashing(times: int) -> Callable[[], object] | None:
    """Return what hashes a block so often; None for not at all."""
    if not times:
        return None
    block = b"x" * HASHED_BYTES

    def work() -> None:
        for _ in range(times):
            hashlib.sha256(block).digest()

    return work


TRUTHS = (
    Control(delay_us=5),
    Control(delay_us=50),
    Control(delay_us=500),
    Control(hashes=16),
    Control(hashes=64),
    Control(hashes=256),
    Control(outside_us=100),
)
