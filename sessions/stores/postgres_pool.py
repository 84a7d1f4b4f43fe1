"""Connections to PostgreSQL, one for each operation under way. The other half has the same file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg.pq.abc import PGresult

from .postgres_connection import Connection, Value
from .postgres_schema import migrate

LONGEST_NAME_BYTES = 63


class Pool:
    """Connects when there is need, and sees then that the tables are there and up to date.

    Threads may come and go: there are never more connections than there were operations at
    once, and a thread that stays finds the connection that it used last.
    """

    def __init__(self, conninfo: str, schema: str) -> None:
        # The server would cut a longer name without a word, and two could become one.
        if not 0 < len(schema.encode()) <= LONGEST_NAME_BYTES:
            raise ValueError(f"a schema's name has 1 to {LONGEST_NAME_BYTES} bytes: {schema!r}")
        self.conninfo = conninfo
        self.schema = schema
        # The one used last comes first; both ends of a deque are safe between threads.
        self._idle: deque[Connection] = deque()

    def run(self, statement: str, *values: Value) -> PGresult:
        """The result of *statement*, which is a transaction of its own."""
        connection = self._take()
        try:
            return connection.run(statement, *values)
        finally:
            self._idle.append(connection)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection of which all that is run in the block happens, or none of it."""
        connection = self._take()
        try:
            with connection.transaction():
                yield connection
        finally:
            self._idle.append(connection)

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> Connection:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if connection.usable():
                return connection
            connection.close()
        connection = Connection(self.conninfo, self.schema)
        # Each time: a server that is back without its data has lost the tables as well.
        migrate(connection, self.schema)
        return connection
