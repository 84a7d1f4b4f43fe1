"""One manager over each store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from sessions import Lifetimes, SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.memory import MemoryStore
from sessions.stores.redis import RedisStore
from sessions.stores.sqlite import SQLiteStore
from tests.conftest import FakeClock

LIFETIMES = Lifetimes(
    inactivity=timedelta(minutes=30), absolute=timedelta(hours=8), touch=timedelta(minutes=1)
)


@pytest.fixture(params=["memory", "sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    made: SessionStore
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "sqlite":
        made = SQLiteStore(tmp_path / "sessions.db")
    else:
        made = RedisStore(request.getfixturevalue("valkey_client"))
    yield made
    made.close()


@pytest.fixture
def manager(store: SessionStore, clock: FakeClock) -> SessionManager:
    return SessionManager(store, LIFETIMES, now=clock)
