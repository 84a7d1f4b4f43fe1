"""A Valkey that crashes, hangs or comes back; each on a real server of the test's own."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sessions.stores.redis import RedisStore
from sessions.testing import LATER, NOW, a_key, a_record
from tests.tokens.servers import Server, a_server


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with a_server(tmp_path) as running:
        yield running


@pytest.fixture
def store(server: Server) -> Iterator[RedisStore]:
    with contextlib.closing(server.client(0.5)) as client:
        yield RedisStore(client)


def test_a_server_that_is_gone_is_an_outage_until_it_is_back(
    server: Server, store: RedisStore
) -> None:
    """For a read and for a write; and the same store goes on afterwards."""
    key = a_key()
    store.create(key, a_record(), LATER)
    server.kill(keep=True)
    with pytest.raises(store.outages):
        store.read(key)
    with pytest.raises(store.outages):
        store.touch(key, NOW + 1, LATER)
    server.start()
    assert store.read(key) is not None
    assert store.touch(key, NOW + 1, LATER) is True


def test_a_restart_between_two_reads_is_not_noticed(server: Server, store: RedisStore) -> None:
    """To read again on a new connection is safe, and nobody sees an outage that is over."""
    key = a_key()
    store.create(key, a_record(), LATER)
    server.kill(keep=True)
    server.start()
    assert store.read(key) is not None


def test_no_write_is_sent_a_second_time(server: Server, store: RedisStore) -> None:
    """Whether it arrived nobody knows: it is an outage, even where a new try would succeed."""
    key = a_key()
    store.create(key, a_record(), LATER)
    server.kill(keep=True)
    server.start()
    with pytest.raises(store.outages):
        store.delete(key)
    assert store.delete(key) is not None


def test_an_answer_that_came_too_late_is_nobody_elses(server: Server, store: RedisStore) -> None:
    """A command that was given up leaves its answer on the wire: that connection is dropped."""
    keys = {name: a_key() for name in ("alice", "bob")}
    for name, key in keys.items():
        store.create(key, a_record(subject=name), LATER)
    for _ in range(2):
        server.signal(signal.SIGSTOP)
        try:
            with pytest.raises(store.outages):
                store.read(keys["alice"])
        finally:
            server.signal(signal.SIGCONT)
        found = store.read(keys["bob"])
        assert found is not None
        assert found.subject == "bob"
