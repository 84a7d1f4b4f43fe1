"""Sessions in PostgreSQL behind PgBouncer, which hands out transactions and not sessions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import psycopg
import pytest

from sessions.stores.postgres import PostgresStore
from sessions.testing import LATER, NOW, SessionStoreContract, a_key, a_record, at_once
from tests.pgbouncer import a_pooler

SETTINGS = "SELECT name, setting FROM pg_settings WHERE name <> 'application_name' ORDER BY name"
KEPT = "SELECT count(*) FROM pg_prepared_statements"


@pytest.fixture
def store(pooled_url: str, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(pooled_url, schema)
    yield made
    made.close()


class TestPooled(SessionStoreContract):
    """The contract, over PostgreSQL behind PgBouncer."""


def use(store: PostgresStore) -> None:
    """Do all that a store does."""
    key, new_key, record = a_key(), a_key(), a_record()
    store.create(key, record, LATER)
    assert store.touch(key, NOW + 1, LATER) is True
    assert store.merge(key, {"cart": b"1"}, 1000) is True
    assert store.replace(key, new_key, record, LATER) is True
    read = store.read(new_key)
    assert read is not None
    assert read.data == {"cart": b"1"}
    assert len(store.list_subject("alice")) == 1
    assert store.delete_handle("alice", record.handle) is True
    assert store.delete_subject("alice") == 0
    assert store.delete(key) is None
    assert store.reap(NOW) == 0
    store.ping()


def test_another_application_finds_its_settings_unchanged(postgres_url: str, schema: str) -> None:
    """It has the same connection of the server: nothing that we set or prepare stays there."""
    with a_pooler(postgres_url, size=1) as pooler:
        store = PostgresStore(pooler.url, schema)
        connect = partial(psycopg.connect, pooler.url, autocommit=True, prepare_threshold=None)
        with connect() as other:
            before = other.execute(SETTINGS).fetchall()
            use(store)
            assert other.execute(SETTINGS).fetchall() == before
            assert other.execute(KEPT).fetchone() == (0,)
        store.close()


def test_settings_of_another_application_change_nothing(postgres_url: str, schema: str) -> None:
    """What others leave on the connection names no other table, and acknowledges nothing early."""
    with a_pooler(postgres_url, size=1) as pooler:
        store = PostgresStore(pooler.url, schema)
        with psycopg.connect(pooler.url, autocommit=True, prepare_threshold=None) as other:
            other.execute("CREATE TEMPORARY TABLE sessions (wrong integer)")
            other.execute("SET default_transaction_isolation = 'serializable'")
            other.execute("SET search_path = pg_temp")
            use(store)
            other.execute("DROP TABLE sessions")
        store.close()


@pytest.mark.parametrize("lax", ["off", "on"])
def test_a_write_is_acknowledged_when_it_is_on_disk(
    lax: str, postgres_url: str, schema: str, beside: psycopg.Connection
) -> None:
    """Whatever another application, or the server, has set."""
    with a_pooler(postgres_url, size=1) as pooler:
        store, key = PostgresStore(pooler.url, schema), a_key()
        with psycopg.connect(pooler.url, autocommit=True, prepare_threshold=None) as other:
            other.execute(f"SET synchronous_commit = {lax}".encode())
            store.ping()
            before = beside.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
            store.create(key, a_record(), LATER)
            after = beside.execute("SELECT pg_current_wal_flush_lsn()").fetchone()
            assert before != after
        store.close()


def test_threads_share_what_the_pooler_has(postgres_url: str, schema: str) -> None:
    """Sixteen at once on two connections of the server; nobody gets another's answer."""
    with a_pooler(postgres_url, size=2) as pooler:
        store = PostgresStore(pooler.url, schema)

        def look(name: str) -> None:
            key = a_key()
            store.create(key, a_record(subject=name), LATER)
            for n in range(20):
                assert store.merge(key, {f"key-{n}": b"1"}, 1000) is True
                record = store.read(key)
                assert record is not None
                assert record.subject == name

        at_once(*(partial(look, f"user-{n}") for n in range(16)))
        store.close()


def test_options_that_a_pooler_refuses_are_an_outage_with_the_remedy(pooled_url: str) -> None:
    """PgBouncer takes no `options`; who set a timeout that way is told where it belongs."""
    store = PostgresStore(f"{pooled_url}?options=-c%20lock_timeout%3D1000")
    with pytest.raises(store.outages, match="ALTER ROLE"):
        store.ping()
