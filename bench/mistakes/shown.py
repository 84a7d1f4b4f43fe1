"""What one trap shows: the wrong figure, the right one beside it, and whether they differ."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True)
class Way:
    """One way of measuring: what it found, in words and in numbers."""

    said: str
    numbers: dict[str, float]


@dataclass(frozen=True)
class Shown:
    """A trap on this machine, this minute."""

    name: str
    title: str
    """What the trap is, in a sentence."""
    setting: str
    """What was done, alike in both ways."""
    wrong: Way
    right: Way
    verdict: str
    """What the difference is, or why it does not show."""
    shown: bool
    """Whether the wrong way was wrong here by enough to see."""

    def text(self) -> str:
        """For a terminal."""
        lines = [f"{self.name}: {self.title}"]
        for name, said in (
            ("", self.setting),
            ("wrong", self.wrong.said),
            ("right", self.right.said),
            ("shown" if self.shown else "NOT SHOWN", self.verdict),
        ):
            first = f"  {name:<9} " if name else "  "
            rest = " " * 12 if name else "  "
            lines += textwrap.wrap(
                said, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
            )
        return "\n".join(lines)
