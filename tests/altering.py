"""Changes the file of a run as somebody else might, without the code that writes runs."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from bench.records import FILE


def alter(folder: Path, sql: str, *values: object) -> None:
    """Run one statement on the records in *folder*."""
    with contextlib.closing(sqlite3.connect(folder / FILE)) as db, db:
        db.execute(sql, values)


def asked(folder: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Return the rows that a query of the records in *folder* finds."""
    with contextlib.closing(sqlite3.connect(folder / FILE)) as db:
        return list(map(tuple, db.execute(sql, values).fetchall()))
