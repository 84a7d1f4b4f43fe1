"""What a live login, and a revoked one, take up in a scheme's own store."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import valkey

from demo.auth import Scheme, Settings
from demo.schemes import build

from .memory import measure_memory
from .meters import Meter, PostgresMeter, RedisMeter, SQLiteMeter
from .rounds import log_in_and_out

LOGINS = {"redis": 1000, "sqlite": 2000, "postgres": 4000, "memory": 4000}
"""Of as many subjects, so that what is kept for each subject is counted with its one login.

Valkey counts bytes; the others grow by pages and tables, of which it takes more to be sure of the
mean to within one part in a hundred.
"""
DATABASES = range(15, 0, -1)


@dataclass(frozen=True)
class StoreBytes:
    """Bytes in the store, without the server's own overhead."""

    per_session: float
    """Of one live login: its records, and its share of indexes."""
    per_revocation: float
    """What stays of one that was revoked, until it would have expired anyway."""


def measure_store(
    scheme_name: str,
    redis_url: str | None,
    keys_file: Path,
    *,
    postgres_url: str | None = None,
    logins: int | None = None,
) -> StoreBytes | None:
    """Log *logins* subjects in and out again; None for a scheme that keeps nothing.

    In an empty database of the server at *redis_url*, which is left empty again, in a file of its
    own, and in the scheme's own schema at *postgres_url*, beside what is there. None as well where
    the Redis has no empty database.
    """
    with TemporaryDirectory(prefix="bench-store-") as name, _empty_database(redis_url) as found:
        url, client = found
        folder = Path(name)
        path = folder / "store.sqlite"
        if redis_url is not None and client is None:
            return None
        urls = [*([url] if url else []), f"sqlite:///{path}", *filter(None, [postgres_url])]
        settings = Settings(store_url=" ".join(urls), keys_file=keys_file)
        with contextlib.closing(build(scheme_name, settings)) as scheme:
            mechanism = scheme.mechanism
            if mechanism is None:
                return None
            logins = logins or LOGINS.get(scheme.store, LOGINS["redis"])
            if not scheme.shared:
                return StoreBytes(*measure_memory(scheme_name, settings, folder, logins))
            meters: list[Meter] = [SQLiteMeter(path)]
            if client is not None:
                meters.append(RedisMeter(client))
            if postgres_url is not None and scheme.store == "postgres" and scheme.place:
                meters.append(PostgresMeter(postgres_url, scheme.place))
            return _outside(scheme, folder, logins, lambda: sum(each.bytes() for each in meters))


def _outside(
    scheme: Scheme, folder: Path, logins: int, weigh: Callable[[], int]
) -> StoreBytes | None:
    # One login and logout first: tables are made, and what a store keeps but once is there.
    log_in_and_out(scheme, folder, 1)
    before = weigh()
    found = log_in_and_out(scheme, folder, logins, weigh)
    if found[0] == before:
        return None
    return StoreBytes(*((after - before) / logins for after in found))


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
