"""What is kept is bounded by what is alive; a full or damaged store does little harm."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.conftest import FakeClock
from tokens import InvalidToken, Reason, TokenManager, reap_all
from tokens.stores import redis as redis_store
from tokens.stores.base import GARBAGE_S, SPENT_KEPT, SWEPT, TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore
from tokens.testing import LATER, NOW, a_key, a_record

from .conftest import a_manager, is_refused, renewal_reason
from .test_clocks import follow


@pytest.fixture(params=["memory", "sqlite"])
def swept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TokenStore]:
    """A store that does not clear away by itself."""
    made: TokenStore = (
        MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "tokens.db")
    )
    yield made
    made.close()


def everything(store: TokenStore) -> int:
    return store.reap(float("inf"), 10**6)


def test_a_robots_index_is_as_long_as_what_is_alive(valkey_client: Any) -> None:
    """However often it logs in: what is past leaves with each login and each refresh."""
    store = RedisStore(valkey_client)
    record, key = a_record("robot"), a_key()
    store.create(key, record, LATER)
    for _ in range(300):
        store.create(a_key(), a_record("robot"), NOW - 1000)
    assert valkey_client.zcard("token:of:robot") <= 2
    valkey_client.zadd("token:of:robot", {f"past {n}": n for n in range(40)})
    for _ in range(3):
        new = a_key()
        store.replace(record.handle, key, new, b"nonce", NOW, LATER, NOW)
        key = new
    assert valkey_client.zcard("token:of:robot") <= 2


def test_no_script_looks_at_more_than_a_page(
    valkey_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subject of many families is listed, denied and ended in several calls, completely."""
    monkeypatch.setattr(redis_store, "PAGE", 10)
    monkeypatch.setattr(redis_store, "OVERLAP", 2)
    store = RedisStore(valkey_client)
    records = [a_record() for _ in range(57)]
    for record in records:
        store.create(a_key(), record, LATER)
    for record in records[:25]:  # expired before anybody looked
        valkey_client.delete(f"token:family:{record.handle}")
    del records[:25]
    handles = sorted(record.handle for record in records)
    assert sorted(record.handle for record in store.list_subject("alice")) == handles
    assert store.delete_handle("alice", "nobody") is False
    assert store.delete_handle("alice", handles[-1]) is True
    assert sorted(store.delete_subject("alice", keep=handles[0])) == handles[1:-1]
    assert [record.handle for record in store.list_subject("alice")] == handles[:1]
    assert list(store.delete_subject("alice")) == handles[:1]
    store.deny(handles, LATER)
    assert all(store.is_denied(handle) for handle in handles)
    assert [name for name, _ in store.denied_since(None).denials] == handles


def test_a_login_clears_away_what_is_long_past(swept: TokenStore) -> None:
    """Families, denials and counters, anonymous or not, though nobody reaps."""
    for n in range(400):
        at = NOW + 10 * n
        record = a_record(None if n % 2 else "robot")
        swept.create(a_key(), msgspec.structs.replace(record, created_at=at), at + 60)
        swept.deny([f"family {n}"], at + 60)
        swept.advance(f"counter {n}", 1, 0, at + 60)
    assert everything(swept) <= 3 * ((60 + GARBAGE_S) / 10 + SWEPT)


def test_a_login_clears_away_nothing_that_a_clock_behind_still_has(swept: TokenStore) -> None:
    """What is past by little may be alive to another node."""
    key, record = a_key(), a_record()
    swept.create(key, record, NOW)
    swept.deny(["family"], NOW)
    later = msgspec.structs.replace(a_record(), created_at=NOW + GARBAGE_S - 1)
    swept.create(a_key(), later, LATER)
    assert swept.read(record.handle, key) is not None
    assert swept.is_denied("family")


def test_everything_past_is_cleared_away_at_once(swept: TokenStore) -> None:
    """In batches, between which others write; and nothing that is alive."""
    for n in range(25):
        swept.create(a_key(), a_record(), NOW - 1)
        swept.deny([f"family {n}"], NOW - 1)
    key, alive = a_key(), a_record()
    swept.create(key, alive, LATER)
    assert reap_all(swept, NOW, batch=10) == 50
    assert reap_all(swept) == 0
    assert swept.read(alive.handle, key) is not None


def test_a_family_is_as_large_after_many_renewals_as_after_a_few(
    store: TokenStore, clock: FakeClock, tmp_path: Path
) -> None:
    """And a token that was spent long ago still ends it, with the alarm."""
    manager = a_manager(store, clock)
    grant = manager.issue("alice")
    first = renewal = grant.renewal or ""
    sizes = []
    for _ in range(4 * SPENT_KEPT):
        clock.advance(60)
        renewal = manager.renew(renewal).renewal or ""
        sizes.append(spent(store, grant.handle))
    assert sizes[-1] == SPENT_KEPT
    assert max(sizes) == SPENT_KEPT
    assert renewal_reason(manager, first) is Reason.REUSED
    assert renewal_reason(manager, renewal) is Reason.UNKNOWN
    assert manager.entries("alice") == []


def spent(store: TokenStore, handle: str) -> int:
    """How many spent keys of a family are kept, as each store itself tells."""
    if isinstance(store, MemoryStore):
        return len(store._families[handle].spent)
    if isinstance(store, RedisStore):
        return int(store._run("return redis.call('HLEN', KEYS[1])", [store._family(handle)])) - 4
    assert isinstance(store, SQLiteStore)
    return len(store._file.rows("SELECT 1 FROM refresh_tokens")) - 1


def test_nobody_ends_a_family_with_a_token_that_he_made_up(manager: TokenManager) -> None:
    """A handle is public: the lineage is not, and no token of another family has it."""
    grant, other = manager.issue("alice"), manager.issue("mallory")
    handle, own = (grant.renewal or "").split(".")
    lineage = (other.renewal or "").split(".")[1][:24]
    for made_up in (f"{handle}.{'A' * 67}", f"{handle}.{lineage}{own[24:]}"):
        assert renewal_reason(manager, made_up) is Reason.UNKNOWN
    assert manager.renew(grant.renewal or "").handle == grant.handle


def test_a_thief_cannot_hide_behind_many_rotations(manager: TokenManager, clock: FakeClock) -> None:
    """However fast they rotate, the owner's old token ends the family."""
    grant = manager.issue("alice")
    stolen = grant.renewal or ""
    for _ in range(3 * SPENT_KEPT):
        clock.advance(0.1)
        stolen = manager.renew(stolen).renewal or ""
    assert renewal_reason(manager, grant.renewal) is Reason.REUSED
    assert renewal_reason(manager, stolen) is Reason.UNKNOWN


@pytest.fixture
def full(valkey_client: Any) -> Iterator[Callable[[], None]]:
    """Call it, and the server takes no write that needs memory, nor knows a script."""

    def fill() -> None:
        valkey_client.script_flush()
        valkey_client.config_set("maxmemory-policy", "noeviction")
        valkey_client.config_set("maxmemory", 1)

    yield fill
    valkey_client.config_set("maxmemory", 0)


@pytest.mark.parametrize("strategy", ["denylist", "generation", "snapshot", "filter", "statuslist"])
def test_a_full_server_refuses_logins_and_takes_logouts(
    strategy: str, valkey_client: Any, clock: FakeClock, full: Callable[[], None]
) -> None:
    """One family, one of a list, all of a subject: access tokens are denied as well."""
    store = RedisStore(valkey_client)
    manager = a_manager(store, clock, strategy)
    one, other, *rest = [manager.issue("alice") for _ in range(4)]
    good = manager.issue("bob")
    full()
    with pytest.raises(store.outages):
        manager.issue("alice")
    with pytest.raises(store.outages):
        manager.renew(good.renewal or "")
    manager.revoke(one.credential)
    assert manager.revoke_entry("alice", other.handle) is not None
    manager.revoke_all("alice")
    follow(manager)
    for grant in (one, other, *rest):
        assert is_refused(manager, grant.credential)
    assert manager.verify(good.credential).subject == "bob"
    valkey_client.config_set("maxmemory", 0)
    assert manager.renew(good.renewal or "").handle == good.handle
    for grant in (one, other, *rest):
        assert renewal_reason(manager, grant.renewal) is Reason.UNKNOWN


def test_a_full_server_takes_no_generation_of_a_subject_it_does_not_know(
    valkey_client: Any, clock: FakeClock, full: Callable[[], None]
) -> None:
    """Only what is there already can move: no login makes a full server fuller."""
    store = RedisStore(valkey_client)
    full()
    with pytest.raises(store.outages):
        a_manager(store, clock, "generation").issue("alice")
    assert valkey_client.dbsize() == 0


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
    "data = x'5b5d'",
]


@pytest.mark.parametrize("damage", SQLITE)
def test_a_damaged_row_is_absent_to_every_verb(
    damage: str, tmp_path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite keeps any type in any column: nobody renews, and nothing but a refusal comes out."""
    store = SQLiteStore(tmp_path / "tokens.db")

    def spoil(_: str) -> None:
        with sqlite3.connect(tmp_path / "tokens.db") as other:
            other.execute(f"UPDATE families SET {damage} WHERE subject = 'alice'")
        other.close()

    survives(a_manager(store, clock, "denylist"), spoil, caplog)
    store.close()


@pytest.mark.parametrize(
    "damage", ["spent_at = 'never'", "nonce = 5", "nonce = 'text', spent_at = 'x'", "key = 'text'"]
)
def test_a_damaged_refresh_token_is_only_refused(
    damage: str, tmp_path: Path, clock: FakeClock
) -> None:
    """Whatever stands in the row of the token that was spent, or of the current one."""
    store = SQLiteStore(tmp_path / "tokens.db")
    manager = a_manager(store, clock)
    grant = manager.issue("alice")
    manager.renew(grant.renewal or "")
    with sqlite3.connect(tmp_path / "tokens.db") as other:
        other.execute(f"UPDATE refresh_tokens SET {damage} WHERE spent_at IS NOT NULL")
    other.close()
    with pytest.raises(InvalidToken):
        manager.renew(grant.renewal or "")
    manager.revoke_all("alice")
    store.close()


def test_a_handle_that_is_no_text_leaves_with_its_subject(tmp_path: Path, clock: FakeClock) -> None:
    """A damaged row must not keep the others of a subject from being ended."""
    store = SQLiteStore(tmp_path / "tokens.db")
    manager = a_manager(store, clock)
    manager.issue("alice")
    with sqlite3.connect(tmp_path / "tokens.db") as other:
        other.execute("PRAGMA foreign_keys = OFF")
        other.execute("UPDATE families SET handle = CAST(x'ff' AS TEXT)")
    other.close()
    good = manager.issue("alice")
    manager.revoke_all("alice")
    assert renewal_reason(manager, good.renewal) is Reason.UNKNOWN
    assert everything(store) == 0
    store.close()


REDIS: list[Callable[[Any, Any], object]] = [
    lambda client, name: client.hdel(name, "m"),
    lambda client, name: client.hdel(name, "t"),
    lambda client, name: client.hdel(name, "c"),
    lambda client, name: client.hdel(name, "d"),
    lambda client, name: client.hset(name, "t", "never"),
    lambda client, name: client.hset(name, "t", "nan"),
    lambda client, name: client.hset(name, "d", "no JSON"),
    lambda client, name: client.hset(name, "m", b"\x96\x01\x80\x80\x00\xa0\xa0"),
    lambda client, name: client.hset(name, "m", "x"),
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

    def spoil(handle: str) -> None:
        damage(valkey_client, f"token:family:{handle}")

    survives(a_manager(RedisStore(valkey_client), clock, "denylist"), spoil, caplog)


def survives(
    manager: TokenManager, spoil: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    verbs: list[Callable[[Any], object]] = [
        lambda grant: manager.verify(grant.credential),
        lambda grant: manager.update(grant.credential, {"b": 1}),
        lambda grant: manager.renew(grant.renewal),
        lambda grant: manager.renew(grant.credential, "bob"),
        lambda grant: manager.renew(grant.renewal, "bob"),
        lambda grant: manager.entries("alice"),
        lambda grant: manager.revoke_entry("alice", grant.handle),
        lambda grant: manager.revoke(grant.credential),
        lambda grant: manager.revoke_all("alice"),
    ]
    for verb in verbs:
        grant, good = manager.issue("alice", {"a": 1}), manager.issue("bob")
        spoil(grant.handle)
        with suppress(InvalidToken):
            verb(grant)
        with suppress(InvalidToken):
            manager.renew(grant.renewal or "")
        assert manager.renew(good.renewal or "").handle == good.handle
        manager.revoke_all("alice")
    grant = manager.issue("alice", {"a": 1})
    spoil(grant.handle)
    caplog.clear()
    with caplog.at_level(logging.ERROR, "tokens.audit"), pytest.raises(InvalidToken):
        manager.renew(grant.renewal or "")
    reported = {record.message for record in caplog.records}
    assert reported == {"authn_token_record_damaged"}
