"""Processes that open a new SQLite file at the same instant: each waits its turn, none fails."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from sessions.stores.sqlite import SQLiteStore

PROCESSES = 5
FILES = 25


def _open(paths: Sequence[Path], together: Barrier, said: Connection) -> None:
    """Open each of *paths* when everybody does, and say what went wrong."""
    wrong = []
    for path in paths:
        together.wait()
        try:
            store = SQLiteStore(path)
            store.ping()
            store.close()
        except sqlite3.Error as exc:
            wrong.append(f"{path.name}: {exc}")
    said.send(wrong)


def test_a_new_file_may_be_opened_by_many_at_once(tmp_path: Path) -> None:
    """As the nodes of a site do that are started together, with no file there yet."""
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(PROCESSES)
    paths = [tmp_path / f"{number}.sqlite" for number in range(FILES)]
    started = []
    for _ in range(PROCESSES):
        heard, said = context.Pipe(duplex=False)
        process = context.Process(target=_open, args=(paths, together, said))
        process.start()
        started.append((process, heard))
    wrong = [heard.recv() for _, heard in started]
    for process, _ in started:
        process.join(timeout=30)
    assert wrong == [[]] * PROCESSES


def test_a_file_that_is_no_database_is_refused_at_once(tmp_path: Path) -> None:
    """Only a lock is worth waiting for."""
    path = tmp_path / "sessions.sqlite"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        SQLiteStore(path)
