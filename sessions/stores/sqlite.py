"""Sessions in an SQLite file: durable, shared by the processes of one machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from ..events import Event, emit
from ..record import (
    Damaged,
    Record,
    decode_data,
    decode_record,
    encode_data,
    encode_head,
    merged,
)
from ..strength import Immediate, Strength
from .base import GARBAGE_S, SWEPT
from .sqlite_connection import File

_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    key        BLOB PRIMARY KEY,
    subject    TEXT,
    handle     TEXT NOT NULL,
    seen_at    REAL NOT NULL,
    expires_at REAL NOT NULL,
    head       BLOB NOT NULL,
    data       BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_subject ON sessions (subject) WHERE subject IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_expires_at ON sessions (expires_at);
"""
_REAP = "DELETE FROM sessions WHERE key IN (SELECT key FROM sessions WHERE expires_at <= ? LIMIT ?)"


class SQLiteStore:
    """One table in a file that its owner alone may read; see `SessionStore` for the contract.

    Write-ahead logging lets readers go on beside a writer. `synchronous=FULL` makes a commit
    wait for the disk: a logout that was acknowledged survives a loss of power. The file may be
    moved, replaced or damaged meanwhile: that is an outage at most, and over once a good file
    is back. Its folder must be there.
    """

    outages: tuple[type[Exception], ...] = (sqlite3.OperationalError,)
    strength: Strength = Immediate()

    def __init__(self, path: Path | str) -> None:
        self._file = File(path, _SCHEMA, "sessions_expires_at")

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        with self._file.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, *_columns(record, expires_at), encode_data(record.data)),
            )
            connection.execute(_REAP, (record.created_at - GARBAGE_S, SWEPT))

    def read(self, key: bytes, fresh: bool = False) -> Record | None:  # noqa: ARG002
        rows = self._file.rows("SELECT head, seen_at, data FROM sessions WHERE key = ?", (key,))
        return _record(*rows[0]) if rows else None

    def touch(self, key: bytes, seen_at: float, expires_at: float) -> bool:
        with self._file.writing() as connection:
            cursor = connection.execute(
                "UPDATE sessions SET expires_at = CASE WHEN seen_at < ? THEN ? "
                "ELSE expires_at END, seen_at = max(seen_at, ?) WHERE key = ?",
                (seen_at, expires_at, seen_at, key),
            )
            return cursor.rowcount == 1

    def merge(self, key: bytes, changes: Mapping[str, bytes | None], limit_bytes: int) -> bool:
        with self._file.writing() as connection:
            row = connection.execute("SELECT data FROM sessions WHERE key = ?", (key,)).fetchone()
            if row is None:
                return False
            known = _data(row[0])
            if known is None:
                return False
            data = encode_data(merged(known, changes, limit_bytes))
            connection.execute("UPDATE sessions SET data = ? WHERE key = ?", (data, key))
            return True

    def replace(self, key: bytes, new_key: bytes, record: Record, expires_at: float) -> bool:
        with self._file.writing() as connection:
            cursor = connection.execute(
                "UPDATE sessions SET key = ?, subject = ?, handle = ?, seen_at = ?, "
                "expires_at = ?, head = ? WHERE key = ?",
                (new_key, *_columns(record, expires_at), key),
            )
            return cursor.rowcount == 1

    def delete(self, key: bytes) -> Record | None:
        with self._file.writing() as connection:
            row = connection.execute(
                "DELETE FROM sessions WHERE key = ? RETURNING head, seen_at, data", (key,)
            ).fetchone()
        return None if row is None else _record(*row)

    def delete_handle(self, subject: str, handle: str) -> bool:
        with self._file.writing() as connection:
            cursor = connection.execute(
                "DELETE FROM sessions WHERE subject = ? AND handle = ?", (subject, handle)
            )
            return cursor.rowcount > 0

    def delete_subject(self, subject: str, keep: str | None = None) -> int:
        with self._file.writing() as connection:
            cursor = connection.execute(
                "DELETE FROM sessions WHERE subject = ? AND handle IS NOT ?", (subject, keep)
            )
            return cursor.rowcount

    def list_subject(self, subject: str) -> list[Record]:
        rows = self._file.rows("SELECT head, seen_at FROM sessions WHERE subject = ?", (subject,))
        records = (_record(head, seen_at, None) for head, seen_at in rows)
        return [record for record in records if record is not None]

    def reap(self, now: float, limit: int = 1000) -> int:
        with self._file.writing() as connection:
            return connection.execute(_REAP, (now, limit)).rowcount

    def ping(self) -> None:
        self._file.rows("SELECT 1 FROM sessions LIMIT 1")

    def close(self) -> None:
        self._file.close()


def _columns(record: Record, expires_at: float) -> tuple[object, ...]:
    return (record.subject, record.handle, record.seen_at, expires_at, encode_head(record))


def _record(head: bytes, seen_at: float, data: bytes | None) -> Record | None:
    try:
        return decode_record(head, seen_at, {} if data is None else decode_data(data))
    except Damaged as exc:
        emit(Event.DAMAGED, store="sqlite", detail=str(exc))
        return None


def _data(encoded: bytes) -> dict[str, bytes] | None:
    try:
        return decode_data(encoded)
    except Damaged as exc:
        emit(Event.DAMAGED, store="sqlite", detail=str(exc))
        return None
