"""Tokens in PostgreSQL behind PgBouncer, which hands out transactions and not sessions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest

from tests.pgbouncer import a_pooler
from tests.tokens.nodes import until
from tokens import Pushed, Snapshot
from tokens.record import Outcome
from tokens.stores.base import Listener
from tokens.stores.postgres import PostgresStore
from tokens.testing import GRACE_SINCE, LATER, NOW, TokenStoreContract, a_key, a_record

from .conftest import ISSUER

SETTINGS = "SELECT name, setting FROM pg_settings WHERE name <> 'application_name' ORDER BY name"
KEPT = "SELECT count(*) FROM pg_prepared_statements"


@pytest.fixture
def store(pooled_url: str, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(pooled_url, schema)
    yield made
    made.close()


class TestPooled(TokenStoreContract):
    """The contract, over PostgreSQL behind PgBouncer."""


def use(store: PostgresStore) -> None:
    """Do all that a store does."""
    key, new_key, record = a_key(), a_key(), a_record()
    store.create(key, record, LATER)
    assert store.merge(record.handle, b"cart", NOW - 1) is True
    rotation = store.replace(record.handle, key, new_key, b"nonce", NOW, LATER, GRACE_SINCE)
    assert rotation.outcome is Outcome.ROTATED
    read = store.read(record.handle, new_key)
    assert read is not None
    assert read.data == b"cart"
    assert len(store.list_subject("alice")) == 1
    store.deny(["family"], LATER)
    assert store.is_denied("family") is True
    assert store.advance("counter", 1, 7, LATER) == 7
    assert store.standing("family", "counter") == (True, 7)
    assert [name for name, _ in store.denied_since(None).denials] == ["family"]
    assert store.delete_handle("alice", record.handle) is True
    assert list(store.delete_subject("alice")) == []
    assert store.delete(record.handle) is None
    assert store.reap(NOW) == 0
    assert store.listen() is None
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
            assert other.execute("SELECT pg_listening_channels()").fetchall() == []
        store.close()


def test_settings_of_another_application_change_nothing(postgres_url: str, schema: str) -> None:
    """What others leave on the connection names no other table."""
    with a_pooler(postgres_url, size=1) as pooler:
        store = PostgresStore(pooler.url, schema)
        with psycopg.connect(pooler.url, autocommit=True, prepare_threshold=None) as other:
            other.execute("CREATE TEMPORARY TABLE denials (wrong integer)")
            other.execute("SET default_transaction_isolation = 'serializable'")
            other.execute("SET search_path = pg_temp")
            use(store)
            other.execute("DROP TABLE denials")
        store.close()


def test_nothing_is_pushed_through_a_pooler(store: PostgresStore) -> None:
    """It is said at start-up, with the strategy that fits; and that one works."""
    with pytest.raises(ValueError, match="use Snapshot"):
        Pushed(store, ISSUER)
    snapshot = Snapshot(store, ISSUER, poll_s=0.05)
    store.deny([f"{ISSUER} family"], LATER)
    until(lambda: len(snapshot) == 1)
    snapshot.close()


class LateStore(PostgresStore):
    """Its server is not there when the node starts."""

    is_there = False

    def listen(self) -> Listener | None:
        if not self.is_there:
            raise self.outages[0]
        return super().listen()


def test_a_node_that_started_before_its_pooler_polls(pooled_url: str, schema: str) -> None:
    """What cannot be pushed is looked up with each beat: the stated bound holds."""
    store = LateStore(pooled_url, schema)
    strategy = Pushed(store, ISSUER, beat_s=0.05)
    store.is_there = True
    until(lambda: bool(strategy._in_touch))
    store.deny([f"{ISSUER} family"], time.time() + 300)
    until(lambda: len(strategy) == 1)
    assert strategy._in_touch
    strategy.close()
    store.close()
