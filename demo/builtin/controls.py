"""Schemes that ask nobody who they are: what every measurement is held against."""

from __future__ import annotations

from dataclasses import dataclass

from ..auth import Scheme, Settings


@dataclass(frozen=True)
class Control:
    """A scheme without a check, or with a delay that is known in its place."""

    delay_us: int = 0

    @property
    def name(self) -> str:
        """As its entry point is called."""
        return f"control-delay-{self.delay_us}us" if self.delay_us else "control"

    def __call__(self, settings: Settings) -> Scheme:  # noqa: ARG002 - every factory takes them
        """Build the scheme."""
        title, summary = "No check", "No authentication: what every cost is measured against."
        if self.delay_us:
            title = f"No check, {self.delay_us} µs late"
            summary = (
                f"No authentication and a delay of {self.delay_us} microseconds: a known truth."
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
        )
