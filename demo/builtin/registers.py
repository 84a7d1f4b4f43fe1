"""Registers over the stores of the settings, so that the nodes of a deployment share accounts."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from limits.storage import RedisStorage, Storage
from valkey.exceptions import ConnectionError, ResponseError, TimeoutError  # noqa: A004

from sessions.stores.pool import Pool
from sessions.stores.sqlite_connection import File

from ..accounts import MemoryRegisters, Registers
from ..auth import Settings
from ..storage import best, postgres_url, redis_client, sqlite_path

# No mount can be called so: an alias begins with a letter or a digit.
PREFIX = "_demo:"
SCHEMA = "_demo"
WHAT = "the demo's accounts"

# KEYS: register. ARGV: '1' and the value there should be, or '0' and ''; the same for the new
# value; milliseconds that it lives, or '0'.
_SWAP = """
local found = redis.call('GET', KEYS[1])
if ARGV[1] == '0' then
  if found then return 0 end
elseif found ~= ARGV[2] then return 0 end
if ARGV[3] == '0' then redis.call('DEL', KEYS[1])
elseif ARGV[5] == '0' then redis.call('SET', KEYS[1], ARGV[4])
else redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5]) end
return 1
"""
_TABLE = """
CREATE TABLE IF NOT EXISTS registers (name TEXT PRIMARY KEY, value BLOB NOT NULL, until REAL);
"""
_READ = "SELECT value FROM registers WHERE name = ? AND (until IS NULL OR until > ?)"


def open_registers(settings: Settings) -> Registers:
    """Return registers in the best store of *settings*; in memory if there is none."""
    kind = best(settings)
    if kind == "redis":
        return ValkeyRegisters(settings)
    if kind == "postgres":
        return PostgresRegisters(settings)
    return SQLiteRegisters(settings) if kind == "sqlite" else MemoryRegisters()


def limiter_storage(settings: Settings) -> Storage | None:
    """Return where failed logins are counted; None is this process, for want of a Valkey."""
    if best(settings) != "redis":
        return None
    pool = redis_client(WHAT, settings).connection_pool
    return RedisStorage("valkey://", connection_pool=pool, key_prefix=f"{PREFIX}limits")


class ValkeyRegisters:
    """A key for each register."""

    outages: tuple[type[Exception], ...] = (ConnectionError, TimeoutError, ResponseError)

    def __init__(self, settings: Settings) -> None:
        # The client's annotations are those of its synchronous and asynchronous forms at once.
        self._client: Any = redis_client(WHAT, settings)
        self._swap = self._client.register_script(_SWAP)

    def get(self, name: str) -> bytes | None:
        value: bytes | None = self._client.get(PREFIX + name)
        return value

    def swap(
        self, name: str, old: bytes | None, new: bytes | None, lives_s: float | None = None
    ) -> bool:
        lives_ms = 0 if lives_s is None else max(1, round(lives_s * 1000))
        arguments: list[Any] = [
            int(old is not None),
            old or b"",
            int(new is not None),
            new or b"",
            lives_ms,
        ]
        return bool(self._swap(keys=[PREFIX + name], args=arguments))

    def close(self) -> None:
        self._client.close()


class SQLiteRegisters:
    """A row for each register."""

    outages: tuple[type[Exception], ...] = (sqlite3.OperationalError,)

    def __init__(self, settings: Settings) -> None:
        self._file = File(sqlite_path(WHAT, settings), _TABLE, "registers")

    def get(self, name: str) -> bytes | None:
        rows = self._file.rows(_READ, (name, time.time()))
        return rows[0][0] if rows else None

    def swap(
        self, name: str, old: bytes | None, new: bytes | None, lives_s: float | None = None
    ) -> bool:
        now = time.time()
        until = None if lives_s is None else now + lives_s
        with self._file.writing() as connection:
            row = connection.execute(_READ, (name, now)).fetchone()
            if (None if row is None else row[0]) != old:
                return False
            # What nobody will ask for again is cleared away by those who write.
            connection.execute("DELETE FROM registers WHERE name = ? OR until <= ?", (name, now))
            if new is not None:
                connection.execute("INSERT INTO registers VALUES (?, ?, ?)", (name, new, until))
            return True

    def close(self) -> None:
        self._file.close()


class PostgresRegisters:
    """A row for each register, in a schema of their own."""

    def __init__(self, settings: Settings) -> None:
        url = postgres_url(WHAT, settings)
        # Only now: the driver is an extra, and who has no PostgreSQL does not need it.
        from psycopg import OperationalError

        from sessions.stores.postgres_connection import Connection
        from sessions.stores.postgres_errors import OUTAGES, NoAnswer

        self.outages = OUTAGES
        self._pool: Pool[Any] = Pool(
            lambda: _with_table(Connection(url, SCHEMA)),
            is_silence=lambda exc: isinstance(exc, NoAnswer),
            refuse=OperationalError,
        )

    def get(self, name: str) -> bytes | None:
        found = self._run(
            "SELECT value FROM {schema}.registers "
            "WHERE name = $1 AND (until IS NULL OR until > $2)",
            *(name.encode(), time.time()),
        )
        value: bytes | None = found.get_value(0, 0) if found.ntuples else None
        return value

    def swap(
        self, name: str, old: bytes | None, new: bytes | None, lives_s: float | None = None
    ) -> bool:
        key, now = name.encode(), time.time()
        until = None if lives_s is None else now + lives_s
        if old is None and new is None:
            return self.get(name) is None
        if old is None:
            # A value whose time is up is none, and is taken over in the same step.
            done = self._run(
                "INSERT INTO {schema}.registers AS known VALUES ($1, $2, $3) "
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value, until = excluded.until "
                "WHERE known.until <= $4 RETURNING 1",
                *(key, new, until, now),
            )
        elif new is None:
            done = self._run(
                "DELETE FROM {schema}.registers WHERE name = $1 AND value = $2 "
                "AND (until IS NULL OR until > $3) RETURNING 1",
                *(key, old, now),
            )
        else:
            done = self._run(
                "UPDATE {schema}.registers SET value = $3, until = $4 WHERE name = $1 "
                "AND value = $2 AND (until IS NULL OR until > $5) RETURNING 1",
                *(key, old, new, until, now),
            )
        if until is not None and done.ntuples:
            # What nobody will ask for again is cleared away by those who write.
            self._run("DELETE FROM {schema}.registers WHERE until <= $1", now)
        return bool(done.ntuples)

    def close(self) -> None:
        self._pool.close()

    def _run(self, statement: str, *values: bytes | float | None) -> Any:
        with self._pool.connection() as connection:
            return connection.run_alone(statement, *values)


def _with_table(connection: Any) -> Any:
    """Make the table if it is not there: also after a server came back without its data."""
    known = connection.run(
        "SELECT FROM information_schema.tables WHERE table_schema = $1 AND table_name = $2",
        *(SCHEMA.encode(), b"registers"),
    )
    if not known.ntuples:
        # Nodes that start at once take turns: two that make one table would disturb each other.
        connection.script(
            "SELECT pg_advisory_xact_lock(78351); CREATE SCHEMA IF NOT EXISTS {schema}; "
            "CREATE TABLE IF NOT EXISTS {schema}.registers "
            "(name bytea PRIMARY KEY, value bytea NOT NULL, until double precision)"
        )
    return connection
