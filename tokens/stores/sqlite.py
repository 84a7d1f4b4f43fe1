"""What tokens need kept, in an SQLite file: durable, shared by the processes of one machine."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ..events import Event, emit
from ..record import Damaged, Outcome, Record, Rotation, decode_record, encode_head
from .base import (
    GARBAGE_S,
    LINEAGE_BYTES,
    SPENT_KEPT,
    SWEPT,
    Changes,
    Cursor,
    is_of_family,
)
from .sqlite_connection import File
from .sqlite_schema import FORGET, REAP, SCHEMA


class SQLiteStore:
    """A few tables in a file that its owner alone may read; see `TokenStore` for the contract.

    Write-ahead logging lets readers go on beside a writer. `synchronous=FULL` makes a commit
    wait for the disk: a logout that was acknowledged survives a loss of power. The file may be
    moved, replaced or damaged meanwhile: that is an outage at most, and over once a good file
    is back. Its folder must be there.
    """

    outages: tuple[type[Exception], ...] = (sqlite3.OperationalError,)

    def __init__(self, path: Path | str) -> None:
        self._file = File(path, SCHEMA, "life")

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        head = encode_head(record)
        with self._file.writing() as connection:
            cursor = connection.execute(
                "INSERT OR IGNORE INTO families VALUES (?, ?, ?, ?, ?, ?)",
                (record.handle, record.subject, record.seen_at, expires_at, head, record.data),
            )
            if cursor.rowcount == 1:
                connection.execute(
                    "INSERT INTO refresh_tokens (handle, key) VALUES (?, ?)", (record.handle, key)
                )
            for statement in REAP:
                connection.execute(statement, (record.created_at - GARBAGE_S, SWEPT))

    def read(self, handle: str, key: bytes) -> Record | None:
        rows = self._file.rows(
            "SELECT head, seen_at, data FROM families WHERE handle = ? AND EXISTS "
            "(SELECT 1 FROM refresh_tokens WHERE handle = ? AND (key = ? OR "
            "spent_at IS NULL AND substr(key, 1, ?) = ?))",
            (handle, handle, key, LINEAGE_BYTES, key[:LINEAGE_BYTES]),
        )
        return _record(*rows[0]) if rows else None

    def merge(self, handle: str, data: bytes, seen_after: float) -> bool:
        with self._file.writing() as connection:
            cursor = connection.execute(
                "UPDATE families SET data = ? WHERE handle = ? AND seen_at > ?",
                (data, handle, seen_after),
            )
            return cursor.rowcount == 1

    def replace(
        self,
        handle: str,
        key: bytes,
        new_key: bytes,
        nonce: bytes,
        seen_at: float,
        expires_at: float,
        grace_since: float,
    ) -> Rotation:
        with self._file.writing() as connection:
            row = connection.execute(
                "SELECT key FROM refresh_tokens WHERE handle = ? AND spent_at IS NULL", (handle,)
            ).fetchone()
            current = row[0] if row else None
            row = connection.execute(
                "SELECT spent_at, nonce FROM refresh_tokens WHERE handle = ? AND key = ?",
                (handle, key),
            ).fetchone()
            if row is None and not is_of_family(key, current):
                return Rotation(Outcome.ABSENT)
            # One that is no longer kept was spent long ago.
            spent_at, earlier_nonce = row or (0.0, b"")
            if key == current:
                connection.execute(
                    "UPDATE refresh_tokens SET spent_at = ?, nonce = ? "
                    "WHERE handle = ? AND key = ?",
                    (seen_at, nonce, handle, key),
                )
                connection.execute(
                    "INSERT INTO refresh_tokens (handle, key) VALUES (?, ?)", (handle, new_key)
                )
                connection.execute(
                    "UPDATE families SET seen_at = ?, expires_at = ? WHERE handle = ?",
                    (seen_at, expires_at, handle),
                )
                connection.execute(FORGET, (handle, key, handle, key, SPENT_KEPT - 1))
                return Rotation(Outcome.ROTATED, nonce)
            if not isinstance(spent_at, float) or not isinstance(earlier_nonce, bytes):
                spent_at, earlier_nonce = 0.0, b""  # damaged
            if row and spent_at >= grace_since:
                return Rotation(Outcome.REPEATED, earlier_nonce)
            connection.execute("DELETE FROM families WHERE handle = ?", (handle,))
            return Rotation(Outcome.REUSED, earlier_nonce, spent_at, current or b"")

    def delete(self, handle: str) -> Record | None:
        with self._file.writing() as connection:
            row = connection.execute(
                "DELETE FROM families WHERE handle = ? RETURNING head, seen_at, data", (handle,)
            ).fetchone()
        return None if row is None else _record(*row)

    def delete_handle(self, subject: str, handle: str) -> bool:
        with self._file.writing() as connection:
            cursor = connection.execute(
                "DELETE FROM families WHERE subject = ? AND handle = ?", (subject, handle)
            )
            return cursor.rowcount > 0

    def delete_subject(self, subject: str, keep: str | None = None) -> list[str]:
        with self._file.writing() as connection:
            rows = connection.execute(
                "DELETE FROM families WHERE subject = ? AND handle IS NOT ? "
                "RETURNING CAST(handle AS BLOB)",
                (subject, keep),
            ).fetchall()
        return [handle.decode(errors="replace") for (handle,) in rows]

    def list_subject(self, subject: str) -> list[Record]:
        rows = self._file.rows(
            "SELECT head, seen_at, data FROM families WHERE subject = ?", (subject,)
        )
        records = (_record(*row) for row in rows)
        return [record for record in records if record is not None]

    def deny(self, names: Sequence[str], until: float) -> None:
        with self._file.writing() as connection:
            for name in names:
                connection.execute(
                    "DELETE FROM denials WHERE name = ? AND until < ?", (name, until)
                )
                connection.execute(
                    "INSERT OR IGNORE INTO denials (name, until) VALUES (?, ?)", (name, until)
                )

    def is_denied(self, name: str) -> bool:
        return bool(self._file.rows("SELECT 1 FROM denials WHERE name = ?", (name,)))

    def denied_since(self, cursor: Cursor | None, limit: int = 10_000) -> Changes:
        life, sequence = ("", 0) if cursor is None else (cursor.life, cursor.sequence)
        # The file may be replaced meanwhile: a page and the life that it is of, in one look.
        rows = self._file.rows(
            "SELECT life.name, denials.name, until, sequence FROM life LEFT JOIN denials "
            "ON sequence > iif(life.name = ?, ?, 0) ORDER BY sequence LIMIT ?",
            (life, sequence, limit),
        )
        since = sequence if rows[0][0] == life else 0
        denials = [(name, until) for _, name, until, _ in rows if name is not None]
        reached = rows[-1][3] or since
        return Changes(denials, Cursor(rows[0][0], reached), len(denials) == limit)

    def listen(self) -> None:
        return None

    def advance(self, counter: str, step: int, first: int, until: float) -> int:
        with self._file.writing() as connection:
            (value,) = connection.execute(
                "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT (name) "
                "DO UPDATE SET value = value + ?, until = max(until, excluded.until) "
                "RETURNING value",
                (counter, first, until, step),
            ).fetchone()
        return int(value)

    def standing(self, name: str, counter: str) -> tuple[bool, int | None]:
        [(denied, value)] = self._file.rows(
            "SELECT EXISTS (SELECT 1 FROM denials WHERE name = ?), "
            "(SELECT value FROM counters WHERE name = ?)",
            (name, counter),
        )
        return bool(denied), value

    def reap(self, now: float, limit: int = 1000) -> int:
        reaped = 0
        with self._file.writing() as connection:
            for statement in REAP:
                reaped += connection.execute(statement, (now, limit - reaped)).rowcount
        return reaped

    def ping(self) -> None:
        self.is_denied("")

    def close(self) -> None:
        self._file.close()


def _record(head: bytes, seen_at: float, data: bytes) -> Record | None:
    try:
        return decode_record(head, seen_at, data)
    except Damaged as exc:
        emit(Event.DAMAGED, store="sqlite", detail=str(exc))
        return None
