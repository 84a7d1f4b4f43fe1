"""Connections to PostgreSQL, pooled. The other half has the same file."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from psycopg import Error, OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import ReadOnlySqlTransaction
from psycopg.pq.abc import PGresult

from .pool import Pool
from .postgres_connection import Connection, Value
from .postgres_errors import NoAnswer
from .postgres_schema import migrate

LONGEST_NAME_BYTES = 63


class PostgresPool:
    """Runs statements in *schema* of the database at *conninfo*, each by a connection of its own.

    TypeError or ValueError if these are no connection string and no name of a schema. Nothing is
    connected before the first statement.
    """

    def __init__(self, conninfo: str, schema: str) -> None:
        self._conninfos = _in_turns(_checked_conninfo(conninfo))
        self.schema = _checked_schema(schema)
        self._connections = Pool(
            partial(_connect, self._conninfos, self.schema),
            is_silence=_is_silence,
            refuse=OperationalError,
        )

    @property
    def conninfo(self) -> str:
        """The connection string that begins with the host to try first."""
        return self._conninfos[0]

    def run(self, statement: str, *values: Value) -> PGresult:
        """Return the result of *statement*, which is a transaction of its own."""
        connection = self._connections.take()
        try:
            result = connection.run_alone(statement, *values)
        except BaseException as exc:
            self._drop(connection, exc)
            raise
        self._connections.give(connection)
        return result

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection of which all that is run in the block takes effect, or none of it."""
        connection = self._connections.take()
        try:
            with connection.transaction():
                yield connection
        except BaseException as exc:
            # Where the server has confirmed that all is rolled back, the conversation is complete.
            if connection.usable():
                self._connections.give(connection)
            else:
                self._drop(connection, exc)
            raise
        self._connections.give(connection)

    def close(self) -> None:
        """Close what is idle."""
        self._connections.close()

    def _drop(self, connection: Connection, exc: BaseException) -> None:
        self._connections.drop(connection, exc)
        if isinstance(exc, ReadOnlySqlTransaction):
            # After a failover the others lead to the same server, which is the primary no more.
            self._connections.close()


def _connect(conninfos: deque[str], schema: str) -> Connection:
    conninfo = conninfos[0]
    try:
        connection = Connection(conninfo, schema)
    except NoAnswer:
        # libpq would wait for the same host each time, and never come to the next.
        if conninfos[0] == conninfo:
            conninfos.rotate(-1)
        raise
    try:
        # Each time: a server that is back without its data has lost the tables as well.
        migrate(connection, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def _in_turns(conninfo: str) -> deque[str]:
    """Return *conninfo* once for each of its hosts, which comes first in it."""
    settings = conninfo_to_dict(conninfo)
    names = [name for name in ("host", "hostaddr", "port") if settings.get(name)]
    lists = {name: str(settings[name]).split(",") for name in names}
    count = max((len(each) for each in lists.values()), default=1)
    return deque(
        make_conninfo(conninfo, **{k: ",".join(v[n:] + v[:n]) for k, v in lists.items()})
        for n in range(count)
    )


def _is_silence(exc: BaseException) -> bool:
    return isinstance(exc, NoAnswer)


def _checked_conninfo(conninfo: str) -> str:
    if not isinstance(conninfo, str):
        raise TypeError(
            "conninfo must be a str such as 'postgresql://user@host/database', "
            f"not {type(conninfo).__name__}"
        )
    try:
        if "\0" not in conninfo and _is_whole(conninfo_to_dict(conninfo)):
            # Names in SQL are UTF-8, whatever the database's encoding is.
            return make_conninfo(conninfo, client_encoding="UTF8")
    except (Error, UnicodeError):
        pass
    # What was given stays out of the message: there may be a password in it.
    raise ValueError(
        "conninfo is no connection string of PostgreSQL's: write "
        "'postgresql://user:password@host/database', special characters in the password as "
        "%40 and so on, or 'host=... dbname=...'"
    )


def _is_whole(settings: Mapping[str, Any]) -> bool:
    """Return whether no part of an unescaped password was taken for a host or a port."""
    hosts, ports = (str(settings.get(name) or "").split(",") for name in ("host", "port"))
    return not any("@" in host[1:] for host in hosts) and all(
        port.isdigit() for port in ports if port
    )


def _checked_schema(schema: str) -> str:
    if not isinstance(schema, str):
        raise TypeError(f"schema must be a str, not {type(schema).__name__}")
    # The server would cut a longer name without a word, and two could become one.
    if not 0 < len(schema.encode(errors="replace")) <= LONGEST_NAME_BYTES:
        raise ValueError(f"a schema's name has 1 to {LONGEST_NAME_BYTES} bytes: {schema!r}")
    if "\0" in schema or schema.startswith("pg_") or not _is_text(schema):
        raise ValueError(f"PostgreSQL allows no schema of this name, choose another: {schema!r}")
    return schema


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeError:
        return False
    return True
