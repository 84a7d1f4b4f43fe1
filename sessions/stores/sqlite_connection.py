"""The SQLite file: who may write, how long anybody waits, and what is believed of the file.

Reading takes one of a few connections, writing the only one there is: SQLite has one writer at a
time, and threads that queue for a connection do not poll for a lock. The other half has the same
file.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from . import forks
from .pool import Pool

BUSY_TIMEOUT_S = 1.5
"""How long a write waits for another process's before it is an outage."""
MAX_READERS = 8
CACHE_KIB = 16 * 1024
"""How much of the file a connection remembers. The file is never mapped into memory: a file that
somebody truncates would then kill the process, where now it is an outage."""
LOOK_S = 0.05
"""For how long a reader takes the file at the path for the one that it has open."""
RETRY_S = 0.005
"""How soon a new file is tried again that another process was just setting up."""

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_inherited: list[sqlite3.Connection] = []
"""What a forked child must neither use nor close; SQLite forbids both."""


class Connection:
    """One connection to the file as it was when it was opened."""

    def __init__(self, path: Path, schema: str, table: str, look_s: float) -> None:
        self.place: object = None
        self.idle_since = 0.0
        self._path = os.fspath(path)
        self._forks = forks.count
        self._sqlite: sqlite3.Connection | None = None
        _create_for_owner_alone(self._path)
        self._sqlite = sqlite3.connect(
            self._path,
            timeout=BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,  # it goes from hand to hand, one thread at a time
        )
        self.execute = self._sqlite.execute
        self._write_ahead()
        self.execute("PRAGMA synchronous = FULL")
        self.execute("PRAGMA foreign_keys = ON")
        self.execute(f"PRAGMA cache_size = {-CACHE_KIB}")
        # Each time: a file that was replaced by an empty one has lost the tables as well.
        if not self.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchall():
            self._sqlite.executescript(f"BEGIN IMMEDIATE; {schema} COMMIT;")
        # After the set-up: by then the file is there, whoever made it.
        self._file = os.stat(self._path)
        self._look_s = look_s
        self._look_at = 0.0

    def usable(self) -> bool:
        """Return whether it is open, this process's own, and still of the file at its path."""
        if self._sqlite is None or self._forks != forks.count:
            return False
        now = time.monotonic()
        if now < self._look_at:
            return True
        self._look_at = now + self._look_s
        try:
            found = os.stat(self._path)
        except OSError:
            return False
        return os.path.samestat(found, self._file) and found.st_size >= self._file.st_size

    def close(self) -> None:
        """Close it; an unfinished transaction is rolled back."""
        sqlite, self._sqlite = self._sqlite, None
        if sqlite is None:
            return
        if self._forks == forks.count:
            with suppress(sqlite3.Error):
                sqlite.close()
        else:
            _inherited.append(sqlite)

    def __del__(self) -> None:
        """Close it where its owner was interrupted and could not."""
        self.close()

    def _write_ahead(self) -> None:
        """Have the file written ahead; wait where others open the same new file meanwhile.

        SQLite waits for a lock, but not for this one: of two that would both change the file's
        mode it refuses one at once, lest they wait for each other.
        """
        deadline = time.monotonic() + BUSY_TIMEOUT_S
        while True:
            try:
                self.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as exc:
                if not _is_busy(exc) or time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_S)
            else:
                return


class File:
    """An SQLite file with the tables of *schema*, which are made where *table* is not there.

    Two processes may make them at once, so *schema* says `IF NOT EXISTS`.

    Each call takes a connection for itself. What cannot be read or written raises
    `sqlite3.OperationalError`, a damaged file included.
    """

    def __init__(self, path: Path | str, schema: str, table: str) -> None:
        self._path = _checked(path)
        self._schema = schema
        self._table = table
        self._readers = Pool(
            lambda: self._connect(LOOK_S),
            is_silence=_is_busy,
            refuse=sqlite3.OperationalError,
            max_connections=MAX_READERS,
        )
        # No write may go to a file that is not there any more. And a writer in another process
        # may take its time, as in clearing away: wait as long as for it.
        self._writer = Pool(
            lambda: self._connect(0.0),
            is_silence=_is_busy,
            refuse=sqlite3.OperationalError,
            max_connections=1,
            stall_s=BUSY_TIMEOUT_S,
        )
        self.rows("SELECT 1")  # fail now, and not at the first login, if this cannot be

    def rows(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        """Return all rows of a *statement* that changes nothing."""
        connection = self._readers.take()
        try:
            found = connection.execute(statement, values).fetchall()
        except BaseException as exc:
            self._readers.drop(connection, exc)
            if type(exc) is sqlite3.DatabaseError:
                raise _damaged(exc) from exc
            raise
        self._readers.give(connection)
        return found

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one connection that writes: all that is executed in the block happens, or nothing."""
        connection = self._writer.take()
        try:
            # Take the write lock at once: a transaction that reads first and writes later would
            # fail against another process's instead of waiting for it.
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")
        except BaseException as exc:
            self._writer.drop(connection, exc)
            if type(exc) is sqlite3.DatabaseError:
                raise _damaged(exc) from exc
            raise
        self._writer.give(connection)

    def close(self) -> None:
        """Close what is open and not in use."""
        self._readers.close()
        self._writer.close()

    def _connect(self, look_s: float) -> Connection:
        try:
            return Connection(self._path, self._schema, self._table, look_s)
        except (OSError, sqlite3.DatabaseError) as exc:
            # Those of a file that was emptied hold locks that keep a new one from opening.
            self.close()
            if isinstance(exc, OSError):
                raise sqlite3.OperationalError(f"cannot open the file: {exc.strerror}") from exc
            if type(exc) is sqlite3.DatabaseError:
                raise _damaged(exc) from exc
            raise


def _checked(path: Path | str) -> Path:
    """Return *path* as it is from everywhere; ValueError or TypeError if no file can be there."""
    if not isinstance(path, str | Path):
        raise TypeError(f"path must be a str or a Path, not {type(path).__name__}")
    text = os.fspath(path)
    if not text or text.startswith(":memory:"):
        raise ValueError("path must name a file: for sessions in memory use MemoryStore")
    if "://" in text or text.startswith("file:"):
        raise ValueError(
            f"path must name a file, and {text!r} is a URL: leave out what is before /"
        )
    # A process may change its folder, and then a relative path is another file.
    absolute = Path(os.path.abspath(text))
    if absolute.is_dir():
        raise ValueError(f"{text!r} is a folder: name a file in it")
    if not absolute.parent.is_dir():
        raise ValueError(f"the folder of {text!r} is not there: make it first")
    return absolute


def _create_for_owner_alone(path: str) -> None:
    """Create the file if it is not there; its journal and index take over its mode.

    Without opening it: to close a descriptor would end the locks of this process's connections.
    """
    with suppress(FileExistsError):
        try:
            os.mknod(path, stat.S_IFREG | 0o600)
        except PermissionError:  # where only root may, as on macOS
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _is_busy(exc: BaseException) -> bool:
    return isinstance(exc, sqlite3.Error) and getattr(exc, "sqlite_errorcode", 0) & 0xFF in _BUSY


def _damaged(exc: sqlite3.DatabaseError) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(f"the file is damaged: {exc}")
    error.sqlite_errorcode = exc.sqlite_errorcode
    return error
