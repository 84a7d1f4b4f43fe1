"""How many bytes a store holds, in the terms of each store, without what the server has anyway."""

from __future__ import annotations

import contextlib
import gc
import sqlite3
import tracemalloc
from pathlib import Path
from typing import Any, Protocol

import psycopg
import valkey
from psycopg import sql

from ..processes.children import BenchError

LOCK_TIMEOUT_S = 10


class Meter(Protocol):
    """One place where a scheme may keep something."""

    def bytes(self) -> int:
        """What it holds now; only differences mean something."""


class RedisMeter:
    """The database of a client: each key with its value, as `MEMORY USAGE` has it."""

    def __init__(self, client: valkey.Valkey) -> None:
        self._client: Any = client

    def bytes(self) -> int:
        pipeline = self._client.pipeline(transaction=False)
        for key in list(self._client.scan_iter(count=1000)):
            pipeline.memory_usage(key, samples=0)
        return sum(size or 0 for size in pipeline.execute())


class SQLiteMeter:
    """A file, as if written in order: random keys leave pages filled by chance."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def bytes(self) -> int:
        if not self._path.exists():
            return 0
        compact = self._path.with_suffix(".compact")
        compact.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(self._path)) as connection:
            connection.execute("VACUUM INTO ?", (str(compact),))
        return compact.stat().st_size


class PostgresMeter:
    """The tables of one schema with their indexes, written anew without gaps."""

    def __init__(self, url: str, schema: str) -> None:
        self._url = url
        self._schema = schema

    def bytes(self) -> int:
        try:
            with psycopg.connect(self._url, autocommit=True) as connection:
                connection.execute(f"SET lock_timeout = '{LOCK_TIMEOUT_S}s'")
                tables = connection.execute(_TABLES, (self._schema,)).fetchall()
                for (name,) in tables:
                    table = sql.Identifier(self._schema, name)
                    connection.execute(sql.SQL("VACUUM FULL {}").format(table))
                row = connection.execute(_SIZE, (self._schema,)).fetchone()
        except psycopg.Error as exc:
            what = " ".join(str(exc).split())
            raise BenchError(f"what {self._schema} keeps cannot be weighed: {what}") from exc
        return int(row[0]) if row else 0


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename"
_SIZE = """
    SELECT coalesce(sum(pg_relation_size(class.oid)), 0)
    FROM pg_class class JOIN pg_namespace space ON space.oid = class.relnamespace
    WHERE space.nspname = %s AND class.relkind IN ('r', 'i')
"""


class MemoryMeter:
    """This process: what was asked of Python's allocator within the `with` block, and is in use."""

    def __enter__(self) -> MemoryMeter:
        self._nested = tracemalloc.is_tracing()
        tracemalloc.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._nested:
            tracemalloc.stop()

    def bytes(self) -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
