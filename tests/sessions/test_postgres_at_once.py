"""Many at one PostgreSQL: threads, processes, forks and nodes that start, on the same sessions."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial

import psycopg
import pytest

from sessions.stores.postgres import PostgresStore
from sessions.testing import LATER, a_key, a_record, at_once

ROUNDS = 150


@pytest.fixture
def store(postgres_url: str, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(postgres_url, schema)
    yield made
    made.close()


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
