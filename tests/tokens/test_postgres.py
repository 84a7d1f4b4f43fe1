"""Tokens in PostgreSQL: the contract, the manager, and what is particular to this store."""

from __future__ import annotations

import logging
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from inspect import signature

import psutil
import psycopg
import pytest

from bench.servers.postgres import Postgres
from tests.conftest import FakeClock
from tests.postgres_relay import Relay
from tests.tokens import test_cap, test_generation, test_manager, test_races, test_state_machine
from tests.tokens.conftest import a_manager
from tokens.record import Outcome
from tokens.stores.postgres import PostgresStore
from tokens.testing import GRACE_SINCE, LATER, NOW, TokenStoreContract, a_key, a_record, at_once

ROUNDS = 100

# What is promised over every store is promised over this one: the fixture below takes the place
# of the one that gives the others.
TAKING = {"store", "manager", "denying", "generations"}
for module in (test_cap, test_manager, test_generation, test_races, test_state_machine):
    for name, found in vars(module).items():
        if name.startswith("test_") and TAKING & set(signature(found).parameters):
            globals()[name] = found
generations = test_generation.generations


@pytest.fixture
def schema(postgres_url: str) -> Iterator[str]:
    name = f"tokens {secrets.token_hex(4)}"
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE'.encode())


@pytest.fixture
def store(postgres_url: str, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(postgres_url, schema)
    yield made
    made.close()


@pytest.fixture
def beside(postgres_url: str, schema: str) -> Iterator[psycopg.Connection]:
    """A client of its own on the same tables."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'SET search_path = "{schema}"'.encode())
        yield connection


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


def test_no_family_escapes_the_end_of_all(store: PostgresStore) -> None:
    """Rotations that race the end of a subject's families save none, in many rounds."""
    for _ in range(ROUNDS):
        families = [(a_record(), a_key(), a_key()) for _ in range(3)]
        for record, key, _ in families:
            store.create(key, record, LATER)
        rotations = [
            partial(store.replace, r.handle, k, new, b"n", NOW, LATER, GRACE_SINCE)
            for r, k, new in families
        ]
        *rotated, ended, _ = at_once(
            *rotations,
            partial(store.delete_subject, "alice"),
            partial(store.delete_subject, "alice"),
        )
        assert {rotation.outcome for rotation in rotated} <= {Outcome.ROTATED, Outcome.ABSENT}
        assert isinstance(ended, list)
        for record, *keys in families:
            assert [store.read(record.handle, key) for key in keys] == [None, None]


def test_of_a_rotation_and_its_repetition_one_wins_in_every_round(store: PostgresStore) -> None:
    """A loser that waited for the winner sees what the winner wrote, not what was before."""
    for _ in range(ROUNDS):
        record, key = a_record(), a_key()
        store.create(key, record, LATER)
        rotations = at_once(
            *(
                partial(store.replace, record.handle, key, a_key(), n, NOW, LATER, GRACE_SINCE)
                for n in (b"one", b"two", b"three")
            )
        )
        outcomes = [rotation.outcome for rotation in rotations]
        assert sorted(outcomes, key=str) == [Outcome.REPEATED] * 2 + [Outcome.ROTATED]
        assert len({rotation.nonce for rotation in rotations}) == 1


DENIES = """
import sys
from tokens.stores.postgres import PostgresStore
store = PostgresStore(sys.argv[1], sys.argv[2])
for n in range(50):
    store.deny([f"{sys.argv[3]}-{n}"], float(sys.argv[4]))
"""


def test_who_follows_misses_no_denial_of_other_processes(
    postgres_url: str, schema: str, store: PostgresStore
) -> None:
    """Whatever order the writers finish in, numbers become visible in theirs."""
    command = [sys.executable, "-c", DENIES, postgres_url, schema]
    writers = [subprocess.Popen([*command, name, str(LATER)]) for name in "abcd"]
    told, cursor, over = [], None, False
    while True:
        over = all(writer.poll() is not None for writer in writers)
        changes = store.denied_since(cursor)
        told += [name for name, _ in changes.denials]
        cursor = changes.cursor
        if over:
            break
    assert [writer.returncode for writer in writers] == [0] * 4
    assert sorted(told) == sorted(f"{name}-{n}" for name in "abcd" for n in range(50))


def test_a_denial_of_many_names_is_told_once_each_and_in_order(store: PostgresStore) -> None:
    """Names of any characters, and one that stands there twice."""
    names = ["b", "a,b", "", "\x00", "é", "b", *(f"family-{n}" for n in range(500))]
    store.deny(names, LATER)
    assert [name for name, _ in store.denied_since(None).denials] == list(dict.fromkeys(names))
    assert all(store.is_denied(name) for name in names)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One of our own, with everything that makes a commit durable."""
    with Postgres(tmp_path_factory.mktemp("crashing")) as running:
        yield running


def test_a_denial_survives_the_death_of_the_server(server: Postgres) -> None:
    """kill -9 of PostgreSQL right after an acknowledged logout un-revokes nothing."""
    store, key, record = PostgresStore(server.url), a_key(), a_record()
    store.create(key, record, LATER)
    store.deny(["family"], LATER)
    store.advance("counter", 1, 7, LATER)
    store.delete(record.handle)
    cursor = store.denied_since(None).cursor
    server.kill()
    with pytest.raises(store.outages):
        store.is_denied("family")
    server.start()
    assert store.standing("family", "counter") == (True, 7)
    assert store.read(record.handle, key) is None
    store.deny(["another"], LATER)
    assert [name for name, _ in store.denied_since(cursor).denials] == ["another"]
    store.close()


def test_a_server_that_is_back_without_its_data_denies_nothing(server: Postgres) -> None:
    """Its tables are made anew: what was denied is not, and nothing is an error for ever."""
    store = PostgresStore(server.url)
    store.deny(["lost"], LATER)
    server.kill()
    with pytest.raises(store.outages):
        store.is_denied("lost")
    server.start(keep=False)
    assert store.is_denied("lost") is False
    store.deny(["kept"], LATER)
    assert store.is_denied("kept") is True
    store.close()


def test_a_listener_whose_server_dies_or_hangs_says_so(server: Postgres) -> None:
    """Silence is not an answer: only `confirm` is, and it takes two seconds at most."""
    store = PostgresStore(server.url)
    listener = store.listen()
    assert listener is not None
    assert listener.confirm() is False
    postmaster = psutil.Process(server.server.pid)
    hung = [postmaster, *postmaster.children(recursive=True)]
    for process in hung:
        process.suspend()
    began_at = time.monotonic()
    try:
        assert listener.wait(0.01) is False
        with pytest.raises(store.outages):
            listener.confirm()
    finally:
        for process in hung:
            process.resume()
    assert time.monotonic() - began_at < 2
    listener = store.listen()
    assert listener is not None
    server.kill()
    with pytest.raises(store.outages):
        listener.wait(5)
    server.start()
    listener.close()
    store.close()


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
