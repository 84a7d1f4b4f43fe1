"""The delay proxy: what goes in comes out, later, for Valkey and for PostgreSQL."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import valkey

from bench.processes.children import casualties
from bench.proxy.distance import address_in, at_port, farther
from bench.proxy.relay import Relay
from bench.services import Services

ONE_WAY_S = 0.05


class Echo:
    """A server that gives back what it is sent, and hangs up after `bye`."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=[connection], daemon=True).start()

    def _echo(self, connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(65536):
                connection.sendall(data)
                if data.endswith(b"bye"):
                    return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    server = Echo()
    yield server
    server.close()


@pytest.fixture(params=[False, True], ids=["polls", "naps"])
def naps(request: pytest.FixtureRequest) -> bool:
    """Either way of waiting: what arrives is the same."""
    return bool(request.param)


def _through(relay: Relay) -> socket.socket:
    threading.Thread(target=relay.run, daemon=True).start()
    return socket.create_connection(("127.0.0.1", relay.port), timeout=10)


def _exactly(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count and (more := client.recv(65536)):
        data += more
    return data


def test_every_byte_arrives_in_order(echo: Echo, naps: bool) -> None:
    """Also of more than any buffer on the way can hold at once."""
    sent = os.urandom(3_000_000)
    with _through(Relay(echo.address, 100_000, naps=naps)) as client:
        threading.Thread(target=client.sendall, args=[sent], daemon=True).start()
        assert _exactly(client, len(sent)) == sent


def test_no_answer_comes_before_the_round_trip_is_over(echo: Echo, naps: bool) -> None:
    """Half of it in each direction."""
    relay = Relay(echo.address, int(ONE_WAY_S * 1e9), naps=naps)
    with _through(relay) as client:
        started = time.perf_counter()
        client.sendall(b"hello")
        assert _exactly(client, 5) == b"hello"
        assert time.perf_counter() - started >= 2 * ONE_WAY_S


def test_messages_on_the_way_do_not_wait_for_each_other(echo: Echo, naps: bool) -> None:
    """A delay, and no turn-taking: ten at once are there after one round trip, not after ten."""
    with _through(Relay(echo.address, int(ONE_WAY_S * 1e9), naps=naps)) as client:
        started = time.perf_counter()
        for number in range(10):
            client.sendall(b"%d" % number)
        assert _exactly(client, 10) == b"0123456789"
        assert time.perf_counter() - started < 10 * ONE_WAY_S


def test_round_trips_are_counted(echo: Echo) -> None:
    relay = Relay(echo.address, 0)
    with _through(relay) as client:
        for _ in range(7):
            client.sendall(b"x")
            _exactly(client, 1)
    assert relay.asked == 7


def test_a_server_that_hangs_up_is_passed_on_after_its_last_word(echo: Echo, naps: bool) -> None:
    with _through(Relay(echo.address, 1_000_000, naps=naps)) as client:
        client.sendall(b"good bye")
        assert _exactly(client, 8) == b"good bye"
        assert client.recv(1) == b""


def test_a_store_that_is_gone_is_a_connection_that_ends() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with _through(Relay(nobody.getsockname(), 0)) as client:
            assert client.recv(1) == b""


def test_a_valkey_is_farther_by_what_was_asked(services: Services, tmp_path: Path) -> None:
    """At least so far; that it is no farther is a gate of a run, since it takes a quiet machine."""
    with farther(services.redis_url, 2.0, tmp_path) as distance:
        client: Any = valkey.Valkey.from_url(distance.url)
        client.set("far", b"away")
        assert client.get("far") == b"away"
        client.close()
        assert distance.proxy_rtt_us > 1800
        assert distance.direct_rtt_us < distance.proxy_rtt_us
    assert casualties() == []


def test_a_postgresql_is_farther_by_what_was_asked(
    postgres_url: str, tmp_path: Path, naps: bool
) -> None:
    with farther(postgres_url, 2.0, tmp_path, naps=naps) as distance:
        with psycopg.connect(distance.url) as connection:
            assert connection.execute("SELECT 6 * 7").fetchone() == (42,)
        assert distance.proxy_rtt_us > 1800


def test_a_store_is_found_wherever_its_url_says() -> None:
    """Valkey and PostgreSQL, over TCP and over a socket; the rest of the URL stays."""
    urls = {
        "redis://:secret@localhost:7000/3": "localhost:7000",
        "unix:///run/valkey.sock?db=2": "/run/valkey.sock",
        "postgresql://me:secret@localhost:7001/shop": "localhost:7001",
        "postgresql:///shop?host=/run/postgres&port=7002": "/run/postgres/.s.PGSQL.7002",
    }
    assert {url: address_in(url) for url in urls} == urls
    there = [at_port(url, 9) for url in urls]
    assert there[:2] == ["redis://:secret@127.0.0.1:9/3", "redis://127.0.0.1:9/2"]
    assert there[2].startswith("postgresql://me:secret@127.0.0.1:9/shop?")
    assert "run" not in there[3]
