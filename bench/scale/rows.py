"""Fills an SQLite file or a PostgreSQL with logins: the rows of one, with others' names in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import unquote

import psycopg
from psycopg import sql

from ..processes.children import BenchError
from .logins import Pattern, Template, others

BATCH = 20_000
PAGES_KIB = 512 * 1024
Row = tuple[Any, ...]


class _Rows:
    """The rows of one table in which a login's marks stand."""

    def __init__(self, rows: Sequence[Row], marks: list[bytes]) -> None:
        self._rows = [[_Value(value, marks) for value in row] for row in rows]

    @property
    def varies(self) -> bool:
        return any(value.varies for row in self._rows for value in row)

    def with_marks(self, marks: list[bytes]) -> Iterator[Row]:
        for row in self._rows:
            if any(value.varies for value in row):
                yield tuple(value.with_marks(marks) for value in row)


class _Value:
    """A column's value, text or bytes with marks in them, or anything else as it is."""

    def __init__(self, value: Any, marks: list[bytes]) -> None:
        self._value = value
        self._is_text = isinstance(value, str)
        content = value.encode() if isinstance(value, str) else value
        self._template = Template(content, marks) if isinstance(content, bytes) else None
        self.varies = self._template is not None and self._template.varies

    def with_marks(self, marks: list[bytes]) -> Any:
        if self._template is None or not self.varies:
            return self._value
        content = self._template.with_marks(marks)
        return content.decode() if self._is_text else content


class SQLiteRows:
    """The rows of the login *pattern*, the only one in its file."""

    def __init__(self, url: str, pattern: Pattern) -> None:
        path = unquote(url.removeprefix("sqlite://"))
        self._connection = sqlite3.connect(path, isolation_level=None)
        # What is written here need not survive anything.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute(f"PRAGMA cache_size = -{PAGES_KIB}")
        self._pattern = pattern
        names = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        found = {name: self._rows(name, pattern.marks()) for (name,) in names}
        # Families before the refresh tokens that refer to them, as it happens by the alphabet.
        self._tables = {name: rows for name, rows in sorted(found.items()) if rows.varies}
        if not self._tables:
            raise BenchError("a login left no row that names it: it cannot be scaled")

    def add(self, count: int, first: int, subject: str | None = None) -> None:
        """Write *count* more; see `others`."""
        logins = others(self._pattern, count, first, subject)
        while batch := list(islice(logins, BATCH)):
            self._connection.execute("BEGIN IMMEDIATE")
            for name, rows in self._tables.items():
                made = [row for marks in batch for row in rows.with_marks(marks)]
                places = ", ".join("?" * len(made[0]))
                self._connection.executemany(f"INSERT INTO {name} VALUES ({places})", made)  # noqa: S608 - of our own tables
            self._connection.execute("COMMIT")

    def written(self, marks: list[bytes]) -> dict[str, list[Row]]:
        """The rows, by table, that a login with *marks* is."""
        return {name: list(rows.with_marks(marks)) for name, rows in self._tables.items()}

    def close(self) -> None:
        """Bring the log into the file, as it would be after a while, and let go of it."""
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def _rows(self, table: str, marks: list[bytes]) -> _Rows:
        rows = self._connection.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - as above
        return _Rows(rows, marks)


class PostgresRows:
    """The rows of the login *pattern*, the only one in *schema*."""

    def __init__(self, url: str, schema: str, pattern: Pattern) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
        self._pattern = pattern
        columns = self._connection.execute(
            "SELECT table_name, string_agg(udt_name, ' ' ORDER BY ordinal_position) "
            "FROM information_schema.columns WHERE table_schema = %s GROUP BY 1 ORDER BY 1",
            (schema,),
        ).fetchall()
        self._types = {name: types.split() for name, types in columns}
        found = {name: self._rows(name, pattern.marks()) for name in self._types}
        self._tables = {name: rows for name, rows in found.items() if rows.varies}
        if not self._tables:
            raise BenchError("a login left no row that names it: it cannot be scaled")

    def add(self, count: int, first: int, subject: str | None = None) -> None:
        """Write *count* more; see `others`."""
        logins = others(self._pattern, count, first, subject)
        while batch := list(islice(logins, BATCH)):
            with self._connection.transaction(), self._connection.cursor() as cursor:
                for name, rows in self._tables.items():
                    statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)")
                    with cursor.copy(statement.format(sql.Identifier(name))) as copy:
                        copy.set_types(self._types[name])
                        for marks in batch:
                            for row in rows.with_marks(marks):
                                copy.write_row(row)

    def written(self, marks: list[bytes]) -> dict[str, list[Row]]:
        """The rows, by table, that a login with *marks* is."""
        return {name: list(rows.with_marks(marks)) for name, rows in self._tables.items()}

    def close(self) -> None:
        """Have the tables tidied, as they would be after a while, and let go."""
        for name in self._tables:
            self._connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(name)))
        self._connection.close()

    def _rows(self, table: str, marks: list[bytes]) -> _Rows:
        statement = sql.SQL("SELECT * FROM {}").format(sql.Identifier(table))
        return _Rows(self._connection.execute(statement).fetchall(), marks)
