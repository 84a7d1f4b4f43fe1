"""The stores a run needs: servers from their wheels on free ports, or those you name."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import valkey

from .processes.children import BenchError, Child
from .servers.postgres import Postgres
from .servers.valkey import VALKEY_OPTIONS, Valkey


class Services:
    """
    Store servers for one run, in a temporary folder that goes with them.

    There is always a Valkey, and a place for an SQLite file; a PostgreSQL, which takes longer to
    start, if *postgres* says that one is needed.
    """

    def __init__(
        self,
        redis_url: str | None = None,
        cores: Sequence[int] = (),
        *,
        postgres: bool = False,
        postgres_url: str | None = None,
    ) -> None:
        self._given = redis_url
        self._cores = cores
        self._postgres_wanted = postgres
        self._postgres_given = postgres_url
        self._stack = contextlib.ExitStack()

    @property
    def redis_url(self) -> str:
        return self._redis_url

    @property
    def postgres_url(self) -> str | None:
        """None if nobody needs one."""
        return self._postgres.url if self._postgres else self._postgres_given

    @property
    def folder(self) -> Path:
        """For databases, keys and logs; removed at the end."""
        return self._folder

    @property
    def keys_file(self) -> Path:
        return self._folder / "keys.json"

    @property
    def store_urls(self) -> list[str]:
        """One URL for each kind of store."""
        # Quoted, since a space separates two URLs.
        sqlite = f"sqlite://{quote(str(self._folder / 'store.sqlite'))}"
        return [self._redis_url, sqlite, *filter(None, [self.postgres_url])]

    @property
    def server(self) -> Child | None:
        """The Valkey started here; None where one was given."""
        return self._server

    def processes(self) -> tuple[list[int], list[int]]:
        """Return the process IDs of the stores started here: those that serve, those that fork.

        PostgreSQL forks a process for each connection, so its children count as well.
        """
        plain = [self._server.pid] if self._server else []
        forking = [self._postgres.server.pid] if self._postgres else []
        return plain, forking

    def versions(self) -> dict[str, str]:
        """The version of each store server."""
        info = _info(self._redis_url)
        name = str(info.get("server_name", "redis"))
        found = {name: str(info.get(f"{name}_version") or info.get("redis_version", "unknown"))}
        return found | ({"postgresql": self._postgres.version()} if self._postgres else {})

    def options(self) -> dict[str, dict[str, str]]:
        """How the stores are configured, for the record."""
        found = {"redis": {"given": "yes"} if self._given else dict(VALKEY_OPTIONS)}
        if self._postgres:
            found["postgresql"] = self._postgres.options()
        elif self._postgres_given:
            found["postgresql"] = {"given": "yes"}
        return found

    def __enter__(self) -> Services:
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="bench-"))
        except OSError as exc:
            raise BenchError(
                f"no temporary folder: {exc.strerror}; set TMPDIR to one that can be written"
            ) from exc
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
            self._server: Child | None = None
            if self._given:
                self._redis_url = _reachable(self._given)
            else:
                started = stack.enter_context(Valkey(self._folder, self._cores))
                self._server, self._redis_url = started.server, started.url
            self._postgres: Postgres | None = None
            if self._postgres_given:
                _check_postgres(self._postgres_given)
            elif self._postgres_wanted:
                self._postgres = stack.enter_context(Postgres(self._folder, self._cores))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def without_password(url: str) -> str:
    """*url* as it may be printed and kept."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return urlunsplit(parts._replace(netloc=f"{name}{colon}{'***' if colon else ''}{at}{host}"))


def _reachable(url: str) -> str:
    """*url* itself, once a server there has answered."""
    try:
        client = valkey.Valkey.from_url(url, socket_connect_timeout=5, socket_timeout=5)
        with contextlib.closing(client):
            client.ping()
    except (valkey.ValkeyError, ValueError, OSError) as exc:
        raise BenchError(
            f"--redis-url {without_password(url)} does not answer: {exc}; "
            "leave it out and a Valkey is started"
        ) from exc
    return url


def _info(url: str) -> dict[str, Any]:
    """Return what the server at *url* says of itself; nothing if this user may not ask."""
    with contextlib.closing(valkey.Valkey.from_url(url)) as client:
        try:
            return cast("dict[str, Any]", client.info("server"))
        except valkey.ResponseError:
            return {}


def _check_postgres(url: str) -> None:
    """Raise `BenchError` if no PostgreSQL answers at *url*."""
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.Error as exc:
        what = " ".join(str(exc).split())
        raise BenchError(
            f"--postgres-url does not answer: {what}; leave it out and a PostgreSQL is started"
        ) from exc
