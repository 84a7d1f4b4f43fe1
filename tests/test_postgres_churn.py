"""Threads, greenlets and bursts that come and go: what is open at PostgreSQL stays bounded."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import psycopg
import pytest

from sessions.stores import pool as sessions_pool
from sessions.stores.postgres import PostgresStore as SessionStore
from tokens.stores import pool as tokens_pool
from tokens.stores.postgres import PostgresStore as TokenStore

OPEN = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s"
MOST = 16


class Made:
    """A store whose connections are known by their application's name."""

    def __init__(self, kind: str, url: str) -> None:
        self.name = f"churn-{token_hex(4)}"
        self.schema = f"churn {token_hex(4)}"
        self.url = f"{url}?application_name={self.name}"
        self.pool: Any = sessions_pool if kind == "sessions" else tokens_pool
        self.store: Any = (SessionStore if kind == "sessions" else TokenStore)(
            self.url, self.schema
        )
        self.store.ping()


@pytest.fixture(params=["sessions", "tokens"])
def made(request: pytest.FixtureRequest, postgres_url: str) -> Iterator[Made]:
    found = Made(request.param, postgres_url)
    yield found
    found.store.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{found.schema}" CASCADE'.encode())


@pytest.fixture
def beside(postgres_url: str) -> Iterator[psycopg.Connection]:
    """A client that looks on."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def how_many(beside: psycopg.Connection, name: str) -> int:
    """The connections that the server has of *name*."""
    row = beside.execute(OPEN, (name,)).fetchone()
    return int(row[0]) if row else -1


def comes_to(beside: psycopg.Connection, name: str, most: int) -> bool:
    """Whether the server has soon at most *most*; it hears of a goodbye a moment later."""
    return any(how_many(beside, name) <= most for _ in range(5000))


def burst(store: Any, threads: int) -> None:
    """Ask once from each of *threads* that start at once and end."""
    failed: list[BaseException] = []

    def ask() -> None:
        try:
            store.ping()
        except BaseException as exc:
            failed.append(exc)

    started = [threading.Thread(target=ask) for _ in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    assert failed == []


def descriptors() -> int:
    """The files that this process has open."""
    return len(os.listdir("/proc/self/fd"))


def test_two_thousand_short_threads_share_few_connections(
    made: Made, beside: psycopg.Connection
) -> None:
    """In waves of a hundred; no connection outlives the maximum."""
    before = descriptors()
    for _ in range(20):
        burst(made.store, 100)
        assert how_many(beside, made.name) <= MOST
    assert descriptors() <= before + MOST


def test_a_burst_at_a_new_schema_makes_its_tables_once(made: Made, postgres_url: str) -> None:
    """Whoever waited for another's tables finds them; in several rounds."""
    for n in range(5):
        store = type(made.store)(made.url, f"{made.schema} {n}")
        burst(store, 10)
        store.close()
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f'DROP SCHEMA "{made.schema} {n}" CASCADE'.encode())


def test_what_a_burst_has_left_is_closed_after_idle_time(
    made: Made, beside: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next use keeps one connection, and again after every burst."""
    real, ahead_s = made.pool.monotonic, 0.0
    monkeypatch.setattr(made.pool, "monotonic", lambda: real() + ahead_s)
    for _ in range(3):
        burst(made.store, 64)
        ahead_s += made.pool.IDLE_S + 1
        made.store.ping()
        assert comes_to(beside, made.name, 1)


def test_a_lost_connection_is_closed_with_its_last_reference(
    made: Made, beside: psycopg.Connection
) -> None:
    """A caller that vanished between taking and giving leaves nothing open."""
    for _ in range(3 * MOST):
        made.store._pool._connections.take()
    assert comes_to(beside, made.name, 0)


def test_an_abandoned_store_closes_its_connections(made: Made, beside: psycopg.Connection) -> None:
    """Nobody has to call `close`."""
    name = f"churn-{token_hex(4)}"
    store = type(made.store)(made.url.replace(made.name, name), made.schema)
    burst(store, 8)
    assert how_many(beside, name) >= 1
    del store
    gc.collect()
    assert comes_to(beside, name, 0)


def test_a_forked_child_leaves_its_parent_the_conversation(
    made: Made, beside: psycopg.Connection
) -> None:
    """It has connections of its own, and says no goodbye on the parent's, used or idle."""
    taken = made.store._pool._connections.take()
    made.store.ping()
    child = os.fork()
    if child == 0:
        try:
            made.store.ping()
            made.store.close()
            taken.close()
            del taken
            gc.collect()
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert taken.run("SELECT 1").ntuples == 1
    made.store._pool._connections.give(taken)
    assert comes_to(beside, made.name, 2)
    assert how_many(beside, made.name) == 2


GREENLETS = """
import sys, time, gevent
store = PostgresStore(sys.argv[1], sys.argv[2])
store.ping()
for wave in range(20):
    jobs = [gevent.spawn(store.ping) for _ in range(100)]
    gevent.joinall(jobs, raise_error=True)
pool = store._pool
assert len(pool._connections._idle) <= 16

# Eight that wait for the server wait at the same time, and others go on meanwhile.
turns = []
def ticks():
    while True:
        turns.append(1)
        gevent.sleep(0.01)
ticking = gevent.spawn(ticks)
began = time.monotonic()
asleep = [gevent.spawn(pool.run, "SELECT pg_sleep(0.5)") for _ in range(8)]
gevent.joinall(asleep, raise_error=True)
took = time.monotonic() - began
ticking.kill()
assert took < 2, took
assert len(turns) > 10, turns

# What the server has closed is seen before it is used, under gevent's poll as well.
import psycopg
with psycopg.connect(sys.argv[1].partition("?")[0], autocommit=True) as beside:
    where = "FROM pg_stat_activity WHERE application_name = %s"
    name = sys.argv[1].rpartition("=")[2]
    beside.execute(f"SELECT pg_terminate_backend(pid, 5000) {where}", (name,))
store.ping()

# A greenlet that is killed on the way leaves no answer to the next.
for _ in range(20):
    victim = gevent.spawn(pool.run, "SELECT pg_sleep(0.2)")
    gevent.sleep(0.02)
    victim.kill()
    store.ping()
"""
PATCHED = "from gevent import monkey; monkey.patch_all(); "
IMPORTS = {
    SessionStore: PATCHED + "from sessions.stores.postgres import PostgresStore",
    TokenStore: PATCHED + "from tokens.stores.postgres import PostgresStore",
}


def test_greenlets_share_few_connections_and_wait_side_by_side(made: Made) -> None:
    """Two thousand of them in a process that gevent has patched."""
    code = IMPORTS[type(made.store)] + GREENLETS
    command = [sys.executable, "-W", "ignore", "-c", code, made.url, made.schema]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
