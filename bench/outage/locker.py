"""A process that holds the write lock of SQLite files until it is killed.

Run by its path, as `python -I -S locker.py FILE ...`: it needs the standard library alone.
"""

from __future__ import annotations

import signal
import sqlite3
import sys

PATIENCE_S = 10.0


def main(*paths: str) -> None:
    """Take the locks, say so, and keep them."""
    connections = [
        sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None) for path in paths
    ]
    for connection in connections:
        connection.execute("BEGIN EXCLUSIVE")
    print("locked", flush=True)  # noqa: T201 - how the bench learns it
    signal.pause()


if __name__ == "__main__":
    main(*sys.argv[1:])
