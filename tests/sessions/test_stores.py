"""Every store keeps the contract, and what is particular to one of them."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sessions import SessionManager
from sessions.stores.base import SessionStore
from sessions.stores.memory import MemoryStore
from sessions.stores.redis import RedisStore
from sessions.stores.sqlite import SQLiteStore
from sessions.testing import LATER, NOW, SessionStoreContract, a_key, a_record


class TestStores(SessionStoreContract):
    """The contract, over the store that the fixture gives."""


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_reap_clears_away_what_is_due_in_bounded_batches(kind: str, tmp_path: Path) -> None:
    """At most *limit* at a time, and the index is left clean."""
    store: SessionStore = (
        MemoryStore() if kind == "memory" else SQLiteStore(tmp_path / "sessions.db")
    )
    for _ in range(5):
        store.create(a_key(), a_record(), NOW - 1)
    assert [store.reap(NOW, limit=3), store.reap(NOW, limit=3), store.reap(NOW, limit=3)] == [
        3,
        2,
        0,
    ]
    assert list(store.list_subject("alice")) == []
    store.close()


def test_redis_clears_away_by_itself(valkey_client: Any) -> None:
    """Session and index carry a time to live that ends after the session does."""
    store = RedisStore(valkey_client)
    store.create(a_key(), a_record(), LATER)
    lives = [valkey_client.pexpiretime(key) for key in valkey_client.scan_iter()]
    assert len(lives) == 2
    assert all(at >= LATER * 1000 for at in lives)


def test_redis_reads_in_one_round_trip(valkey_client: Any) -> None:
    """The server itself counts one command for a read."""
    store = RedisStore(valkey_client)
    key = a_key()
    store.create(key, a_record(cart=b"1"), LATER)
    store.read(key)
    valkey_client.config_resetstat()
    store.read(key)
    counted = valkey_client.info("commandstats")
    calls = {name: stats["calls"] for name, stats in counted.items()}
    calls.pop("cmdstat_config|resetstat", None)
    assert calls == {"cmdstat_hgetall": 1}


def test_an_expired_session_leaves_the_redis_index_when_listed(valkey_client: Any) -> None:
    """The index does not go on naming what the server has cleared away."""
    store = RedisStore(valkey_client)
    keys = [a_key(), a_key()]
    for key in keys:
        store.create(key, a_record(), LATER)
    valkey_client.delete(b"session:id:" + keys[0])
    assert len(store.list_subject("alice")) == 1
    assert valkey_client.zcard("session:of:alice") == 1


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\xc1",
        b"\x80",
        b"\x96\x63\xa1h\xa1s\xcb" + b"\x00" * 8 + b"\xa0\xa0",
        b"\x96\x01\xa1\xff",  # text that is no UTF-8
        b"\x91" * 5000,  # nesting without end
    ],
)
def test_a_damaged_redis_record_is_absent_and_reported(
    damage: bytes, valkey_client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a crash nor a login; and it can still be deleted."""
    store = RedisStore(valkey_client)
    key = a_key()
    store.create(key, a_record(), LATER)
    valkey_client.hset(b"session:id:" + key, "m", damage)
    with caplog.at_level(logging.ERROR, "sessions.audit"):
        assert store.read(key) is None
    assert [record.message for record in caplog.records] == ["session_record_damaged"]
    store.touch(key, NOW + 1, LATER)
    store.delete(key)
    assert valkey_client.exists(b"session:id:" + key) == 0


def test_a_damaged_sqlite_record_is_absent_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a crash nor a login; and it can still be deleted."""
    store = SQLiteStore(tmp_path / "sessions.db")
    key = a_key()
    store.create(key, a_record(), LATER)
    with sqlite3.connect(tmp_path / "sessions.db") as other:
        other.execute("UPDATE sessions SET head = x'c1'")
    other.close()
    with caplog.at_level(logging.ERROR, "sessions.audit"):
        assert store.read(key) is None
    assert [record.message for record in caplog.records] == ["session_record_damaged"]
    store.delete(key)
    assert store.read(key) is None
    store.close()


def test_nothing_at_rest_is_a_credential(tmp_path: Path, valkey_client: Any) -> None:
    """Neither the file nor the server holds a session ID."""
    path = tmp_path / "sessions.db"
    sqlite_store, redis_store = SQLiteStore(path), RedisStore(valkey_client)
    ids = [SessionManager(s).issue("alice").credential for s in (sqlite_store, redis_store)]
    sqlite_store.close()
    at_rest = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    for name in valkey_client.scan_iter():
        at_rest += name
        if valkey_client.type(name) == b"hash":
            at_rest += b"".join(valkey_client.hgetall(name).values())
    assert b"alice" in at_rest
    for credential in ids:
        assert credential.encode() not in at_rest


MERGES = """
import sys
from sessions.stores.sqlite import SQLiteStore
store = SQLiteStore(sys.argv[1])
for n in range(25):
    assert store.merge(bytes.fromhex(sys.argv[2]), {f"{sys.argv[3]}-{n}": b"1"}, 10_000)
"""


def test_processes_lose_no_update_to_each_other(tmp_path: Path) -> None:
    """Four processes that write different keys of one session all find theirs afterwards."""
    path, key = tmp_path / "sessions.db", a_key()
    store = SQLiteStore(path)
    store.create(key, a_record(), LATER)
    writers = [
        subprocess.Popen([sys.executable, "-c", MERGES, str(path), key.hex(), name])
        for name in "abcd"
    ]
    assert [writer.wait() for writer in writers] == [0] * 4
    record = store.read(key)
    assert record is not None
    assert len(record.data) == 100
    store.close()


def test_a_locked_sqlite_file_is_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that never finishes gives the store's own exception, not an endless wait."""
    monkeypatch.setattr("sessions.stores.sqlite_connection.BUSY_TIMEOUT_S", 0.05)
    store = SQLiteStore(tmp_path / "sessions.db")
    other = sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(store.outages):
        store.create(a_key(), a_record(), LATER)
    other.execute("ROLLBACK")
    other.close()
    store.create(a_key(), a_record(), LATER)
    store.close()
