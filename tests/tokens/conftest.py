"""One manager over each store and each strategy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import FakeClock
from tokens import Algorithm, Denylist, Expiry, Key, KeyRing, Lifetimes, TokenManager
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore

LIFETIMES = Lifetimes(
    inactivity=timedelta(minutes=30), absolute=timedelta(hours=8), access=timedelta(minutes=5)
)
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


def a_manager(
    store: TokenStore, clock: FakeClock, strategy: str = "expiry", ring: KeyRing = RING
) -> TokenManager:
    revocation = Denylist(store, ISSUER) if strategy == "denylist" else Expiry()
    return TokenManager(
        ring, store, revocation, LIFETIMES, issuer=ISSUER, audience=AUDIENCE, now=clock
    )


@pytest.fixture(params=["expiry", "denylist"])
def manager(request: pytest.FixtureRequest, store: TokenStore, clock: FakeClock) -> TokenManager:
    return a_manager(store, clock, request.param)


@pytest.fixture
def denying(store: TokenStore, clock: FakeClock) -> TokenManager:
    """A manager whose revocations bite at once."""
    return a_manager(store, clock, "denylist")
