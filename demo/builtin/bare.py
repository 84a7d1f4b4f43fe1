"""The bare client calls that stores cannot do without, each on a connection of its own."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit

import valkey

if TYPE_CHECKING:
    from psycopg import pq

COUNTERS = 1_000
"""So many of them are asked for in turns."""


class Bare(Protocol):
    """What a scheme asks its store on verify, and nothing besides."""

    def session(self, key: bytes) -> object:
        """The session under *key*."""

    def denied(self, name: str) -> object:
        """Whether *name* is denied."""

    def standing(self, name: str, counter: str) -> object:
        """Whether *name* is denied, and what *counter* is."""

    def counters(self) -> list[str]:
        """Some counters that are there; `LookupError` if there are none."""

    def check_session(self, key: bytes) -> None:
        """Raise `LookupError` if there is no session under *key*."""


def bare_store(store: str, place: str, urls: Sequence[str]) -> Bare:
    """Return the bare calls to *store*, where *place* is the prefix of its keys or its schema."""
    if store == "redis":
        return _Redis(_url(urls, ("redis", "valkey", "unix")), place)
    if store == "postgres":
        return _Postgres(_url(urls, ("postgres", "postgresql")), place)
    return _SQLite(_url(urls, ("sqlite",)), place)


def _url(urls: Sequence[str], schemes: Sequence[str]) -> str:
    return next(url for url in urls if urlsplit(url).scheme in schemes)


class _Bare:
    """What the three have in common."""

    def __init__(self, name: str) -> None:
        self._name = name

    def session(self, key: bytes) -> object:
        raise NotImplementedError

    def check_session(self, key: bytes) -> None:
        if not self.session(key):
            raise LookupError(f"no session of {self._name} is where its floor would look for it")

    def counters(self) -> list[str]:
        found = self._counted()
        if not found:
            raise LookupError(f"no counter of {self._name} is where its floor would look for it")
        return found

    def _counted(self) -> list[str]:
        raise NotImplementedError


class _Redis(_Bare):
    """HGETALL, EXISTS, MGET."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(name)
        self._client: Any = valkey.Valkey.from_url(url, single_connection_client=True)
        self._prefix = f"{name}:id:".encode()
        self._denials = f"{name}:denied:"
        self._counters = f"{name}:counter:"

    def session(self, key: bytes) -> object:
        return self._client.hgetall(self._prefix + key)

    def denied(self, name: str) -> object:
        return self._client.exists(self._denials + name)

    def standing(self, name: str, counter: str) -> object:
        return self._client.mget(self._denials + name, self._counters + counter)

    def _counted(self) -> list[str]:
        keys = self._client.scan_iter(f"{self._counters}*", count=COUNTERS)
        return [key.decode().removeprefix(self._counters) for key in islice(keys, COUNTERS)]


class _SQLite(_Bare):
    """The same SELECTs, on a plain connection."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(name)
        path = unquote(url.removeprefix("sqlite://"))
        connection = sqlite3.connect(path, isolation_level=None)
        weakref.finalize(self, connection.close)
        self._execute = connection.execute
        self._execute(f"PRAGMA cache_size = {-16 * 1024}")  # as the stores have it

    def session(self, key: bytes) -> object:
        query = "SELECT head, seen_at, data FROM sessions WHERE key = ?"
        return self._execute(query, (key,)).fetchone()

    def denied(self, name: str) -> object:
        return self._execute("SELECT 1 FROM denials WHERE name = ?", (name,)).fetchone()

    def standing(self, name: str, counter: str) -> object:
        query = (
            "SELECT EXISTS (SELECT 1 FROM denials WHERE name = ?), "
            "(SELECT value FROM counters WHERE name = ?)"
        )
        return self._execute(query, (name, counter)).fetchone()

    def _counted(self) -> list[str]:
        found = self._execute(f"SELECT name FROM counters LIMIT {COUNTERS}")  # noqa: S608 - a constant
        return [name for (name,) in found]


_QUERIES = {
    b"session": "SELECT head, seen_at, data FROM sessions WHERE key = $1",
    b"denied": "SELECT FROM denials WHERE name = $1",
    b"standing": "SELECT EXISTS (SELECT FROM denials WHERE name = $1), "
    "(SELECT value FROM counters WHERE name = $2)",
    b"counters": f"SELECT name FROM counters LIMIT {COUNTERS}",  # noqa: S608 - a constant
}


class _Postgres(_Bare):
    """The same SELECTs, prepared, by libpq itself, which waits in C."""

    def __init__(self, url: str, name: str) -> None:
        # Only now: the library is an extra.
        from psycopg import pq as libpq

        super().__init__(name)
        self._pq = libpq
        self._libpq = libpq.PGconn.connect(url.encode())
        quoted = name.replace('"', '""')
        for setting in (f'SET search_path = "{quoted}"', "SET enable_seqscan = off"):
            self._checked(self._libpq.exec_(setting.encode()))
        self._prepared: set[bytes] = set()

    def session(self, key: bytes) -> object:
        return self._asked(b"session", key).ntuples

    def denied(self, name: str) -> object:
        return self._asked(b"denied", name.encode()).ntuples

    def standing(self, name: str, counter: str) -> object:
        return self._asked(b"standing", name.encode(), counter.encode()).ntuples

    def _counted(self) -> list[str]:
        found = self._asked(b"counters")
        return [(found.get_value(row, 0) or b"").decode() for row in range(found.ntuples)]

    def _checked(self, result: pq.abc.PGresult) -> None:
        if result.status != self._pq.ExecStatus.COMMAND_OK:
            from psycopg.errors import error_from_result

            raise LookupError(f"the floor of {self._name}: {error_from_result(result)}")

    def _asked(self, called: bytes, *values: bytes) -> pq.abc.PGresult:
        if called not in self._prepared:
            self._checked(self._libpq.prepare(called, _QUERIES[called].encode()))
            self._prepared.add(called)
        binary = self._pq.Format.BINARY
        return self._libpq.exec_prepared(called, values, [binary] * len(values), binary)
