"""A PostgreSQL that crashes, hangs, or comes back without its data; each on a real server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
import pytest

from bench.servers.postgres import Postgres
from tokens.stores.postgres import PostgresStore
from tokens.testing import LATER, a_key, a_record


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
