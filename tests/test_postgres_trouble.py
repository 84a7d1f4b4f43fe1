"""Many callers at a PostgreSQL that hangs, hangs up, fails over or only reads; for both halves."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

import sessions.testing as s
import tokens.testing as t
from bench.servers.postgres import Postgres
from sessions.stores.postgres import PostgresStore as SessionStore
from tokens.stores.postgres import PostgresStore as TokenStore

CALLERS = 128
SILENCE_S = 2.0
RECOVERY_S = 3.0  # 0.1 s at rest
AT_ONCE_S = 0.5  # a thread's turn on a busy machine comes late


class Half:
    """A store of one half, and what is done with it here."""

    def __init__(self, name: str, url: str) -> None:
        self.store: Any = SessionStore(url) if name == "sessions" else TokenStore(url)
        self._is_session = name == "sessions"

    def look(self) -> None:
        """Read."""
        if self._is_session:
            self.store.read(s.a_key())
        else:
            self.store.is_denied("family")

    def write(self) -> None:
        """Write, so that a second time would show."""
        if self._is_session:
            self.store.create(s.a_key(), s.a_record(), s.LATER)
        else:
            self.store.advance("counter", 1, 1, t.LATER)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """One of our own, which is stopped, killed and set to read only."""
    with Postgres(tmp_path_factory.mktemp("trouble"), options={"fsync": "off"}) as running:
        yield running


@pytest.fixture(params=["sessions", "tokens"])
def half(request: pytest.FixtureRequest, server: Postgres) -> Iterator[Half]:
    made = Half(request.param, f"{server.url}?application_name=trouble")
    made.write()
    yield made
    made.store.close()


@contextlib.contextmanager
def hung(server: Postgres) -> Iterator[None]:
    """The server and all its processes stand still for the block."""
    postmaster = psutil.Process(server.server.pid)
    processes = [postmaster, *postmaster.children(recursive=True)]
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


def at_once(count: int, call: Callable[[], None], outages: Any) -> list[tuple[str, float]]:
    """Return how each of *count* concurrent calls ended, and after how many seconds."""
    ended: list[tuple[str, float]] = []
    ready = threading.Barrier(count)

    def run() -> None:
        ready.wait()
        began_at = time.monotonic()
        try:
            call()
            how = "answered"
        except outages as exc:
            how = type(exc).__name__
        ended.append((how, time.monotonic() - began_at))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def recover(half: Half) -> None:
    """Write as soon as the server answers, which is soon."""
    deadline = time.monotonic() + RECOVERY_S
    while True:
        with contextlib.suppress(*half.store.outages):
            return half.write()
        assert time.monotonic() < deadline


def how_many(server: Postgres) -> int:
    """The connections that the server has of ours."""
    with psycopg.connect(server.url) as beside:
        question = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'trouble'"
        row = beside.execute(question).fetchone()
    return int(row[0]) if row else -1


def test_a_hung_server_holds_few_of_many_callers(server: Postgres, half: Half) -> None:
    """The first wait until their time is over; while it is silent one tries, the rest go on."""
    outages = half.store.outages
    with hung(server):
        one = at_once(1, half.look, outages) + at_once(16, half.look, outages)
        assert 1 <= sum(how == "NoAnswer" for how, _ in one) <= 3
    recover(half)
    with hung(server):
        first = at_once(CALLERS, half.look, outages)
        assert len(first) == CALLERS
        assert {how for how, _ in first} == {"NoAnswer", "OperationalError"}
        assert sum(how == "NoAnswer" for how, _ in first) <= 17
        assert max(took for _, took in first) < SILENCE_S
        again = at_once(CALLERS, half.look, outages)
        assert sum(how == "NoAnswer" for how, _ in again) <= 2
        assert max(took for how, took in again if how == "OperationalError") < AT_ONCE_S
    recover(half)
    assert {how for how, _ in at_once(CALLERS, half.write, outages)} == {"answered"}
    assert how_many(server) <= 16


def test_after_an_idle_close_no_write_fails(server: Postgres, half: Half) -> None:
    """The server, or a firewall, has closed what nobody used: it is seen before a write."""
    for _ in range(3):
        assert {how for how, _ in at_once(16, half.write, half.store.outages)} == {"answered"}
        with psycopg.connect(server.url, autocommit=True) as beside:
            beside.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE application_name = 'trouble'"
            )
        assert {how for how, _ in at_once(40, half.write, half.store.outages)} == {"answered"}


def test_read_only_is_an_outage_once_and_then_well(server: Postgres, half: Half) -> None:
    """After a failover every connection leads to a server that only reads; one write finds out."""
    with psycopg.connect(server.url, autocommit=True) as beside:
        beside.execute("ALTER DATABASE bench SET default_transaction_read_only = on")
    half.store.close()
    assert {how for how, _ in at_once(16, half.look, half.store.outages)} == {"answered"}
    with psycopg.connect(server.url, autocommit=True) as beside:
        beside.execute("SET default_transaction_read_only = off")
        beside.execute("ALTER DATABASE bench RESET default_transaction_read_only")
    with pytest.raises(half.store.outages, match="connect to the primary"):
        half.write()
    half.write()


def test_of_several_hosts_the_one_that_hangs_is_left(server: Postgres, half: Half) -> None:
    """It takes connections and never answers: a call later the next host is tried first."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        user, hosts = urlsplit(server.url), f"127.0.0.1:{silent.getsockname()[1]},127.0.0.1"
        url = f"postgresql://{user.username}:{user.password}@{hosts}:{server.port}/bench"
        store = type(half.store)(url)
        with pytest.raises(half.store.outages, match="did not answer"):
            store.ping()
        for _ in range(3):
            store.ping()
            store.close()


def test_a_standby_answers_reads_and_refuses_writes(server: Postgres, half: Half) -> None:
    """A real one, in recovery; once it is promoted all is well."""
    signal_file = server.folder / "data" / "standby.signal"
    server.kill()
    signal_file.touch()
    server.start()
    try:
        half.look()
        with pytest.raises(half.store.outages, match="connect to the primary"):
            half.write()
        half.look()
        if isinstance(half.store, TokenStore):
            with pytest.raises(half.store.outages, match="connect to the primary"):
                half.store.denied_since(None)
    finally:
        signal_file.unlink()
        server.kill()
        server.start()
    half.write()


@pytest.mark.parametrize("kind", ["sessions", "tokens"])
def test_a_restart_under_load_fails_only_what_was_under_way(server: Postgres, kind: str) -> None:
    """Eight writers go on; after the restart each is answered again within a second."""
    half, ended, stop = Half(kind, server.url), [], threading.Event()

    def write() -> None:
        while not stop.is_set():
            try:
                half.write()
                ended.append((time.monotonic(), True))
            except half.store.outages:
                ended.append((time.monotonic(), False))
                stop.wait(0.01)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    server.kill()
    server.start()
    back_at = time.monotonic()
    while not any(at > back_at + 1 for at, _ in ended):
        assert time.monotonic() < back_at + 10
        stop.wait(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert all(well for at, well in ended if at > back_at + 1)
    half.store.close()


def test_a_server_that_dies_meanwhile_is_said_in_one_line(server: Postgres, half: Half) -> None:
    """However many lines libpq has for it."""
    waits = threading.Thread(target=server.kill)
    connection = half.store._pool._connections.take()
    waits.start()
    with pytest.raises(half.store.outages) as caught:
        connection.run("SELECT pg_sleep(1)")
    waits.join()
    server.start()
    half.store._pool._connections.drop(connection, caught.value)
    assert "\n" not in str(caught.value)
    half.write()
