"""Sessions in PostgreSQL: durable, shared by all nodes, one round trip away."""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("psycopg") is None:
    raise ImportError("PostgresStore needs psycopg: pip install 'psycopg[binary]'")

from collections.abc import Mapping
from hashlib import sha256

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
from .base import GARBAGE_S
from .postgres_connection import Row, Value, instant, rows
from .postgres_errors import OUTAGES
from .postgres_pool import PostgresPool

# Clears away `SWEPT` of what is long past; skips what is locked: somebody is at it already.
_CREATE = """
WITH swept AS (
    DELETE FROM {schema}.sessions WHERE key = ANY (ARRAY (SELECT key FROM {schema}.sessions
    WHERE expires_at <= $8 LIMIT 8 FOR UPDATE SKIP LOCKED))
)
INSERT INTO {schema}.sessions (key, subject, handle, seen_at, expires_at, head, data)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""


class PostgresStore:
    """One table, and at most 16 connections; see `SessionStore` for the contract.

    *conninfo* is a str: a URL, or what else libpq takes. All tables are in *schema*, which is made
    on first use: stores of different schemas are strangers. A role that may not make it needs
    USAGE on the schema, and SELECT, INSERT, UPDATE and DELETE on its tables.

    A server that does not answer within 1.5 s is an outage. Works behind a pooler that hands out
    transactions, such as PgBouncer: it is detected, and nothing is prepared or set for longer
    than a transaction.

    Raises TypeError or ValueError for arguments that no server could take.
    """

    outages: tuple[type[Exception], ...] = OUTAGES
    strength: Strength = Immediate()

    def __init__(self, conninfo: str, schema: str = "sessions") -> None:
        self._pool = PostgresPool(conninfo, schema)

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        self._pool.run(
            _CREATE,
            key,
            *_columns(record, expires_at),
            encode_data(record.data),
            record.created_at - GARBAGE_S,
        )

    def read(self, key: bytes, fresh: bool = False) -> Record | None:  # noqa: ARG002
        result = self._pool.run(
            "SELECT head, seen_at, data FROM {schema}.sessions WHERE key = $1", key
        )
        if not result.ntuples:
            return None
        value = result.get_value
        return _record((value(0, 0), value(0, 1), value(0, 2)))

    def touch(self, key: bytes, seen_at: float, expires_at: float) -> bool:
        result = self._pool.run(
            "UPDATE {schema}.sessions "
            "SET expires_at = CASE WHEN seen_at < $2 THEN $3 ELSE expires_at END, "
            "seen_at = greatest(seen_at, $2) WHERE key = $1",
            key,
            seen_at,
            expires_at,
        )
        return result.command_tuples == 1

    def merge(self, key: bytes, changes: Mapping[str, bytes | None], limit_bytes: int) -> bool:
        with self._pool.transaction() as connection:
            found = rows(
                connection.run("SELECT data FROM {schema}.sessions WHERE key = $1 FOR UPDATE", key)
            )
            if not found:
                return False
            known = _data(found[0][0])
            if known is None:
                return False
            data = encode_data(merged(known, changes, limit_bytes))
            connection.run("UPDATE {schema}.sessions SET data = $2 WHERE key = $1", key, data)
            return True

    def replace(self, key: bytes, new_key: bytes, record: Record, expires_at: float) -> bool:
        # A deletion by subject that meets this update waits for it and then follows the row to
        # its new key. A DELETE and an INSERT in its place would let the session escape.
        result = self._pool.run(
            "UPDATE {schema}.sessions SET key = $2, subject = $3, handle = $4, seen_at = $5, "
            "expires_at = $6, head = $7 WHERE key = $1",
            key,
            new_key,
            *_columns(record, expires_at),
        )
        return result.command_tuples == 1

    def delete(self, key: bytes) -> Record | None:
        result = self._pool.run(
            "DELETE FROM {schema}.sessions WHERE key = $1 RETURNING head, seen_at, data", key
        )
        return next((_record(row) for row in rows(result)), None)

    def delete_handle(self, subject: str, handle: str) -> bool:
        result = self._pool.run(
            "DELETE FROM {schema}.sessions WHERE subject = $1 AND handle = $2",
            subject.encode(),
            handle.encode(),
        )
        return bool(result.command_tuples)

    def delete_subject(self, subject: str, keep: str | None = None) -> int:
        name = subject.encode()
        with self._pool.transaction() as connection:
            # Two of these at once could lock the same rows in different orders, and deadlock.
            connection.run("SELECT pg_advisory_xact_lock($1)", self._turn(name))
            result = connection.run(
                "DELETE FROM {schema}.sessions WHERE subject = $1 AND handle IS DISTINCT FROM $2",
                name,
                None if keep is None else keep.encode(),
            )
        return result.command_tuples or 0

    def list_subject(self, subject: str) -> list[Record]:
        result = self._pool.run(
            "SELECT head, seen_at FROM {schema}.sessions WHERE subject = $1", subject.encode()
        )
        records = (_record((*row, None)) for row in rows(result))
        return [record for record in records if record is not None]

    def reap(self, now: float, limit: int = 1000) -> int:
        # Skip what is locked: somebody is renewing it, or clearing it away already.
        result = self._pool.run(
            "DELETE FROM {schema}.sessions WHERE key = ANY (ARRAY ("
            "SELECT key FROM {schema}.sessions WHERE expires_at <= $1 LIMIT $2 "
            "FOR UPDATE SKIP LOCKED))",
            now,
            limit.to_bytes(8),
        )
        return result.command_tuples or 0

    def ping(self) -> None:
        self._pool.run("SELECT 1 FROM {schema}.sessions LIMIT 1")

    def close(self) -> None:
        self._pool.close()

    def _turn(self, name: bytes) -> bytes:
        """The bigint on which all operations on one subject take turns."""
        return sha256(self._pool.schema.encode() + b"\x00" + name).digest()[:8]


def _columns(record: Record, expires_at: float) -> tuple[Value, ...]:
    return (
        None if record.subject is None else record.subject.encode(),
        record.handle.encode(),
        record.seen_at,
        expires_at,
        encode_head(record),
    )


def _record(row: Row) -> Record | None:
    head, seen_at, data = row
    try:
        return decode_record(
            head or b"", instant(seen_at), {} if data is None else decode_data(data)
        )
    except Damaged as exc:
        emit(Event.DAMAGED, store="postgres", detail=str(exc))
        return None


def _data(encoded: bytes | None) -> dict[str, bytes] | None:
    try:
        return decode_data(encoded or b"")
    except Damaged as exc:
        emit(Event.DAMAGED, store="postgres", detail=str(exc))
        return None
