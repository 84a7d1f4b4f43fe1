"""One manager over each store and each strategy."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import FakeClock
from tokens import (
    Algorithm,
    Denylist,
    Expiry,
    Generation,
    InvalidToken,
    Key,
    KeyRing,
    Lifetimes,
    Pushed,
    Reason,
    Snapshot,
    StatusLists,
    TokenManager,
)
from tokens.revocation.base import Revocation
from tokens.revocation.filter import Filter
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore

LIFETIMES = Lifetimes(
    inactivity=timedelta(minutes=30), absolute=timedelta(hours=8), access=timedelta(minutes=5)
)
ACCESS_S = 5 * 60
INACTIVITY_S = 30 * 60
ABSOLUTE_S = 8 * 3600
ISSUER = "https://issuer.example"
AUDIENCE = "tests"
RING = KeyRing([Key.generate(Algorithm.HS256)])


@pytest.fixture(params=["memory", "sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TokenStore]:
    made: TokenStore
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SQLiteStore(tmp_path / "tokens.db")
    else:
        made = RedisStore(request.getfixturevalue("valkey_client"))
    yield made
    made.close()


LISTS = "https://issuer.example/lists"


def a_strategy(name: str, store: TokenStore, clock: FakeClock, **options: Any) -> Revocation:
    """A strategy that looks at the store when the test tells it to, and not by itself."""
    if name == "expiry":
        return Expiry()
    if name == "denylist":
        return Denylist(store, ISSUER)
    if name == "generation":
        return Generation(store, ISSUER)
    given = {"runs": False, "monotonic": clock, "now": clock, **options}
    if name == "snapshot":
        return Snapshot(store, ISSUER, **given)
    if name == "pushed":
        return Pushed(store, ISSUER, **given)
    if name == "statuslist":
        return StatusLists(store, ISSUER, LISTS, **given)
    return Filter(store, ISSUER, expected=1000, **given)


def a_manager(
    store: TokenStore,
    clock: FakeClock,
    strategy: str | Revocation = "expiry",
    ring: KeyRing = RING,
) -> TokenManager:
    revocation = a_strategy(strategy, store, clock) if isinstance(strategy, str) else strategy
    return TokenManager(
        ring, store, revocation, LIFETIMES, issuer=ISSUER, audience=AUDIENCE, now=clock
    )


def reason_for(manager: TokenManager, credential: str) -> Reason:
    with pytest.raises(InvalidToken) as caught:
        manager.verify(credential)
    return caught.value.reason


def renewal_reason(manager: TokenManager, renewal: str | None) -> Reason:
    with pytest.raises(InvalidToken) as caught:
        manager.renew(renewal or "")
    return caught.value.reason


def is_refused(manager: TokenManager, credential: str) -> bool:
    """Whether it counts as revoked; any other rejection is passed on."""
    try:
        manager.verify(credential)
    except InvalidToken as exc:
        if exc.reason is not Reason.REVOKED:
            raise
        return True
    return False


STRATEGIES = ["expiry", "denylist", "generation", "snapshot", "filter", "statuslist"]


@pytest.fixture(params=STRATEGIES)
def manager(request: pytest.FixtureRequest, store: TokenStore, clock: FakeClock) -> TokenManager:
    return a_manager(store, clock, request.param)


@pytest.fixture(params=["denylist", "generation"])
def denying(request: pytest.FixtureRequest, store: TokenStore, clock: FakeClock) -> TokenManager:
    """A manager whose revocations bite at once."""
    return a_manager(store, clock, request.param)


@pytest.fixture
def hs256(clock: FakeClock) -> TokenManager:
    """A manager that knows the key of what forging.py makes."""
    return a_manager(MemoryStore(), clock)


@pytest.fixture
def schema(postgres_url: str) -> Iterator[str]:
    name = f"tokens {secrets.token_hex(4)}"
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE'.encode())


@pytest.fixture
def beside(postgres_url: str, schema: str) -> Iterator[psycopg.Connection]:
    """A client of its own on the same tables."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'SET search_path = "{schema}"'.encode())
        yield connection
