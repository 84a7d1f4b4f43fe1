"""What a live login, and a revoked one, take up in a scheme's own store."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import valkey

from demo.auth import Client, Settings
from demo.schemes import build

from .wire import USER_AGENT

LOGINS = 500
"""Of as many subjects, so that what is kept for each subject is counted with its one login."""
DATABASES = range(15, 0, -1)
_CLIENT = Client("127.0.0.1", USER_AGENT)


@dataclass(frozen=True)
class StoreBytes:
    """Bytes in the store, without the server's own overhead."""

    per_session: float
    """Of one live login: its records, and its share of indexes."""
    per_revocation: float
    """What stays of one that was revoked, until it would have expired anyway."""


class _Meter:
    """The bytes that an empty database and an empty file have grown to."""

    def __init__(self, client: valkey.Valkey | None, path: Path) -> None:
        self._client = client
        self._path = path

    def bytes(self) -> int:
        return self._in_redis() + self._in_file()

    def _in_redis(self) -> int:
        if self._client is None:
            return 0
        client: Any = self._client
        pipeline = client.pipeline(transaction=False)
        for key in list(client.scan_iter(count=1000)):
            pipeline.memory_usage(key, samples=0)
        return sum(size or 0 for size in pipeline.execute())

    def _in_file(self) -> int:
        """The file as if written in order: random keys leave pages filled by chance."""
        if not self._path.exists():
            return 0
        compact = self._path.with_suffix(".compact")
        compact.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(self._path)) as connection:
            connection.execute("VACUUM INTO ?", (str(compact),))
        return compact.stat().st_size


def measure_store(
    scheme_name: str, redis_url: str | None, keys_file: Path, logins: int = LOGINS
) -> StoreBytes | None:
    """Log *logins* subjects in and out again; None for a scheme that keeps nothing outside itself.

    In an empty database of the server at *redis_url*, which is left empty again, and in a file
    of its own. None as well where the server has no empty database.
    """
    with TemporaryDirectory(prefix="bench-store-") as folder, _empty_database(redis_url) as found:
        url, client = found
        path = Path(folder) / "store.sqlite"
        if redis_url is not None and client is None:
            return None
        urls = [*([url] if url else []), f"sqlite:///{path}"]
        scheme = build(scheme_name, Settings(store_url=" ".join(urls), keys_file=keys_file))
        meter = _Meter(client, path)
        try:
            mechanism = scheme.mechanism
            if mechanism is None:
                return None
            before = meter.bytes()
            subjects = (f"user-{number:05d}" for number in range(logins))
            grants = [mechanism.issue(subject, None, _CLIENT) for subject in subjects]
            live = meter.bytes() - before
            if live == 0:
                return None
            for grant in grants:
                mechanism.revoke(grant.credential)
            return StoreBytes(live / logins, (meter.bytes() - before) / logins)
        finally:
            scheme.close()


@contextlib.contextmanager
def _empty_database(url: str | None) -> Iterator[tuple[str | None, valkey.Valkey | None]]:
    """The URL of an empty database of the server at *url*, and a client; emptied afterwards."""
    if url is None:
        yield None, None
        return
    for number in DATABASES:
        there = with_database(url, number)
        client: Any = valkey.Valkey.from_url(there)
        with contextlib.closing(client):
            try:
                if client.dbsize():
                    continue
            except valkey.ResponseError:
                continue  # the server has fewer databases
            try:
                yield there, client
            finally:
                # What was put there since it was empty, and no FLUSHDB: the server may be shared.
                for key in list(client.scan_iter(count=1000)):
                    client.unlink(key)
            return
    yield None, None


def with_database(url: str, number: int) -> str:
    """*url* of a Valkey or Redis, with another database."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] != "db"]
    if parts.scheme == "unix":
        query.append(("db", str(number)))
        where = parts.path
    else:
        where = f"{parts.netloc}/{number}"
    # Put together by hand: the standard library drops an empty host, and with it two slashes.
    return f"{parts.scheme}://{where}" + (f"?{urlencode(query)}" if query else "")
