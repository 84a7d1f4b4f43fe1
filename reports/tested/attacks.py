"""What every attack achieves: the matrix that docs/workshop.md describes, for some schemes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from .files import damaged, decoded, known, named, read
from .table import Cell, Tested

RESULTS = {"limited": "for a time", "not-applicable": "does not apply"}
"""Results of an attack that a cell says in other words than the file."""


class Symbol(msgspec.Struct):
    """How one result of an attack is shown."""

    symbol: str
    text: str


class Attack(msgspec.Struct):
    """One attack."""

    name: str
    title: str
    how: str


class Attempt(msgspec.Struct):
    """One attack on one scheme."""

    attack: str
    scheme: str
    result: str
    text: str
    basis: str
    """`run`, `other-test` or `argued`."""
    proof: str


class Matrix(msgspec.Struct):
    """attack-matrix.json, as docs/workshop.md describes it."""

    format: int
    symbols: dict[str, Symbol]
    attacks: list[Attack]
    schemes: list[str]
    cells: list[Attempt]


def attacks(path: Path, folder: Path, schemes: Sequence[str]) -> Tested:
    """Return the table for a report in *folder*."""
    content = read(path)
    matrix = decoded(path, content, Matrix, "attack-matrix")
    known(path, matrix.format)
    columns = [scheme for scheme in schemes if scheme in matrix.schemes]
    cells = {(cell.attack, cell.scheme): cell for cell in matrix.cells}
    links = _Links(path, folder)
    try:
        rows = [
            (
                attack.title,
                [_attempt(matrix, cells[attack.name, scheme], links) for scheme in columns],
            )
            for attack in matrix.attacks
        ]
    except KeyError as exc:
        raise damaged(path, f"it has no entry for {exc}", "attack-matrix") from exc
    said = ", ".join(f"{one.symbol} {one.text}" for one in matrix.symbols.values())
    about = (
        "What each attack achieves against the schemes of this run. This comes from tests of this "
        f"project, not from this run. {said}. A cell without a test says so: argued, not run."
    )
    return Tested("attacks", "What was attacked", about, named(path, content), columns, rows)


def _attempt(matrix: Matrix, cell: Attempt, links: _Links) -> Cell:
    said = f"{matrix.symbols[cell.result].symbol} {RESULTS.get(cell.result, cell.result)}"
    if cell.basis == "argued" or not cell.proof:
        return Cell(f"{said} (argued, not run)", cell.text)
    return Cell(said, cell.text, cell.proof, links.to(cell.proof))


class _Links:
    """Leads from the folder of a run to the tests of the project that a matrix lies in."""

    def __init__(self, matrix: Path, folder: Path) -> None:
        self._root = matrix.resolve().parent.parent
        self._folder = folder.resolve()

    def to(self, proof: str) -> str:
        """Return the link to the file of a test, or nothing where it is not beside the run."""
        path = self._root / proof.partition("::")[0]
        if not self._folder.is_relative_to(self._root) or not path.is_file():
            return ""
        return Path(os.path.relpath(path, self._folder)).as_posix()
