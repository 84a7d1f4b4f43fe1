"""A table of what tests found: a symbol and a word a cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """Symbol and word, why, and the test that shows it."""

    said: str
    why: str = ""
    proof: str = ""
    """The path of a test; empty where there is none."""
    link: str = ""
    """To that test from the folder of the run; empty where it is not at hand."""


@dataclass(frozen=True)
class Tested:
    """One table of a report that does not come from its run."""

    name: str
    title: str
    about: str
    file: str
    """Which file it is of, in words."""
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]

    @property
    def summary(self) -> str:
        """Count the cells by what they say, the most frequent first."""
        counts = Counter(cell.said for _, cells in self.rows for cell in cells)
        said = ", ".join(f"{count} {words}" for words, count in counts.most_common())
        return f"{len(self.columns)} schemes by {len(self.rows)} {self.name}: {said}."
