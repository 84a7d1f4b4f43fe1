"""Restarts, failovers and hangs of the server, seen through the Redis store of each half."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import redis
import valkey

from sessions.stores.redis import RedisStore as Sessions
from sessions.stores.redis_connection import packed
from tests.tokens.nodes import until
from tests.tokens.servers import Server, a_server
from tokens.stores.redis import RedisStore as Tokens

from .redis_halves import HALVES, Half
from .redis_wire import Wire

LIBRARIES: dict[str, Any] = {"valkey": valkey.Valkey, "redis": redis.Redis}
HANGING = 128


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with a_server(tmp_path) as running:
        yield running


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    with Wire(server.port) as made:
        yield made


@pytest.fixture(params=list(HALVES))
def make(request: pytest.FixtureRequest) -> Callable[[Any], Half]:
    return HALVES[request.param]


@pytest.fixture(params=list(LIBRARIES))
def client_class(request: pytest.FixtureRequest) -> Any:
    return LIBRARIES[request.param]


def at_once(count: int, call: Callable[[], object], outages: Any) -> list[tuple[bool, float]]:
    """Return whether *call* succeeded, and how long it took, for each of *count* threads."""
    results: list[tuple[bool, float]] = []
    together = threading.Barrier(count)

    def run() -> None:
        together.wait()
        began = time.monotonic()
        try:
            call()
            succeeded = True
        except outages:
            succeeded = False
        results.append((succeeded, time.monotonic() - began))

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_server_that_is_gone_is_an_outage_until_it_is_back(
    server: Server, make: Callable[[Any], Half], client_class: Any
) -> None:
    """For every operation; and the same store goes on afterwards."""
    half = make(client_class(port=server.port))
    server.kill(keep=True)
    for name, operation in half.operations().items():
        try:
            operation()
        except half.store.outages:
            continue
        raise AssertionError(f"{name} did not notice")
    server.start()
    half.read()
    half.write()


def test_after_a_restart_no_first_write_fails(
    server: Server, make: Callable[[Any], Half], client_class: Any
) -> None:
    """Of 40 threads that write at once: what the server has closed is seen before a write."""
    half = make(client_class(port=server.port))
    merge, outages = half.operations()["merge"], half.store.outages
    for _ in range(2):
        assert [ok for ok, _ in at_once(40, merge, outages)] == [True] * 40
        server.kill(keep=True)
        server.start()


def test_after_idle_connections_were_closed_no_first_write_fails(
    wire: Wire, make: Callable[[Any], Half], client_class: Any
) -> None:
    """Proxies and servers end what nobody uses."""
    half = make(client_class(port=wire.port))
    merge, outages = half.operations()["merge"], half.store.outages
    assert all(ok for ok, _ in at_once(40, merge, outages))
    wire.cut()
    assert [ok for ok, _ in at_once(40, merge, outages)] == [True] * 40


def test_a_write_is_sent_once_and_a_read_again(
    wire: Wire, make: Callable[[Any], Half], client_class: Any
) -> None:
    """A connection that breaks before the answer: whether a write arrived nobody knows."""
    half = make(client_class(port=wire.port))
    half.write()
    wire.cut_after = b"EVALSHA"
    with pytest.raises(half.store.outages):
        half.operations()["merge"]()
    wire.cut_after = b"HGETALL" if type(half).__name__ == "Sessions" else b"HMGET"
    with pytest.raises(half.store.outages):
        half.operations()["read"]()
    wire.cut_after = b""
    half.read()
    half.write()


def test_a_read_whose_connection_breaks_is_answered_by_another(
    wire: Wire, make: Callable[[Any], Half], client_class: Any
) -> None:
    """Once: a reader sees nothing of a connection that was reset in the meantime."""
    half = make(client_class(port=wire.port))
    half.read()
    connection = half.store._own()
    wire.cut()
    half.store._connections._idle.append(Blind(connection))
    half.read()


class Blind:
    """A connection whose end cannot be seen by looking, as when a firewall forgot it."""

    def __init__(self, connection: Any) -> None:
        self.__dict__.update(connection=connection, ask=connection.ask, close=connection.close)
        self.place, self.idle_since = connection.place, time.monotonic()

    def usable(self) -> bool:
        return True


def test_a_failover_is_an_outage_once(
    tmp_path: Path, wire: Wire, server: Server, make: Callable[[Any], Half], client_class: Any
) -> None:
    """The name leads to the new primary, the old one lives on as its replica."""
    (tmp_path / "other").mkdir()
    with a_server(tmp_path / "other") as other, contextlib.ExitStack() as stack:
        old, new = (stack.enter_context(contextlib.closing(s.client())) for s in (server, other))
        half = make(client_class(port=wire.port))
        assert all(ok for ok, _ in at_once(16, half.operations()["merge"], half.store.outages))
        old.config_set("repl-diskless-sync-delay", 0)
        new.execute_command("REPLICAOF", "127.0.0.1", server.port)
        until(lambda: new.info("replication")["master_link_status"] == "up")
        new.execute_command("REPLICAOF", "NO", "ONE")
        wire.leads_to = other.port
        old.execute_command("REPLICAOF", "127.0.0.1", other.port)
        with pytest.raises(half.store.outages):
            half.write()
        for _ in range(20):
            half.write()


@pytest.mark.parametrize("said", ["MASTERDOWN x", "CLUSTERDOWN x", "LOADING x", "MOVED 1 a:1"])
def test_a_server_that_is_not_the_one_is_left(
    said: str, server: Server, make: Callable[[Any], Half], client_class: Any
) -> None:
    """An error that is not about the command ends all connections that lead there."""
    half = make(client_class(port=server.port))
    pool = half.store._connections
    others = [pool.take() for _ in range(3)]
    while others:
        pool.give(others.pop())
    with pytest.raises(half.store.outages), pool.connection() as connection:
        connection.ask(_error(said))
    assert not pool._idle
    half.write()


@pytest.mark.parametrize("said", ["OOM x", "MISCONF x", "NOREPLICAS x", "ERR x", "NOPERM x"])
def test_an_answer_about_the_command_keeps_the_connection(
    said: str, server: Server, make: Callable[[Any], Half], client_class: Any
) -> None:
    """A full server is asked thousands of times: a connection for each would use up all ports."""
    half = make(client_class(port=server.port))
    half.store.ping()
    [before] = half.store._connections._idle
    with pytest.raises(half.store.outages), half.store._connections.connection() as connection:
        connection.ask(_error(said))
    assert list(half.store._connections._idle) == [before]
    half.write()


def _error(said: str) -> bytes:
    return packed(b"EVAL", f"return redis.error_reply('{said}')".encode(), b"0")


def test_a_server_that_hangs_holds_few_and_is_well_at_once(
    server: Server, make: Callable[[Any], Half], client_class: Any
) -> None:
    """128 callers: most are refused within a moment, and all is well when the server goes on."""
    half = make(client_class(port=server.port))
    read, outages = half.operations()["read"], half.store.outages
    assert all(ok for ok, _ in at_once(HANGING, read, outages))
    for _ in range(2):
        server.signal(signal.SIGSTOP)
        try:
            first = sorted(took for _, took in at_once(HANGING, read, outages))
            second = sorted(took for _, took in at_once(HANGING, read, outages))
        finally:
            server.signal(signal.SIGCONT)
        # Sixteen connections hang until their time is over; then one caller at a time does.
        assert first[HANGING - 17] < 1.2
        assert first[-1] < 4
        assert second[HANGING - 2] < 0.5
        ends_at = time.monotonic() + 1
        while not all(ok for ok, _ in at_once(8, read, outages)):
            assert time.monotonic() < ends_at, "the server is back and the store is not"
        half.read()
        half.write()


def test_an_answer_that_came_too_late_is_nobody_elses(
    server: Server, make: Callable[[Any], Half], client_class: Any
) -> None:
    """A question that was given up leaves its answer on the wire: that connection is dropped."""
    half = make(client_class(port=server.port, socket_timeout=0.2))
    for _ in range(3):
        server.signal(signal.SIGSTOP)
        try:
            with pytest.raises(half.store.outages):
                half.operations()["read"]()
        finally:
            server.signal(signal.SIGCONT)
        half.read()
        half.write()


def test_what_speaks_no_redis_is_an_outage(make: Callable[[Any], Half], client_class: Any) -> None:
    """Another service at that port answers, in its own words."""
    other = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    try:
        client = client_class(port=other.server_port)
        store = (Sessions if make is HALVES["sessions"] else Tokens)(client)
        with pytest.raises(store.outages):
            store.ping()
    finally:
        other.shutdown()
        other.server_close()
