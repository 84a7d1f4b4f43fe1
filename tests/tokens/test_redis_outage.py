"""A Valkey that crashes, hangs or comes back; each on a real server of the test's own."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tokens.stores.redis import RedisStore
from tokens.testing import LATER, a_key, a_record

from .servers import Server, a_server


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
    """For what every verify asks and for a write; and the same store goes on afterwards."""
    store.deny(["family"], LATER)
    server.kill(keep=True)
    for question in (
        lambda: store.is_denied("family"),
        lambda: store.standing("family", "counter"),
        lambda: store.deny(["another"], LATER),
    ):
        with pytest.raises(store.outages):
            question()
    server.start()
    assert store.is_denied("family") is True
    assert store.standing("family", "counter") == (True, None)
    store.deny(["another"], LATER)


def test_a_restart_between_two_reads_is_not_noticed(server: Server, store: RedisStore) -> None:
    """To read again on a new connection is safe, and nobody sees an outage that is over."""
    store.deny(["family"], LATER)
    server.kill(keep=True)
    server.start()
    assert store.is_denied("family") is True


def test_no_write_is_sent_a_second_time(server: Server, store: RedisStore) -> None:
    """A rotation that was sent twice would end the family as a reuse."""
    key, record = a_key(), a_record()
    store.create(key, record, LATER)
    server.kill(keep=True)
    server.start()
    with pytest.raises(store.outages):
        store.delete(record.handle)
    assert store.delete(record.handle) is not None


def test_an_answer_that_came_too_late_is_nobody_elses(server: Server, store: RedisStore) -> None:
    """A question that was given up leaves its answer on the wire: that connection is dropped."""
    store.deny(["denied"], LATER)
    store.advance("counter", 1, 7, LATER)
    for _ in range(2):
        server.signal(signal.SIGSTOP)
        try:
            with pytest.raises(store.outages):
                store.is_denied("denied")
        finally:
            server.signal(signal.SIGCONT)
        assert store.standing("other", "counter") == (False, 7)
