"""Stores that are broken on purpose: each fault does to the data what it says, and ends."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import valkey

from bench.outage.stores import Stores
from bench.servers.postgres import Postgres


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    with Stores({"redis", "sqlite"}, tmp_path) as running:
        yield running


def client(stores: Stores) -> valkey.Valkey:
    return valkey.Valkey.from_url(stores.network["redis"].url, socket_timeout=5)


def test_a_kill_keeps_the_data_or_loses_it(stores: Stores) -> None:
    """At the same address either way."""
    server = stores.network["redis"].server
    client(stores).set("key", "kept")
    server.kill()
    server.start()
    with contextlib.closing(valkey.Valkey.from_url(server.url)) as direct:
        assert direct.get("key") == b"kept"
    server.kill()
    server.start(keep=False)
    with contextlib.closing(valkey.Valkey.from_url(server.url)) as direct:
        assert direct.get("key") is None


def test_eviction_takes_what_has_an_end_and_nothing_else(stores: Stores) -> None:
    """Sessions and denials have one. Afterwards there is room again, and what is gone is gone."""
    found = client(stores)
    found.set("session", "x", ex=300)
    found.set("forever", "x")
    stores.evict()
    assert (found.get("session"), found.get("forever")) == (None, b"x")
    with pytest.raises(valkey.exceptions.OutOfMemoryError):
        found.set("another", "x")
    stores.keep_all()
    assert found.set("another", "x")


def test_a_frozen_store_goes_on_where_it_was(stores: Stores) -> None:
    store = stores.network["redis"]
    store.freeze()
    assert psutil.Process(store.server.server.pid).status() == psutil.STATUS_STOPPED
    store.thaw()
    assert client(stores).ping()


def test_a_locked_file_takes_no_write_until_it_is_unlocked(stores: Stores) -> None:
    with contextlib.closing(sqlite3.connect(stores.sqlite_path, timeout=0)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        stores.lock()
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            connection.execute("INSERT INTO t VALUES (1)")
        stores.unlock()
        connection.execute("INSERT INTO t VALUES (1)")


def test_no_process_is_left_even_of_what_is_broken(tmp_path: Path) -> None:
    """A frozen server takes no signal but the last; a locker waits for nobody."""
    before = set(psutil.Process().children(recursive=True))
    with Stores({"redis", "sqlite"}, tmp_path) as stores:
        sqlite3.connect(stores.sqlite_path).close()
        stores.lock()
        stores.network["redis"].freeze()
        started = set(psutil.Process().children(recursive=True)) - before
        assert len(started) == 3  # the Valkey, its relay, and who holds the lock
    assert [each for each in started if each.is_running()] == []


def test_postgres_without_its_data_lets_the_same_role_in(tmp_path: Path) -> None:
    with Postgres(tmp_path) as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE t (x int)")
        server.kill()
        server.start(keep=False)
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT to_regclass('t')").fetchone() == (None,)
