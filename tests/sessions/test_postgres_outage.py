"""A PostgreSQL that crashes, hangs, comes back, or only reads; each on a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from bench.servers.postgres import Postgres
from sessions.stores.postgres import PostgresStore
from sessions.testing import LATER, NOW, a_key, a_record

PROMPTLY_S = 2.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One of our own, with everything that makes a commit durable."""
    with Postgres(tmp_path_factory.mktemp("crashing")) as running:
        yield running


@pytest.fixture
def store(server: Postgres) -> Iterator[PostgresStore]:
    made = PostgresStore(server.url)
    yield made
    made.close()


def outage_s(store: PostgresStore, key: bytes) -> float:
    """How long it takes until the store says that it cannot answer."""
    began_at = time.monotonic()
    with pytest.raises(store.outages):
        store.read(key)
    return time.monotonic() - began_at


def test_a_server_that_is_gone_is_an_outage_until_it_is_back(
    server: Postgres, store: PostgresStore
) -> None:
    """At once, as an outage; and the same store goes on afterwards, writes first."""
    key = a_key()
    store.create(key, a_record(), LATER)
    server.kill()
    assert outage_s(store, key) < PROMPTLY_S
    assert outage_s(store, key) < PROMPTLY_S
    server.start()
    assert store.touch(key, NOW + 1, LATER) is True
    record = store.read(key)
    assert record is not None
    assert record.seen_at == NOW + 1


def test_a_server_that_is_back_without_its_data_has_nobody_logged_in(
    server: Postgres, store: PostgresStore
) -> None:
    """Its tables are made anew: who was logged in is not, and nothing is an error for ever."""
    key, other = a_key(), a_key()
    store.create(key, a_record(), LATER)
    server.kill()
    assert outage_s(store, key) < PROMPTLY_S
    server.start(keep=False)
    assert store.read(key) is None
    store.create(other, a_record(), LATER)
    assert store.read(other) is not None


def test_a_restart_between_two_operations_is_not_noticed(
    server: Postgres, store: PostgresStore
) -> None:
    """A connection that died while nobody used it is replaced before anything is sent."""
    key = a_key()
    store.create(key, a_record(), LATER)
    server.kill()
    server.start()
    assert store.touch(key, NOW + 1, LATER) is True


def test_a_server_that_hangs_is_an_outage_within_two_seconds(
    server: Postgres, store: PostgresStore
) -> None:
    """On a connection that was there, and on one that cannot be made; then it goes on."""
    key = a_key()
    store.create(key, a_record(), LATER)
    postmaster = psutil.Process(server.server.pid)
    hung = [postmaster, *postmaster.children(recursive=True)]
    for process in hung:
        process.suspend()
    try:
        assert outage_s(store, key) < PROMPTLY_S
        assert outage_s(store, key) < PROMPTLY_S
    finally:
        for process in hung:
            process.resume()
    assert store.read(key) is not None


def test_a_row_that_somebody_holds_is_an_outage_within_two_seconds(
    server: Postgres, store: PostgresStore
) -> None:
    """A write waits for a stranger's transaction only so long, and has no effect afterwards."""
    key = a_key()
    store.create(key, a_record(), LATER)
    with psycopg.connect(server.url, options="-c search_path=sessions") as connection:
        connection.execute("SELECT FROM sessions WHERE key = %s FOR UPDATE", (key,))
        began_at = time.monotonic()
        with pytest.raises(store.outages):
            store.touch(key, NOW + 1, LATER)
        assert time.monotonic() - began_at < PROMPTLY_S
    record = store.read(key)
    assert record is not None
    assert record.seen_at == NOW


def test_a_server_that_only_reads_is_an_outage_for_writes(
    server: Postgres, store: PostgresStore
) -> None:
    """A standby answers reads and refuses the rest; neither is a rejection."""
    key = a_key()
    store.create(key, a_record(), LATER)
    standby = PostgresStore(f"{server.url}?options=-c%20default_transaction_read_only%3Don")
    assert standby.read(key) is not None
    with pytest.raises(standby.outages):
        standby.delete(key)
    assert store.read(key) is not None
    standby.close()


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:1/none", "postgresql:///?host=/nowhere"])
def test_no_server_at_all_is_an_outage(url: str) -> None:
    """A store can be made before its server is there; only what needs it fails."""
    store = PostgresStore(url)
    assert outage_s(store, a_key()) < PROMPTLY_S
    store.close()


def test_what_is_acknowledged_is_on_disk_whatever_the_server_defaults_to(
    server: Postgres, tmp_path: Path
) -> None:
    """A server set to acknowledge early is asked not to, for a logout must last."""
    lax = PostgresStore(f"{server.url}?options=-c%20synchronous_commit%3Doff&application_name=lax")
    lax.ping()
    with psycopg.connect(server.url) as connection:
        before = connection.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
        key = a_key()
        lax.create(key, a_record(), LATER)
        after = connection.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
    assert before != after
    lax.close()
