"""What tests found, beside what this run measured: attacks and promises, scheme by scheme.

Neither is in the records. Both are files that other commands of this project write; a report
shows them for the schemes of its run, where they are at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .attacks import attacks as attacks_of
from .files import UnusableTests as UnusableTests
from .promises import promises as promises_of
from .table import Cell as Cell
from .table import Tested as Tested

DOCS = Path(__file__).parents[2] / "docs"
ATTACKS, PROMISES = "attack-matrix.json", "promises.json"


def tested(
    folder: Path, schemes: Sequence[str], attacks: Path | None, promises: Path | None
) -> list[Tested]:
    """Return what tests found of *schemes*, for a report in *folder*.

    A file that is not named is looked for in this project's docs and left out where there is
    none. Raises `UnusableTests`, which names the file.
    """
    found = []
    matrix = _at_hand(attacks, ATTACKS)
    if matrix is not None:
        found.append(attacks_of(matrix, folder, schemes))
    grid = _at_hand(promises, PROMISES)
    if grid is not None:
        found.append(promises_of(grid, schemes))
    return [one for one in found if one.columns]


def _at_hand(asked: Path | None, name: str) -> Path | None:
    if asked is not None:
        return asked
    usual = DOCS / name
    return usual if usual.is_file() else None
