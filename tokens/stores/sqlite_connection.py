"""A connection to the SQLite file: how it waits, how it writes, how it reads."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

BUSY_TIMEOUT_S = 1.5
"""How long a write waits for another process's before it is an outage."""

RETRY_S = 0.005
"""How soon a new file is tried again that another process was just setting up."""

MAPPED_BYTES = 1 << 30
"""How much of the file is read in place at most, which takes addresses and no memory."""


def connect(path: Path) -> sqlite3.Connection:
    """Open the file at *path*, which is made if it is not there; raises `sqlite3.Error`."""
    connection = sqlite3.connect(
        path,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,  # only so that whoever closes the store may close it
    )
    try:
        _set_up(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: sqlite3.Connection) -> None:
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    # Read in place: among a million rows no page of the next one is in a small cache.
    connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    connection.execute("PRAGMA foreign_keys = ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Have *connection* write ahead; wait where others open the same new file meanwhile.

    SQLite waits for a lock, but not for this one: of two who would both change the file's mode it
    refuses one at once, lest they wait for each other.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as exc:
            busy = exc.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(RETRY_S)
        else:
            return
