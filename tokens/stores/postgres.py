"""What tokens need kept, in PostgreSQL: durable, shared by all nodes, one round trip away."""

from __future__ import annotations

from importlib.util import find_spec

if find_spec("psycopg") is None:
    raise ImportError("PostgresStore needs psycopg: pip install 'psycopg[binary]'")

from collections.abc import Sequence
from hashlib import sha256

from ..events import Event, emit
from ..record import Damaged, Outcome, Record, Rotation, decode_record, encode_head
from . import postgres_statements as statements
from .base import GARBAGE_S, Changes, Cursor, Listener, is_of_family
from .postgres_connection import Row, instant, rows
from .postgres_errors import OUTAGES
from .postgres_listener import PostgresListener, channel
from .postgres_pool import PostgresPool


class PostgresStore:
    """A few tables, and at most 16 connections; see `TokenStore` for the contract.

    *conninfo* is a str: a URL, or what else libpq takes. All tables are in *schema*, which is made
    on first use: stores of different schemas are strangers. A role that may not make it needs
    USAGE on the schema and its sequence, and SELECT, INSERT, UPDATE and DELETE on its tables.

    A server that does not answer within 1.5 s is an outage. Works behind a pooler that hands out
    transactions, such as PgBouncer: it is detected, and nothing is prepared or set for longer
    than a transaction. A pooler passes no notifications on, so `listen` returns None then.

    Raises TypeError or ValueError for arguments that no server could take.
    """

    outages: tuple[type[Exception], ...] = OUTAGES

    def __init__(self, conninfo: str, schema: str = "tokens") -> None:
        self._pool = PostgresPool(conninfo, schema)

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        self._pool.run(
            statements.CREATE,
            record.handle.encode(),
            None if record.subject is None else record.subject.encode(),
            record.seen_at,
            expires_at,
            encode_head(record),
            record.data,
            key,
            record.created_at - GARBAGE_S,
        )

    def read(self, handle: str, key: bytes) -> Record | None:
        result = self._pool.run(statements.READ, handle.encode(), key)
        return next((_record(row) for row in rows(result)), None)

    def merge(self, handle: str, data: bytes, seen_after: float) -> bool:
        result = self._pool.run(
            "UPDATE {schema}.families SET data = $2 WHERE handle = $1 AND seen_at > $3",
            handle.encode(),
            data,
            seen_after,
        )
        return result.command_tuples == 1

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
        name = handle.encode()
        with self._pool.transaction() as connection:
            # Lock the family first, as its deletion does. Look at the token in a statement of
            # its own: one that waited would still see the token as it was before it waited.
            connection.run("SELECT FROM {schema}.families WHERE handle = $1 FOR UPDATE", name)
            found = rows(connection.run(statements.LOOK, name, key))
            if not found:
                return Rotation(Outcome.ABSENT)
            spent_at, earlier_nonce, current = found[0]
            if key == current:
                connection.run(statements.ROTATE, name, key, new_key, nonce, seen_at, expires_at)
                return Rotation(Outcome.ROTATED, nonce)
            if spent_at is None and not is_of_family(key, current):
                return Rotation(Outcome.ABSENT)
            # One that is no longer kept was spent long ago.
            earlier = (earlier_nonce or b"", instant(spent_at) if spent_at else 0.0)
            if spent_at and earlier[1] >= grace_since:
                return Rotation(Outcome.REPEATED, earlier[0])
            connection.run("DELETE FROM {schema}.families WHERE handle = $1", name)
            return Rotation(Outcome.REUSED, *earlier, current or b"")

    def delete(self, handle: str) -> Record | None:
        result = self._pool.run(
            "DELETE FROM {schema}.families WHERE handle = $1 RETURNING head, seen_at, data",
            handle.encode(),
        )
        return next((_record(row) for row in rows(result)), None)

    def delete_handle(self, subject: str, handle: str) -> bool:
        result = self._pool.run(
            "DELETE FROM {schema}.families WHERE subject = $1 AND handle = $2",
            subject.encode(),
            handle.encode(),
        )
        return bool(result.command_tuples)

    def delete_subject(self, subject: str, keep: str | None = None) -> list[str]:
        name = subject.encode()
        with self._pool.transaction() as connection:
            # Two of these at once could lock the same rows in different orders, and deadlock.
            connection.run("SELECT pg_advisory_xact_lock($1)", self._turn(b"of " + name))
            result = connection.run(
                "DELETE FROM {schema}.families WHERE subject = $1 AND handle IS DISTINCT FROM $2 "
                "RETURNING handle",
                name,
                None if keep is None else keep.encode(),
            )
        return [(handle or b"").decode() for (handle,) in rows(result)]

    def list_subject(self, subject: str) -> list[Record]:
        result = self._pool.run(
            "SELECT head, seen_at, data FROM {schema}.families WHERE subject = $1", subject.encode()
        )
        records = (_record(row) for row in rows(result))
        return [record for record in records if record is not None]

    def deny(self, names: Sequence[str], until: float) -> None:
        if not names:
            return
        # One text for any number of names: each once, in order, in digits that need no escape.
        listed = ",".join(f"x{name.encode().hex()}" for name in dict.fromkeys(names))
        with self._pool.transaction() as connection:
            # Numbers are drawn in turns that last until the commit, so that no lower one
            # becomes visible after a higher one, and who follows misses none.
            connection.run("SELECT pg_advisory_xact_lock($1)", self._turn(b"denials"))
            drawn = rows(connection.run(statements.DENY, listed.encode(), until))
            if drawn:
                newest = max(int.from_bytes(sequence or b"") for (sequence,) in drawn)
                where = channel(self._pool.schema).encode()
                connection.run("SELECT pg_notify($1, $2)", where, b"%d" % newest)

    def is_denied(self, name: str) -> bool:
        result = self._pool.run("SELECT FROM {schema}.denials WHERE name = $1", name.encode())
        return result.ntuples > 0

    def denied_since(self, cursor: Cursor | None, limit: int = 10_000) -> Changes:
        known = Cursor("", 0) if cursor is None else cursor
        result = self._pool.run(
            statements.SINCE, known.life.encode(), _bigint(known.sequence), _bigint(limit)
        )
        (life, since, *_), *_ = found = rows(result)
        page = [((name or b"").decode(), instant(until)) for _, _, _, name, until in found if until]
        reached = int.from_bytes(found[-1][2] or since or b"")
        return Changes(page, Cursor((life or b"").decode(), reached), len(page) == limit)

    def listen(self) -> Listener | None:
        self.ping()  # whoever listens first makes the tables
        listener = PostgresListener(self._pool.conninfo, self._pool.schema)
        if listener.is_pooled:
            listener.close()
            return None
        return listener

    def advance(self, counter: str, step: int, first: int, until: float) -> int:
        result = self._pool.run(
            "INSERT INTO {schema}.counters (name, value, until) VALUES ($1, $2, $3) "
            "ON CONFLICT (name) DO UPDATE SET value = counters.value + $4, "
            "until = greatest(counters.until, excluded.until) RETURNING value",
            counter.encode(),
            _bigint(first),
            until,
            _bigint(step),
        )
        [(value,)] = rows(result)
        return int.from_bytes(value or b"", signed=True)

    def standing(self, name: str, counter: str) -> tuple[bool, int | None]:
        result = self._pool.run(
            "SELECT EXISTS (SELECT FROM {schema}.denials WHERE name = $1), "
            "(SELECT value FROM {schema}.counters WHERE name = $2)",
            name.encode(),
            counter.encode(),
        )
        [(denied, value)] = rows(result)
        return denied == b"\x01", None if value is None else int.from_bytes(value, signed=True)

    def reap(self, now: float, limit: int = 1000) -> int:
        reaped = 0
        for statement in statements.REAP:
            reaped += self._pool.run(statement, now, _bigint(limit - reaped)).command_tuples or 0
        return reaped

    def ping(self) -> None:
        self.is_denied("")

    def close(self) -> None:
        self._pool.close()

    def _turn(self, name: bytes) -> bytes:
        """The bigint on which all operations on *name* take turns."""
        return sha256(self._pool.schema.encode() + b"\x00" + name).digest()[:8]


def _bigint(number: int) -> bytes:
    return number.to_bytes(8, signed=True)


def _record(row: Row) -> Record | None:
    head, seen_at, data = row
    try:
        return decode_record(head or b"", instant(seen_at), data or b"")
    except Damaged as exc:
        emit(Event.DAMAGED, store="postgres", detail=str(exc))
        return None
