"""The relay in front of a real Valkey: what a client of it sees of each trouble."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import valkey

from bench.outage.relayed import Relayed
from bench.processes.children import BenchError
from bench.servers.valkey import Valkey
from bench.services import Services

from ..waiting import eventually

LIMIT_S = 10.0
SILENCE_S = 0.3


@pytest.fixture
def relay(services: Services, tmp_path: Path) -> Iterator[Relayed]:
    with Relayed("valkey", urlsplit(services.redis_url).port or 0, tmp_path) as running:
        yield running


def line_to(relay: Relayed, timeout_s: float = LIMIT_S) -> socket.socket:
    return socket.create_connection(("127.0.0.1", relay.port), timeout_s)


def ask(line: socket.socket, command: bytes = b"PING") -> bytes:
    line.sendall(command + b"\r\n")
    return line.recv(100)


def refuses(relay: Relayed) -> bool:
    try:
        line_to(relay).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        return False  # accepted, and cut at once: it has just learned of it
    return False


def test_all_is_handed_on_until_it_is_told_otherwise(relay: Relayed) -> None:
    with line_to(relay) as line:
        assert ask(line) == b"+PONG\r\n"


def test_refused_connections_are_refused_and_old_ones_cut(relay: Relayed) -> None:
    """As by a host whose server has ended; and then all is as before, at the same port."""
    with line_to(relay) as line:
        assert ask(line) == b"+PONG\r\n"
        relay.tell("refuse")
        assert refuses(relay)
        with pytest.raises(ConnectionResetError):
            line.recv(100)
    relay.tell("pass")
    with line_to(relay) as line:
        assert ask(line) == b"+PONG\r\n"


def test_a_hang_accepts_and_never_answers(relay: Relayed) -> None:
    """Neither on old connections nor on new ones; both are cut when it is over."""
    with line_to(relay, SILENCE_S) as old:
        assert ask(old) == b"+PONG\r\n"
        relay.tell("hang")
        with line_to(relay, SILENCE_S) as new:
            for line in (old, new):
                with pytest.raises(TimeoutError):
                    ask(line)
            relay.tell("pass")
            for line in (old, new):
                with pytest.raises(ConnectionResetError):
                    line.recv(100)
    with line_to(relay) as line:
        assert ask(line) == b"+PONG\r\n"


def test_a_slow_store_is_asked_at_once_and_answers_late(relay: Relayed, services: Services) -> None:
    """What was written is there before the answer is."""
    direct = valkey.Valkey.from_url(services.redis_url)
    relay.tell("slow 3600000")
    with line_to(relay, SILENCE_S) as line:
        with pytest.raises(TimeoutError):
            ask(line, b"SET written-late yes")
        assert eventually(lambda: direct.get("written-late") == b"yes")
    relay.tell("slow 1")
    with line_to(relay) as line:
        assert ask(line) == b"+PONG\r\n"


def test_a_dead_store_is_not_hidden(tmp_path: Path) -> None:
    """While it refuses so does the relay, and both come back together."""
    (tmp_path / "store").mkdir()
    with Valkey(tmp_path / "store") as store, Relayed("valkey", store.port, tmp_path) as relay:
        store.kill()
        assert eventually(lambda: refuses(relay))
        store.start()
        assert eventually(lambda: not refuses(relay))
        with line_to(relay) as line:
            assert ask(line) == b"+PONG\r\n"


def test_an_unknown_command_is_an_error(relay: Relayed) -> None:
    with pytest.raises(BenchError, match="no such command"):
        relay.tell("explode")
