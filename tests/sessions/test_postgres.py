"""Sessions in PostgreSQL: the contract, the manager, and what is particular to this store."""

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
from pathlib import Path

import psycopg
import pytest

from sessions import SessionManager
from sessions.stores.postgres import PostgresStore
from sessions.testing import LATER, NOW, SessionStoreContract, a_key, a_record, at_once
from tests.postgres_relay import Relay
from tests.sessions import test_cap, test_manager, test_races, test_state_machine

ROOT = Path(__file__).parent.parent.parent
ROUNDS = 150

# What is promised over every store is promised over this one: the fixture below takes the place
# of the one that gives the others.
for module in (test_cap, test_manager, test_races, test_state_machine):
    for name, found in vars(module).items():
        if name.startswith("test_") and {"store", "manager"} & set(signature(found).parameters):
            globals()[name] = found


@pytest.fixture
def schema(postgres_url: str) -> Iterator[str]:
    name = f"sessions {secrets.token_hex(4)}"
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


def test_no_session_escapes_the_end_of_all(store: PostgresStore) -> None:
    """Renewals that race the end of a subject's sessions save none, in many rounds."""
    for _ in range(ROUNDS):
        moves = [(a_key(), a_key()) for _ in range(3)]
        for old, _ in moves:
            store.create(old, a_record(), LATER)
        *_, ended = at_once(
            *(partial(store.replace, old, new, a_record(), LATER) for old, new in moves),
            partial(store.delete_subject, "alice"),
        )
        assert ended == len(moves)
        assert [store.read(key) for pair in moves for key in pair] == [None] * 6


def test_ends_of_all_at_once_do_not_deadlock(
    postgres_url: str, schema: str, store: PostgresStore, beside: psycopg.Connection
) -> None:
    """Two of them take turns, though renewals changed the order in which they meet the rows."""
    first, second, third, renewed = (a_key() for _ in range(4))
    for key in (first, second, third):
        store.create(key, a_record(), LATER)
    counts: list[object] = []

    def end_all() -> None:
        counts.extend(at_once(partial(store.delete_subject, "alice")))

    one, two = threading.Thread(target=end_all), threading.Thread(target=end_all)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute(f'SET search_path = "{schema}"'.encode())
        with beside.transaction():
            beside.execute("UPDATE sessions SET key = %s WHERE key = %s", (a_key(), first))
            one.start()
            wait_for(other, WAITING_FOR % beside.info.backend_pid, 1)
            assert store.replace(second, renewed, a_record(), LATER) is True
            other.execute("BEGIN")
            other.execute("SELECT FROM sessions WHERE key = %s FOR UPDATE", (renewed,))
        # The first end now holds a row that stands behind the third, and waits for another.
        wait_for(beside, WAITING_FOR % other.info.backend_pid, 1)
        two.start()
        wait_for(beside, WAITING, 2)
        other.execute("ROLLBACK")
    one.join()
    two.join()
    assert sorted(counts, key=str) == [0, 3]


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
WAITING_FOR = "SELECT count(*) FROM pg_stat_activity WHERE %d = ANY (pg_blocking_pids(pid))"


def wait_for(beside: psycopg.Connection, question: str, answer: int) -> None:
    """Ask until the server says so; what others do reaches it a moment later."""
    deadline = time.monotonic() + 5
    while beside.execute(question.encode()).fetchone() != (answer,):
        assert time.monotonic() < deadline


MERGES = """
import sys
from sessions.stores.postgres import PostgresStore
store = PostgresStore(sys.argv[1], sys.argv[2])
for n in range(25):
    assert store.merge(bytes.fromhex(sys.argv[3]), {f"{sys.argv[4]}-{n}": b"1"}, 10_000)
"""


def test_processes_lose_no_update_to_each_other(
    postgres_url: str, schema: str, store: PostgresStore
) -> None:
    """Four processes that write different keys of one session all find theirs afterwards."""
    key = a_key()
    store.create(key, a_record(), LATER)
    command = [sys.executable, "-c", MERGES, postgres_url, schema, key.hex()]
    writers = [subprocess.Popen([*command, name]) for name in "abcd"]
    assert [writer.wait() for writer in writers] == [0] * 4
    record = store.read(key)
    assert record is not None
    assert len(record.data) == 100


STARTS = """
import sys
from sessions.stores.postgres import PostgresStore
sys.stdin.read(1)
PostgresStore(sys.argv[1], sys.argv[2]).ping()
"""


def test_nodes_that_start_at_once_make_the_tables_once(
    postgres_url: str, schema: str, beside: psycopg.Connection
) -> None:
    """Whoever comes second finds the schema made; none fails."""
    command = [sys.executable, "-c", STARTS, postgres_url, schema]
    nodes = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(5)]
    for node in nodes:
        assert node.stdin is not None
        node.stdin.close()
    assert [node.wait() for node in nodes] == [0] * 5
    assert beside.execute("SELECT version FROM schema_version").fetchall() == [(1,)]


def test_a_schema_of_a_newer_version_is_refused(
    postgres_url: str, schema: str, store: PostgresStore, beside: psycopg.Connection
) -> None:
    """An old node must not write what a newer one has laid out; the message says what to do."""
    store.ping()
    beside.execute("INSERT INTO schema_version VALUES (99)")
    with pytest.raises(ValueError, match="upgrade this node"):
        PostgresStore(postgres_url, schema).ping()


FORKS = """
import os, sys
import psycopg
from sessions.stores.postgres import PostgresStore
store, key = PostgresStore(sys.argv[1], sys.argv[2]), bytes.fromhex(sys.argv[3])
beside = psycopg.connect(sys.argv[1], autocommit=True, application_name="beside")
there = "SELECT array_agg(pid) FROM pg_stat_activity WHERE application_name = 'forks'"
assert store.read(key) is not None
[own] = beside.execute(there).fetchone()
child = os.fork()
if child == 0:
    assert store.read(key) is not None
    both = psycopg.connect(sys.argv[1], autocommit=True, application_name="beside")
    assert len(both.execute(there).fetchone()[0]) == 2
    store.close()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert store.read(key) is not None
assert own[0] in beside.execute(there).fetchone()[0]
"""


def test_a_fork_has_a_conversation_of_its_own(
    postgres_url: str, schema: str, store: PostgresStore
) -> None:
    """A server that forks its workers gives nobody somebody else's session, or hangs up on it."""
    key = a_key()
    store.create(key, a_record(), LATER)
    url = f"{postgres_url}?application_name=forks"
    command = [sys.executable, "-c", FORKS, url, schema, key.hex()]
    assert subprocess.run(command, check=False).returncode == 0


def test_threads_that_come_and_go_share_connections(
    postgres_url: str, schema: str, beside: psycopg.Connection
) -> None:
    """There are as many as there were operations at once, and none after the end."""
    store = PostgresStore(f"{postgres_url}?application_name=threads", schema)
    there = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'threads'"
    for _ in range(10):
        at_once(store.ping, store.ping)
    assert beside.execute(there).fetchone() in [(1,), (2,)]
    store.close()
    wait_for(beside, there, 0)


@pytest.mark.parametrize("name", ["postgres_connection.py", "postgres_pool.py", "forks.py"])
def test_both_halves_speak_to_the_server_alike(name: str) -> None:
    """What neither sessions nor tokens are in is one text twice."""
    one, other = (ROOT / half / "stores" / name for half in ("sessions", "tokens"))
    assert one.read_text() == other.read_text()
