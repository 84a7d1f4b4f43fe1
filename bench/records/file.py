"""The file of a run: made, opened, and refused by name if it is not one.

A transaction is in the file whole or not at all, also after kill -9: SQLite's own journal, which
whoever opens the file next rolls back. At rest a run is one file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from ..nearest import nearest
from .tables import create
from .types import FORMAT

FILE = "records.sqlite"
ROOT = Path(__file__).parents[2]
IS_CHECKOUT = (ROOT / "pyproject.toml").is_file()
"""Whether the project runs from its sources; installed, it keeps its hands off its own folder."""
GENERATED = (ROOT if IS_CHECKOUT else Path.cwd()) / "reports" / "generated"
"""Where the bench writes runs, so that a run can be called by its name alone."""
APPLICATION_ID = 0x536F543F
"""`SoT?` in the header of the file, which is how `file` and SQLite tell it from others."""
PAGE_BYTES = 1024
"""Blobs begin a page each: small pages make the file a tenth smaller than SQLite's 4,096 bytes."""
PATIENCE_S = 30.0
"""Waited for another process that is writing."""

_ERRNO = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
_MISSES = 1_000
"""Rows that may be missing in a row before the rest is given up."""


class RecordError(ValueError):
    """A run that cannot be read as one."""


class NotARun(RecordError):
    """There is no run, or one of a format this version does not know."""


class DamagedRecord(RecordError):
    """The file of a run cannot be read; the message names it, and what can still be read."""


class NeverWritten(RecordError):
    """The bench ended before it recorded what is asked for."""


def find_run(name: str) -> Path:
    """
    Return the folder that *name* means: a path, or a run under `reports/generated`.

    Raises `NotARun` with the names that there are.
    """
    for folder in (Path(name), GENERATED / name):
        if (folder / FILE).is_file():
            return folder.resolve()
    if Path(name).is_dir():
        raise NotARun(_without_file(Path(name)))
    known = sorted(path.parent.name for path in GENERATED.glob(f"*/{FILE}"))
    remedy = nearest(name, known) if known else "there are none yet: make bench"
    raise NotARun(f"no run is called {name}; {remedy}")


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the file of the run in *folder*; `NotARun` or `DamagedRecord` if it is none."""
    path = folder / FILE
    if not path.is_file():
        raise NotARun(_without_file(folder))
    try:
        with contextlib.closing(_connect(path)) as db:
            db.row_factory = sqlite3.Row
            _refuse_foreign(db, path)
            yield db
    except sqlite3.Error as exc:
        raise damaged(path, exc) from exc


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """
    Open the file of the run in *folder*, and make it if there is none, for one transaction.

    Raises `OSError` if the disk does not take what is written, and `RecordError` for a file that
    is not the file of a run.
    """
    path = folder / FILE
    try:
        with contextlib.closing(
            sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
        ) as db:
            db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of no effect once there is a table
            db.execute("BEGIN IMMEDIATE")
            if not db.execute("PRAGMA schema_version").fetchone()[0]:
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {FORMAT}")
                create(db)
            _refuse_foreign(db, path)
            yield db
            db.execute("COMMIT")
    except sqlite3.Error as exc:
        code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
        if code in _ERRNO:
            raise OSError(_ERRNO[code], os.strerror(_ERRNO[code]), str(path)) from exc
        raise damaged(path, exc) from exc


def damaged(path: Path, why: object) -> RecordError:
    """Return the error that names *path*, and what of it can still be read."""
    code = getattr(why, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return NotARun(f"{path} is no SQLite file; a run has one there, and make bench writes runs")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return RecordError(f"{path} is being written by another process; try again")
    return DamagedRecord(f"{path} is damaged ({why}): {_legible(path)}; copy it again if you can")


def _connect(path: Path) -> sqlite3.Connection:
    # For reading and writing where that is allowed: a transaction cut off by kill -9 is undone.
    return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", timeout=PATIENCE_S, uri=True)


def _refuse_foreign(db: sqlite3.Connection, path: Path) -> None:
    (program,), (version,) = (
        db.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
    )
    if not program and not db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
        raise NotARun(f"{path} is empty: the bench ended before it wrote anything")
    if program != APPLICATION_ID:
        raise NotARun(f"{path} is an SQLite file of another program, and not a run")
    if version != FORMAT:
        raise NotARun(
            f"{path} has format {version}, and this version reads {FORMAT}; read it with the "
            "version that wrote it, or query it with SQLite"
        )


def _without_file(folder: Path) -> str:
    if (folder / "run.json").is_file():
        return (
            f"{folder} has format 1, a folder of files, and this version reads {FORMAT}; render it "
            "with the version that measured it"
        )
    return f"{folder} is not a run: it has no {FILE}; make bench writes runs"


def _legible(path: Path) -> str:
    """Say how many cells of a damaged file are whole."""
    whole = misses = row = 0
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_connect(path)) as db:
        # Or SQLite reads nothing of a file that was cut short.
        db.execute("PRAGMA writable_schema = ON")
        while misses < _MISSES:
            row += 1
            found = _is_whole(db, row)
            whole += found
            misses = 0 if found else misses + 1
    return f"{whole:,} of its cells can still be read with SQLite (docs/records.md)"


def _is_whole(db: sqlite3.Connection, row: int) -> bool:
    try:
        cell = db.execute("SELECT id FROM cells WHERE rowid = ?", (row,)).fetchone()
        if cell is None:
            return False
        for (data,) in db.execute("SELECT data FROM samples WHERE cell = ?", cell):
            zlib.decompress(data)
    except (sqlite3.Error, zlib.error, TypeError):
        return False
    return True
