"""Sessions in PostgreSQL: the contract, the manager, and what is particular to this store."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from inspect import signature
from pathlib import Path

import msgspec
import psycopg
import pytest

from sessions import SessionManager, reap_all
from sessions.stores.base import GARBAGE_S, SWEPT
from sessions.stores.postgres import PostgresStore
from sessions.testing import LATER, NOW, SessionStoreContract, a_key, a_record
from tests.postgres_relay import Relay
from tests.sessions import (
    test_cap,
    test_clocks,
    test_door,
    test_events,
    test_issuing,
    test_lifetimes,
    test_races,
    test_renewing,
    test_revoking,
    test_state_machine,
)

ROOT = Path(__file__).parent.parent.parent

# What is promised over every store is promised over this one: the fixture below takes the place
# of the one that gives the others.
for module in (
    test_cap,
    test_clocks,
    test_door,
    test_issuing,
    test_renewing,
    test_revoking,
    test_lifetimes,
    test_events,
    test_races,
    test_state_machine,
):
    for name, found in vars(module).items():
        if name.startswith("test_") and {"store", "manager"} & set(signature(found).parameters):
            globals()[name] = found


@pytest.fixture
def store(postgres_url: str, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(postgres_url, schema)
    yield made
    made.close()


class TestPostgres(SessionStoreContract):
    """The contract, over PostgreSQL."""


def test_reads_in_one_round_trip(postgres_url: str, schema: str) -> None:
    """Counted on the wire: a read asks once and is answered once."""
    with Relay(postgres_url) as relay:
        store, key = PostgresStore(relay.url, schema), a_key()
        store.create(key, a_record(cart=b"1"), LATER)
        assert store.read(key) is not None
        before = relay.round_trips
        assert store.read(key) is not None
        assert relay.round_trips == before + 1
        assert store.touch(key, NOW + 1, LATER) is True
        assert store.touch(key, NOW + 2, LATER) is True
        # The first touch of a connection is prepared, which is a round trip of its own.
        assert relay.round_trips == before + 4
        store.close()


def test_reap_clears_away_what_is_due_in_bounded_batches(store: PostgresStore) -> None:
    """At most *limit* at a time, and the index is left clean."""
    for _ in range(5):
        store.create(a_key(), a_record(), NOW - 1)
    assert [store.reap(NOW, limit=3) for _ in range(3)] == [3, 2, 0]
    assert list(store.list_subject("alice")) == []


def test_reap_does_not_wait_for_what_somebody_else_is_at(
    store: PostgresStore, beside: psycopg.Connection
) -> None:
    """A row that is locked is left for later, and the others are cleared away."""
    busy = a_key()
    for key in (busy, a_key(), a_key()):
        store.create(key, a_record(), NOW - 1)
    with beside.transaction():
        beside.execute("SELECT FROM sessions WHERE key = %s FOR UPDATE", (busy,))
        assert store.reap(NOW) == 2
    assert store.reap(NOW) == 1


@pytest.mark.parametrize(
    "damage", [b"", b"\xc1", b"\x80", b"\x97\x63\xa1h\xa1s" + (b"\xcb" + b"\x00" * 8) * 2]
)
def test_a_damaged_record_is_absent_and_reported(
    damage: bytes,
    store: PostgresStore,
    beside: psycopg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither a crash nor a login; and it can still be deleted."""
    key = a_key()
    store.create(key, a_record(), LATER)
    beside.execute("UPDATE sessions SET head = %s", (damage,))
    with caplog.at_level(logging.ERROR, "sessions.audit"):
        assert store.read(key) is None
    assert [record.message for record in caplog.records] == ["session_record_damaged"]
    store.delete(key)
    assert beside.execute("SELECT count(*) FROM sessions").fetchone() == (0,)


@pytest.mark.parametrize("damage", [b"", b"\xc1", b"\x81\xa1\x61\x05"])
def test_damaged_user_data_is_absent_and_reported(
    damage: bytes,
    store: PostgresStore,
    beside: psycopg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """To a read and to a merge, neither of which is an error."""
    key = a_key()
    store.create(key, a_record(cart=b"1"), LATER)
    beside.execute("UPDATE sessions SET data = %s", (damage,))
    with caplog.at_level(logging.ERROR, "sessions.audit"):
        assert store.read(key) is None
        assert store.merge(key, {"a": b"1"}, 100) is False
    assert [record.message for record in caplog.records] == ["session_record_damaged"] * 2


def test_a_login_clears_away_what_is_long_past(store: PostgresStore) -> None:
    """Though nobody reaps; what is left goes in full when somebody does."""
    for n in range(100):
        at = NOW + 10 * n
        record = msgspec.structs.replace(a_record(None), created_at=at)
        store.create(a_key(), record, at + 60)
    assert reap_all(store, LATER) <= (60 + GARBAGE_S) / 10 + SWEPT
    for _ in range(25):
        store.create(a_key(), a_record(), NOW - 1)
    assert reap_all(store, NOW, batch=10) == 25


def test_nothing_at_rest_is_a_credential(store: PostgresStore, beside: psycopg.Connection) -> None:
    """No column holds a session ID, as text or as bytes."""
    credential = SessionManager(store).issue("alice", {"cart": 1}).credential
    row = beside.execute("SELECT * FROM sessions").fetchone()
    assert row is not None
    at_rest = b" ".join(bytes(value) for value in row if isinstance(value, bytes))
    assert b"alice" in at_rest
    assert credential.encode() not in at_rest


def test_names_of_any_length_and_any_characters_are_kept(store: PostgresStore) -> None:
    """No limit of an index, and no NUL in a path, becomes an outage."""
    long = "é" * 10_000
    store.create(a_key(), a_record(subject=long), LATER)
    assert len(store.list_subject(long)) == 1
    assert store.delete_handle("alice", "\x00") is False


def test_schemas_are_strangers(postgres_url: str, schema: str, store: PostgresStore) -> None:
    """Two stores in one database neither see nor end each other's sessions."""
    other = PostgresStore(postgres_url, schema + '"; --')
    keys = [a_key(), a_key()]
    store.create(keys[0], a_record(), LATER)
    other.create(keys[1], a_record(), LATER)
    assert store.read(keys[1]) is None
    assert other.delete_subject("alice") == 1
    assert store.read(keys[0]) is not None
    other.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA "{schema}""; --" CASCADE'.encode())


@pytest.mark.parametrize("name", ["", "x" * 64, "é" * 32])
def test_a_schema_that_the_server_would_rename_is_refused(postgres_url: str, name: str) -> None:
    """PostgreSQL cuts long names in silence: two stores could become one."""
    with pytest.raises(ValueError, match="1 to 63 bytes"):
        PostgresStore(postgres_url, name)


def test_a_schema_of_a_newer_version_is_refused(
    postgres_url: str, schema: str, store: PostgresStore, beside: psycopg.Connection
) -> None:
    """An old node must not write what a newer one has laid out; the message says what to do."""
    store.ping()
    beside.execute("INSERT INTO schema_version VALUES (99)")
    with pytest.raises(ValueError, match="upgrade this node"):
        PostgresStore(postgres_url, schema).ping()


@pytest.mark.parametrize(
    "name", ["postgres_connection.py", "postgres_errors.py", "postgres_pool.py"]
)
def test_both_halves_speak_to_the_server_alike(name: str) -> None:
    """What neither sessions nor tokens are in is one text twice."""
    one, other = (ROOT / half / "stores" / name for half in ("sessions", "tokens"))
    assert one.read_text() == other.read_text()
