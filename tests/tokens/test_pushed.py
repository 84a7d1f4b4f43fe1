"""Revocations that are pushed: known at once, confirmed when it is quiet, and after a lost line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from tests.conftest import FakeClock
from tokens import Pushed, TokenManager
from tokens.revocation.following import Stale
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.postgres import PostgresStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore

from .conftest import ISSUER, a_manager
from .nodes import Counted, Unreachable, threads_of, until


@pytest.fixture(params=["memory", "redis", "postgres"])
def pushing(request: pytest.FixtureRequest) -> Iterator[TokenStore]:
    if request.param == "memory":
        yield MemoryStore()
    elif request.param == "redis":
        yield RedisStore(request.getfixturevalue("valkey_client"))
    else:
        store = PostgresStore(request.getfixturevalue("postgres_url"), token_hex(4))
        yield store
        store.close()


def test_what_is_pushed_arrives_before_the_next_beat(pushing: TokenStore) -> None:
    """With a beat of ten seconds it is known at once."""
    before = set(threads_of("Pushed"))
    strategy = Pushed(pushing, ISSUER, beat_s=1.5)
    until(lambda: bool(strategy._in_touch))
    time.sleep(0.05)  # let the thread come to wait, or this would be its first look
    began = time.monotonic()
    pushing.deny([f"{ISSUER} family"], time.time() + 300)
    until(lambda: len(strategy) == 1)
    assert time.monotonic() - began < 1.0
    strategy.close()
    assert set(threads_of("Pushed")) <= before  # of others, in whatever order tests run


def test_a_quiet_line_is_confirmed_without_reading(pushing: TokenStore) -> None:
    """A beat costs the store one answer; nothing is read while nothing happens."""
    counted: Any = Counted(pushing)
    counted.outages = (*pushing.outages, Unreachable)
    strategy = Pushed(counted, ISSUER, beat_s=0.005, fetch_s=5)
    until(lambda: bool(strategy._in_touch))
    first = strategy._fresh_until
    until(lambda: strategy._fresh_until > first + 0.05)
    assert counted.calls.count("denied_since") == 1
    strategy.close()


def test_silence_ends_trust(valkey_client: Any) -> None:
    """A line that says nothing for longer than stated is out of touch: the store is asked."""
    store = RedisStore(valkey_client)
    strategy = Pushed(store, ISSUER, beat_s=0.02, fetch_s=0.05, when_stale="refuse")
    manager = a_manager(store, FakeClock(), strategy)
    token = manager.issue("alice").credential
    until(lambda: bool(strategy._in_touch))
    valkey_client.client_pause(400, all=True)
    until(lambda: isinstance(stale_or_none(manager, token), Stale))
    until(lambda: stale_or_none(manager, token) is None)
    strategy.close()


def stale_or_none(manager: TokenManager, token: str) -> Stale | None:
    try:
        manager.verify(token)
    except Stale as exc:
        return exc
    return None


def test_a_killed_line_is_replaced_and_catches_up(valkey_client: Any) -> None:
    """What was denied while nobody listened is found on reconnecting."""
    store = RedisStore(valkey_client)
    strategy = Pushed(store, ISSUER, beat_s=0.05)
    until(lambda: bool(strategy._in_touch))
    for n in range(5):
        valkey_client.client_kill_filter(_type="pubsub")
        store.deny([f"{ISSUER} {n}"], time.time() + 300)
    until(lambda: len(strategy) == 5)
    strategy.close()


def test_a_store_that_cannot_push_is_refused(tmp_path: Path) -> None:
    """At start-up, with the strategy that fits."""
    store = SQLiteStore(tmp_path / "tokens.db")
    with pytest.raises(ValueError, match="use Snapshot"):
        Pushed(store, ISSUER)
    store.close()
