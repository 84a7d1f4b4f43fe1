"""What every scheme keeps of its promises: the grid of `make promises`, for some schemes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from .files import damaged, decoded, known, named, read
from .table import Cell, Tested

OUTCOMES = {
    "kept": "✓",
    "broken": "✗",
    "does not claim": "○",
    "does not apply": "·",
}


class Outcome(msgspec.Struct):
    """One promise of one scheme."""

    outcome: str
    why: str = ""


class Kept(msgspec.Struct):
    """What one scheme keeps of its promises."""

    outcomes: dict[str, Outcome]


class Grid(msgspec.Struct):
    """promises.json."""

    schema: int
    promises: dict[str, str]
    schemes: dict[str, Kept]


def promises(path: Path, schemes: Sequence[str]) -> Tested:
    """Return the table."""
    content = read(path)
    grid = decoded(path, content, Grid, "promises")
    known(path, grid.schema)
    columns = [scheme for scheme in schemes if scheme in grid.schemes]
    try:
        rows = [
            (
                words.partition(":")[0],
                [_outcome(grid.schemes[scheme].outcomes[promise]) for scheme in columns],
            )
            for promise, words in grid.promises.items()
        ]
    except KeyError as exc:
        raise damaged(path, f"it has no entry for {exc}", "promises") from exc
    about = (
        "What each scheme of this run keeps of the contract that all of them are tested by. This "
        "comes from tests of this project, not from this run. ✓ kept, ✗ broken, ○ the library "
        "does not claim it, · it does not apply."
    )
    return Tested("promises", "Promises", about, named(path, content), columns, rows)


def _outcome(found: Outcome) -> Cell:
    return Cell(f"{OUTCOMES[found.outcome]} {found.outcome}", found.why)
