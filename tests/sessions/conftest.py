"""One manager over each store."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from sessions import InvalidSession, Lifetimes, Reason, SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.memory import MemoryStore
from sessions.stores.redis import RedisStore
from sessions.stores.sqlite import SQLiteStore
from tests.conftest import FakeClock

LIFETIMES = Lifetimes(
    inactivity=timedelta(minutes=30), absolute=timedelta(hours=8), touch=timedelta(minutes=1)
)
INACTIVITY_S = 30 * 60
ABSOLUTE_S = 8 * 3600
TOUCH_S = 60


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


def reason_for(manager: SessionManager, credential: str) -> Reason:
    with pytest.raises(InvalidSession) as caught:
        manager.verify(credential)
    return caught.value.reason


@pytest.fixture
def schema(postgres_url: str) -> Iterator[str]:
    name = f"sessions {secrets.token_hex(4)}"
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE'.encode())


@pytest.fixture
def beside(postgres_url: str, schema: str) -> Iterator[psycopg.Connection]:
    """A client of its own on the same tables."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'SET search_path = "{schema}"'.encode())
        yield connection
