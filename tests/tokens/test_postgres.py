"""Tokens in PostgreSQL: the contract, the manager, and what is particular to this store."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from inspect import signature

import msgspec
import psycopg
import pytest

from tests.conftest import FakeClock
from tests.postgres_relay import Relay
from tests.tokens import (
    test_cap,
    test_clocks,
    test_door,
    test_events,
    test_generation,
    test_issuing,
    test_lifetimes,
    test_races,
    test_renewing,
    test_revoking,
    test_state_machine,
)
from tests.tokens.conftest import a_manager, renewal_reason
from tokens import Reason, reap_all
from tokens.stores.base import GARBAGE_S, SPENT_KEPT, SWEPT
from tokens.stores.postgres import PostgresStore
from tokens.testing import LATER, NOW, TokenStoreContract, a_key, a_record

# What is promised over every store is promised over this one: the fixture below takes the place
# of the one that gives the others.
TAKING = {"store", "manager", "denying", "generations"}
for module in (
    test_cap,
    test_clocks,
    test_door,
    test_issuing,
    test_renewing,
    test_revoking,
    test_lifetimes,
    test_events,
    test_generation,
    test_races,
    test_state_machine,
):
    for name, found in vars(module).items():
        if name.startswith("test_") and TAKING & set(signature(found).parameters):
            globals()[name] = found
generations = test_generation.generations


@pytest.fixture
def store(postgres_url: str, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(postgres_url, schema)
    yield made
    made.close()


class TestPostgres(TokenStoreContract):
    """The contract, over PostgreSQL."""


def test_the_hot_path_is_one_round_trip(postgres_url: str, schema: str) -> None:
    """Counted on the wire: each question asks once and is answered once."""
    with Relay(postgres_url) as relay:
        store = PostgresStore(relay.url, schema)
        store.deny(["family"], LATER)
        store.advance("counter", 1, 7, LATER)
        for question, answer in (
            (partial(store.is_denied, "family"), True),
            (partial(store.standing, "family", "counter"), (True, 7)),
        ):
            question()
            before = relay.round_trips
            assert question() == answer
            assert relay.round_trips == before + 1
        store.close()


def test_reap_clears_away_what_is_due_in_bounded_batches(
    store: PostgresStore, beside: psycopg.Connection
) -> None:
    """At most *limit* at a time, over all three kinds; nothing is left behind."""
    for n in range(2):
        store.create(a_key(), a_record(), NOW - 1)
        store.deny([f"family-{n}"], NOW - 1)
        store.advance(f"counter-{n}", 1, 0, NOW - 1)
    assert [store.reap(NOW, limit=4) for _ in range(3)] == [4, 2, 0]
    for table in ("families", "refresh_tokens", "denials", "counters"):
        left = beside.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
        assert left == (0,)


def test_a_family_keeps_few_spent_tokens_and_knows_the_others(
    store: PostgresStore, beside: psycopg.Connection, clock: FakeClock
) -> None:
    """After many renewals it is as large as after a few, and an old token still ends it."""
    manager = a_manager(store, clock)
    grant = manager.issue("alice")
    renewal = grant.renewal or ""
    for _ in range(2 * SPENT_KEPT):
        clock.advance(0.1)
        renewal = manager.renew(renewal).renewal or ""
    left = beside.execute(b"SELECT count(*) FROM refresh_tokens").fetchone()
    assert left == (SPENT_KEPT + 1,)
    assert renewal_reason(manager, grant.renewal) is Reason.REUSED
    assert renewal_reason(manager, renewal) is Reason.UNKNOWN


def test_a_login_clears_away_what_is_long_past(store: PostgresStore) -> None:
    """Families, denials and counters, though nobody reaps."""
    for n in range(100):
        at = NOW + 10 * n
        record = msgspec.structs.replace(a_record(None), created_at=at)
        store.create(a_key(), record, at + 60)
        store.deny([f"family {n}"], at + 60)
        store.advance(f"counter {n}", 1, 0, at + 60)
    assert reap_all(store, LATER) <= 3 * ((60 + GARBAGE_S) / 10 + SWEPT)


def test_a_damaged_record_is_absent_and_reported(
    store: PostgresStore, beside: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a crash nor a login; and it can still be deleted."""
    key, record = a_key(), a_record()
    store.create(key, record, LATER)
    beside.execute("UPDATE families SET head = %s", (b"\xc1",))
    with caplog.at_level(logging.ERROR, "tokens.audit"):
        assert store.read(record.handle, key) is None
    assert [entry.message for entry in caplog.records] == ["authn_token_record_damaged"]
    store.delete(record.handle)
    assert beside.execute("SELECT count(*) FROM refresh_tokens").fetchone() == (0,)


def test_nothing_at_rest_is_a_credential(
    store: PostgresStore, beside: psycopg.Connection, clock: FakeClock
) -> None:
    """No column of any table holds a refresh token or an access token, spent or not."""
    manager = a_manager(store, clock, "denylist")
    grants = [manager.issue("alice", {"cart": 1})]
    grants.append(manager.renew(grants[0].renewal or ""))
    manager.revoke(manager.issue("alice").credential)
    at_rest = b""
    for table in ("families", "refresh_tokens", "denials", "counters"):
        for row in beside.execute(f"SELECT * FROM {table}".encode()).fetchall():
            at_rest += b" ".join(bytes(v) for v in row if isinstance(v, bytes))
    assert b"alice" in at_rest
    for grant in grants:
        handle, _, secret = (grant.renewal or "").partition(".")
        assert handle.encode() in at_rest
        assert secret.encode() not in at_rest
        assert grant.credential.encode() not in at_rest


def test_a_denial_of_many_names_is_told_once_each_and_in_order(store: PostgresStore) -> None:
    """Names of any characters, and one that stands there twice."""
    names = ["b", "a,b", "", "\x00", "é", "b", *(f"family-{n}" for n in range(500))]
    store.deny(names, LATER)
    assert [name for name, _ in store.denied_since(None).denials] == list(dict.fromkeys(names))
    assert all(store.is_denied(name) for name in names)


def test_a_listener_hears_of_a_denial_while_it_waits(store: PostgresStore) -> None:
    """It is told; it does not find out at the end of its patience."""
    listener = store.listen()
    assert listener is not None
    heard: list[tuple[bool, float]] = []

    def wait() -> None:
        began_at = time.monotonic()
        heard.append((listener.wait(30), time.monotonic() - began_at))

    waiting = threading.Thread(target=wait)
    waiting.start()
    store.deny(["family"], LATER)
    waiting.join()
    assert heard[0][0] is True
    assert heard[0][1] < 5
    listener.close()


def test_a_listener_is_certain_without_being_told(
    store: PostgresStore, beside: psycopg.Connection
) -> None:
    """`confirm` looks at the denials themselves: a notice that went astray hides none."""
    listener = store.listen()
    assert listener is not None
    beside.execute("INSERT INTO denials (name, until) VALUES ('family', 0)")
    assert listener.confirm() is True
    assert listener.confirm() is False
    listener.close()
