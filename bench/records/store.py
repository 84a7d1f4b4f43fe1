"""Writing and reading what a run records; every write is one transaction."""

from __future__ import annotations

import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from . import tables
from .file import FILE, NeverWritten, NotARun, damaged, reading, writing
from .types import Arm, Cell, Environment, Gate, Part, Run

Arrays = Mapping[str, NDArray[Any]]
CARD = "run.json"
"""What the run is and how it ended, for scripts and people; a copy that nothing here reads."""
_OWN = ("gates", "samples")
"""Tables whose rows belong to a cell."""


class Recorded(NamedTuple):
    """A cell with its raw samples."""

    cell: Cell
    arrays: Arrays


def write_run(folder: Path, run: Run) -> None:
    """Replace what is known of the run in *folder*, which must be there, and its copy `CARD`."""
    with writing(folder) as db:
        for table in (tables.RUN, tables.SCHEMES):
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - one of two
        db.execute("DELETE FROM gates WHERE cell IS NULL")
        tables.insert(db, tables.RUN, run)
        for arm in run.arms:
            tables.insert(db, tables.SCHEMES, arm)
        for gate in run.gates:
            tables.insert(db, tables.GATES, gate, cell=None)
    card = folder / CARD
    fresh = card.with_suffix(".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
    fresh.replace(card)


def write_environment(folder: Path, environment: Environment) -> None:
    """Replace what is known of the machine of the run in *folder*."""
    with writing(folder) as db:
        db.execute("DELETE FROM environment")
        tables.insert(db, tables.ENVIRONMENT, environment)


def write_cell(folder: Path, cell: Cell, arrays: Arrays | None = None) -> None:
    """Save one cell; one that is there already is replaced, and stays with its part."""
    with writing(folder) as db:
        was = db.execute("SELECT part FROM cells WHERE id = ?", (cell.id,)).fetchone()
        _save(db, Recorded(cell, arrays or {}), was[0] if was else None)


def write_part(folder: Path, part: Part | None, cells: Iterable[Recorded]) -> None:
    """Save the *cells* of a finished *part*, all or none; None: they belong to no finished one."""
    with writing(folder) as db:
        for each in cells:
            _save(db, each, part.name if part else None)
        if part is not None:
            tables.insert(db, tables.PARTS, part)


def forget_unfinished(folder: Path) -> None:
    """Delete the cells that belong to no finished part."""
    with writing(folder) as db:
        for (cell,) in _rows(db, "SELECT id FROM cells WHERE part IS NULL"):
            _forget(db, cell)


def write_results(folder: Path, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """
    Replace the table `results`: the figures that a report found, one a row.

    Leaves the file as it is, to the byte, if it has these rows.
    """
    with reading(folder) as db:
        known = db.execute("SELECT name FROM pragma_table_info('results')").fetchall()
        if [name for (name,) in known] == list(columns):
            found = db.execute("SELECT * FROM results ORDER BY rowid").fetchall()
            if list(map(tuple, found)) == list(map(tuple, rows)):
                return
    names = ", ".join(f'"{name}"' for name in columns)
    with writing(folder) as db:
        db.execute("DROP TABLE IF EXISTS results")
        db.execute(f"CREATE TABLE results ({names})")
        places = ", ".join("?" * len(columns))
        db.executemany(f"INSERT INTO results VALUES ({places})", rows)  # noqa: S608 - question marks


def read_run(folder: Path) -> Run:
    """Return the run in *folder*; raises `NotARun` or `DamagedRecord`."""
    with reading(folder) as db:
        (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise damaged(folder / FILE, found.splitlines()[-1])
        row = _only_row(db, folder, tables.RUN)
        gates = _rows(db, "SELECT * FROM gates WHERE cell IS NULL ORDER BY rowid")
        schemes = _rows(db, "SELECT * FROM schemes ORDER BY rowid")
        if any("title" not in each.keys() for each in schemes):  # noqa: SIM118 - a row has values
            raise NotARun(
                f"{folder / FILE} does not say what its schemes are made of; measure again"
            )
        return _struct(
            folder,
            Run,
            row,
            arms=[_struct(folder, Arm, each) for each in schemes],
            gates=[_struct(folder, Gate, each) for each in gates],
        )


def read_environment(folder: Path) -> Environment:
    """Return the environment of the run in *folder*; `NeverWritten` if it has none yet."""
    with reading(folder) as db:
        return _struct(folder, Environment, _only_row(db, folder, tables.ENVIRONMENT))


def read_parts(folder: Path) -> list[Part]:
    """Return the finished parts of the run in *folder*, in the order they were finished."""
    with reading(folder) as db:
        rows = _rows(db, "SELECT * FROM parts ORDER BY rowid")
        return [_struct(folder, Part, row) for row in rows]


def read_cells(folder: Path, part: str | None = None) -> list[Cell]:
    """Return every saved cell, or those of one finished *part*, in the order of measuring."""
    with reading(folder) as db:
        return list(_cells(db, folder, part))


def read_arrays(folder: Path, cell: Cell) -> dict[str, NDArray[Any]]:
    """Return the raw samples of *cell* by name; empty if it has none."""
    with reading(folder) as db:
        return _arrays(db, folder, cell)


def read_all(folder: Path) -> list[Recorded]:
    """Return every saved cell with its raw samples, in the order of measuring."""
    with reading(folder) as db:
        return [Recorded(each, _arrays(db, folder, each)) for each in _cells(db, folder)]


def _save(db: sqlite3.Connection, each: Recorded, part: str | None) -> None:
    cell = each.cell
    _forget(db, cell.id)
    tables.insert(db, tables.CELLS, cell, part=part)
    for gate in cell.gates:
        tables.insert(db, tables.GATES, gate, cell=cell.id)
    for name, array in sorted(each.arrays.items()):
        own = np.asarray(array)
        if own.ndim != 1 or own.dtype.kind not in "iufb":
            raise ValueError(f"{name} of {cell.id} is not a list of numbers")
        own = own.astype(own.dtype.newbyteorder("<"))
        row = (cell.id, name, own.dtype.str, own.size, zlib.compress(own.tobytes()))
        db.execute("INSERT INTO samples VALUES (?, ?, ?, ?, ?)", row)


def _forget(db: sqlite3.Connection, cell: str) -> None:
    db.execute("DELETE FROM cells WHERE id = ?", (cell,))
    for table in _OWN:
        db.execute(f"DELETE FROM {table} WHERE cell = ?", (cell,))  # noqa: S608 - one of two


def _cells(db: sqlite3.Connection, folder: Path, part: str | None = None) -> Iterator[Cell]:
    gates: dict[str, list[Gate]] = defaultdict(list)
    for row in _rows(db, "SELECT * FROM gates WHERE cell IS NOT NULL ORDER BY rowid"):
        gates[row["cell"]].append(_struct(folder, Gate, row))
    names: dict[str, list[str]] = defaultdict(list)
    for cell, name in _rows(db, "SELECT cell, name FROM samples ORDER BY cell, name"):
        names[cell].append(name)
    for row in _rows(db, "SELECT * FROM cells WHERE ifnull(?, part) IS part ORDER BY id", part):
        cell = row["id"]
        yield _struct(folder, Cell, row, gates=gates[cell], arrays=names[cell])


def _arrays(db: sqlite3.Connection, folder: Path, cell: Cell) -> dict[str, NDArray[Any]]:
    found = {}
    for row in _rows(db, "SELECT * FROM samples WHERE cell = ? ORDER BY name", cell.id):
        try:
            kind = np.dtype(row["type"])
            array = np.frombuffer(zlib.decompress(row["data"]), kind)
            if kind.kind not in "iufb" or array.size != row["count"]:
                raise ValueError(f"these are not {row['count']} numbers")
        except (TypeError, ValueError, zlib.error) as exc:
            raise damaged(folder / FILE, f"{row['name']} of {cell.id}: {exc}") from exc
        found[row["name"]] = array.copy()  # or nobody could write to it
    return found


def _rows(db: sqlite3.Connection, sql: str, *values: str | None) -> list[sqlite3.Row]:
    # All at once: a statement that is not read to its end keeps the file locked.
    return db.execute(sql, values).fetchall()


def _only_row(db: sqlite3.Connection, folder: Path, table: str) -> sqlite3.Row:
    row: sqlite3.Row | None = db.execute(f"SELECT * FROM {table}").fetchone()  # noqa: S608 - ours
    if row is None:
        raise NeverWritten(f"{folder / FILE} holds no {table}: its bench ended before that")
    return row


def _struct(folder: Path, kind: type[tables.S], row: sqlite3.Row, **apart: Any) -> tables.S:
    try:
        return tables.struct(kind, row, **apart)
    except (msgspec.MsgspecError, TypeError) as exc:
        raise damaged(folder / FILE, f"a {kind.__name__.lower()}: {exc}") from exc
