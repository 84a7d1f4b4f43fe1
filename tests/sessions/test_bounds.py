"""What is kept is bounded by what is alive; a full or damaged store does little harm."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sessions import InvalidSession, Lifetimes, SessionManager, reap_all
from sessions.identifiers import digest
from sessions.stores import redis as redis_store
from sessions.stores.base import GARBAGE_S, SWEPT, SessionStore
from sessions.stores.memory import MemoryStore
from sessions.stores.redis import RedisStore
from sessions.stores.sqlite import SQLiteStore
from sessions.testing import LATER, NOW, a_key, a_record
from tests.conftest import FakeClock

from .conftest import LIFETIMES, TOUCH_S


@pytest.fixture(params=["memory", "sqlite"])
def swept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SessionStore]:
    """A store that does not clear away by itself."""
    made: SessionStore = (
        MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "sessions.db")
    )
    yield made
    made.close()


def everything(store: SessionStore) -> int:
    return store.reap(float("inf"), 10**6)


def test_a_robots_index_is_as_long_as_what_is_alive(valkey_client: Any) -> None:
    """However often it logs in: what is past leaves with each login and each touch."""
    store = RedisStore(valkey_client)
    kept = a_key()
    store.create(kept, a_record("robot"), LATER)
    for _ in range(300):
        store.create(a_key(), a_record("robot"), NOW - 1000)
    assert valkey_client.zcard("session:of:robot") <= 2
    valkey_client.zadd("session:of:robot", {f"past {n}": n for n in range(40)})
    for n in range(3):
        store.touch(kept, NOW + 1 + n, LATER)
    assert valkey_client.zcard("session:of:robot") <= 2


def test_no_script_looks_at_more_than_a_page(
    valkey_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subject of many sessions is listed and ended in several calls, completely."""
    monkeypatch.setattr(redis_store, "PAGE", 10)
    monkeypatch.setattr(redis_store, "OVERLAP", 2)
    store = RedisStore(valkey_client)
    records = [a_record() for _ in range(57)]
    keys = [a_key() for _ in records]
    for key, record in zip(keys, records, strict=True):
        store.create(key, record, LATER)
    for key in keys[:25]:  # expired before anybody looked
        valkey_client.delete(b"session:id:" + key)
    del records[:25], keys[:25]
    assert sorted(r.handle for r in store.list_subject("alice")) == sorted(
        r.handle for r in records
    )
    assert store.delete_handle("alice", "nobody") is False
    assert store.delete_handle("alice", records[-1].handle) is True
    assert store.read(keys[-1]) is None
    assert store.delete_subject("alice", keep=records[0].handle) == 30
    assert [r.handle for r in store.list_subject("alice")] == [records[0].handle]
    assert store.delete_subject("alice") == 1


def test_a_login_clears_away_what_is_long_past(swept: SessionStore) -> None:
    """So what is kept is bounded by what is alive, anonymous or not, though nobody reaps."""
    for n in range(400):
        at = NOW + 10 * n
        subject = None if n % 2 else "robot"
        record = msgspec.structs.replace(a_record(subject, at), created_at=at)
        swept.create(a_key(), record, at + 60)
    assert everything(swept) <= (60 + GARBAGE_S) / 10 + SWEPT


def test_a_login_clears_away_nothing_that_a_clock_behind_still_has(swept: SessionStore) -> None:
    """What is past by little may be alive to another node."""
    key = a_key()
    swept.create(key, a_record(), NOW)
    record = msgspec.structs.replace(a_record(), created_at=NOW + GARBAGE_S - 1)
    swept.create(a_key(), record, LATER)
    assert swept.read(key) is not None


def test_everything_past_is_cleared_away_at_once(swept: SessionStore) -> None:
    """In batches, between which others write; and nothing that is alive."""
    for _ in range(25):
        swept.create(a_key(), a_record(), NOW - 1)
    alive = a_key()
    swept.create(alive, a_record(), LATER)
    assert reap_all(swept, NOW, batch=10) == 25
    assert reap_all(swept) == 0
    assert swept.read(alive) is not None


def test_visitors_of_a_manager_of_their_own_go_sooner(
    store: SessionStore, clock: FakeClock
) -> None:
    """A robot's session lasts for minutes; a visitor who stays, or logs in, has the usual time."""
    short = Lifetimes(timedelta(minutes=5), timedelta(hours=8), touch=timedelta(minutes=1))
    visitors, users = (SessionManager(store, each, now=clock) for each in (short, LIFETIMES))
    gone, stays = visitors.issue(None), visitors.issue(None, {"cart": {"apple": 1}})
    clock.advance(299)
    assert users.verify(stays.credential).subject is None
    user = users.renew(stays.credential, "alice")
    clock.advance(1)
    with pytest.raises(InvalidSession):
        visitors.verify(gone.credential)
    clock.advance(1200)
    assert users.verify(user.credential).data == {"cart": {"apple": 1}}


@pytest.fixture
def full(valkey_client: Any) -> Iterator[Callable[[], None]]:
    """Call it, and the server takes no write that needs memory, nor knows a script."""

    def fill() -> None:
        valkey_client.script_flush()
        valkey_client.config_set("maxmemory-policy", "noeviction")
        valkey_client.config_set("maxmemory", 1)

    yield fill
    valkey_client.config_set("maxmemory", 0)


def test_a_full_server_refuses_logins_and_takes_logouts(
    valkey_client: Any, clock: FakeClock, full: Callable[[], None]
) -> None:
    """One session, one of a list, all of a subject: each frees memory."""
    store = RedisStore(valkey_client)
    manager = SessionManager(store, LIFETIMES, now=clock)
    one, other, *rest = [manager.issue("alice") for _ in range(4)]
    full()
    with pytest.raises(store.outages):
        manager.issue("alice")
    manager.revoke(one.credential)
    assert manager.revoke_entry("alice", other.handle) is not None
    manager.revoke_all("alice")
    for grant in (one, other, *rest):
        with pytest.raises(InvalidSession):
            manager.verify(grant.credential)


def test_a_full_server_lets_in_who_was_in(
    valkey_client: Any,
    clock: FakeClock,
    full: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The touch is skipped and reported; the session ends when it would have without it."""
    manager = SessionManager(RedisStore(valkey_client), LIFETIMES, now=clock)
    grant = manager.issue("alice")
    clock.advance(TOUCH_S)
    full()
    caplog.clear()
    with caplog.at_level(logging.WARNING, "sessions.audit"):
        assert manager.verify(grant.credential).expires_at == grant.expires_at
    assert [record.message for record in caplog.records] == ["session_touch_skipped"]
    valkey_client.config_set("maxmemory", 0)
    assert manager.verify(grant.credential).expires_at == grant.expires_at + TOUCH_S


def test_a_file_that_cannot_be_written_lets_in_who_was_in(
    tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture, monkeypatch: Any
) -> None:
    """The same over SQLite, while somebody else holds the lock."""
    monkeypatch.setattr("sessions.stores.sqlite_connection.BUSY_TIMEOUT_S", 0.05)
    store = SQLiteStore(tmp_path / "sessions.db")
    manager = SessionManager(store, LIFETIMES, now=clock)
    grant = manager.issue("alice")
    clock.advance(TOUCH_S)
    other = sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    caplog.clear()
    with caplog.at_level(logging.WARNING, "sessions.audit"):
        assert manager.verify(grant.credential).subject == "alice"
    assert [record.message for record in caplog.records] == ["session_touch_skipped"]
    with pytest.raises(store.outages):
        manager.revoke(grant.credential)
    other.close()
    store.close()


SQLITE = [
    "head = 'text'",
    "head = 5",
    "head = x''",
    "head = substr(head, 1, 9)",
    "seen_at = 'never'",
    "seen_at = 9e999",
    "data = 'text'",
    "data = 5",
    "data = x'c1'",
    "data = x'81a16105'",
    "handle = x'ff', subject = 'alice'",
]


@pytest.mark.parametrize("damage", SQLITE)
def test_a_damaged_row_is_absent_to_every_verb(
    damage: str, tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite keeps any type in any column: nobody gets in, and nothing but a refusal comes out."""
    store = SQLiteStore(tmp_path / "sessions.db")

    def spoil(_: str) -> None:
        with sqlite3.connect(tmp_path / "sessions.db") as other:
            other.execute(f"UPDATE sessions SET {damage} WHERE subject = 'alice'")
        other.close()

    survives(SessionManager(store, LIFETIMES, now=clock), spoil, caplog, damage[:6] != "handle")
    store.close()


REDIS: list[Callable[[Any, Any], object]] = [
    lambda client, name: client.hdel(name, "m"),
    lambda client, name: client.hdel(name, "t"),
    lambda client, name: client.hset(name, "t", "never"),
    lambda client, name: client.hset(name, "t", "nan"),
    lambda client, name: client.hset(name, "m", b"\x96\x01\x80\x80\x00\x00\xa0"),
    lambda client, name: client.hset(name, "m", "x"),
    lambda client, name: client.hset(name, "d:a", b"\xc1"),
    lambda client, name: client.hset(name, b"d:\xff", b"\x01"),
    lambda client, name: (client.delete(name), client.set(name, "text")),
    lambda client, name: (client.delete(name), client.rpush(name, "a", "b")),
]


@pytest.mark.parametrize("damage", REDIS)
def test_a_damaged_key_is_absent_to_every_verb(
    damage: Callable[[Any, Any], object],
    valkey_client: Any,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Fields that are gone or of no sense, and keys of another type."""

    def spoil(credential: str) -> None:
        damage(valkey_client, b"session:id:" + digest(credential))

    survives(SessionManager(RedisStore(valkey_client), LIFETIMES, now=clock), spoil, caplog)


def survives(
    manager: SessionManager,
    spoil: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
    is_seen: bool = True,
) -> None:
    verbs: list[Callable[[Any], object]] = [
        lambda grant: manager.verify(grant.credential),
        lambda grant: manager.update(grant.credential, {"b": 1}),
        lambda grant: manager.renew(grant.credential),
        lambda grant: manager.renew(grant.credential, "bob"),
        lambda grant: manager.entries("alice"),
        lambda grant: manager.revoke_entry("alice", grant.handle),
        lambda grant: manager.revoke(grant.credential),
        lambda grant: manager.revoke_all("alice"),
    ]
    for verb in verbs:
        grant, good = manager.issue("alice", {"a": 1}), manager.issue("bob")
        spoil(grant.credential)
        with suppress(InvalidSession):
            verb(grant)
        caplog.clear()
        if is_seen:
            with caplog.at_level(logging.ERROR, "sessions.audit"), pytest.raises(InvalidSession):
                manager.verify(grant.credential)
        assert manager.verify(good.credential).subject == "bob"
        with suppress(InvalidSession):
            manager.revoke(grant.credential)
        manager.revoke_all("alice")
    grant = manager.issue("alice", {"a": 1})
    spoil(grant.credential)
    if is_seen:
        caplog.clear()
        with caplog.at_level(logging.ERROR, "sessions.audit"), pytest.raises(InvalidSession):
            manager.verify(grant.credential)
        assert {record.message for record in caplog.records} == {"session_record_damaged"}
