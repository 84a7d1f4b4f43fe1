"""Every store keeps the contract, and what is particular to one of them."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FakeClock
from tokens.record import Outcome
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore
from tokens.testing import LATER, NOW, TokenStoreContract, a_key, a_record

from .conftest import a_manager


class TestStores(TokenStoreContract):
    """The contract, over the store that the fixture gives."""


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_reap_clears_away_what_is_due_in_bounded_batches(kind: str, tmp_path: Path) -> None:
    """At most *limit* at a time, families and denials, and the index is left clean."""
    store: TokenStore = MemoryStore() if kind == "memory" else SQLiteStore(tmp_path / "tokens.db")
    for n in range(3):
        store.create(a_key(), a_record(), NOW - 1)
        store.deny([f"family-{n}"], NOW - 1)
        store.advance(f"counter-{n}", 1, 0, NOW - 1)
    assert [store.reap(NOW, limit=4) for _ in range(4)] == [4, 4, 1, 0]
    assert list(store.list_subject("alice")) == []
    assert store.standing("family-0", "counter-0") == (False, None)
    assert store.denied_since(None).denials == []


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_number_is_not_given_again_after_reaping(kind: str, tmp_path: Path) -> None:
    """Who follows would take a new denial for one it knows."""
    store: TokenStore = MemoryStore() if kind == "memory" else SQLiteStore(tmp_path / "tokens.db")
    store.deny(["past"], NOW - 1)
    cursor = store.denied_since(None).cursor
    store.reap(NOW)
    store.deny(["new"], LATER)
    assert store.denied_since(cursor).denials == [("new", LATER)]
    store.close()


def test_redis_clears_away_by_itself(valkey_client: Any) -> None:
    """All but the last number carries a time to live, which ends after they are due."""
    store = RedisStore(valkey_client)
    store.create(a_key(), a_record(), LATER)
    store.deny(["family"], LATER)
    store.advance("counter", 1, 0, LATER)
    lives = {key: valkey_client.pexpiretime(key) for key in valkey_client.scan_iter()}
    # Were it to expire, numbers would begin anew: safe, and every node would read all again.
    assert lives.pop(b"token:denials") == -1
    assert len(lives) == 5
    assert all(at >= LATER * 1000 for at in lives.values())


def test_sqlite_waits_for_the_disk(tmp_path: Path) -> None:
    """A loss of power cannot be tested here; that the database was told to expect one can."""
    store = SQLiteStore(tmp_path / "tokens.db")
    with store._file.writing() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.close()


def test_redis_answers_a_denial_in_one_round_trip(valkey_client: Any) -> None:
    """The server itself counts one command for a look."""
    store = RedisStore(valkey_client)
    store.is_denied("family")
    valkey_client.config_resetstat()
    store.is_denied("family")
    calls = {name: stats["calls"] for name, stats in valkey_client.info("commandstats").items()}
    calls.pop("cmdstat_config|resetstat", None)
    assert calls == {"cmdstat_exists": 1}


def test_an_expired_family_leaves_the_redis_index_when_listed(valkey_client: Any) -> None:
    """The index does not go on naming what the server has cleared away."""
    store = RedisStore(valkey_client)
    records = [a_record(), a_record()]
    for record in records:
        store.create(a_key(), record, LATER)
    valkey_client.delete(f"token:family:{records[0].handle}")
    assert list(store.list_subject("alice")) == [records[1]]
    assert valkey_client.zcard("token:of:alice") == 1


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
    """Neither a crash nor a renewal; and it can still be deleted."""
    store = RedisStore(valkey_client)
    key, record = a_key(), a_record()
    store.create(key, record, LATER)
    valkey_client.hset(f"token:family:{record.handle}", "m", damage)
    caplog.clear()  # of what the store has said of its server
    with caplog.at_level(logging.ERROR, "tokens.audit"):
        assert store.read(record.handle, key) is None
    assert [found.message for found in caplog.records] == ["authn_token_record_damaged"]
    store.delete(record.handle)
    assert valkey_client.exists(f"token:family:{record.handle}") == 0


def test_a_damaged_sqlite_record_is_absent_and_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a crash nor a renewal; and it can still be deleted."""
    store = SQLiteStore(tmp_path / "tokens.db")
    key, record = a_key(), a_record()
    store.create(key, record, LATER)
    other = sqlite3.connect(tmp_path / "tokens.db")
    with other:
        other.execute("UPDATE families SET head = x'c1'")
    other.close()
    with caplog.at_level(logging.ERROR, "tokens.audit"):
        assert store.read(record.handle, key) is None
    assert [found.message for found in caplog.records] == ["authn_token_record_damaged"]
    store.delete(record.handle)
    assert store.read(record.handle, key) is None
    store.close()


def test_nothing_at_rest_is_a_credential(
    tmp_path: Path, valkey_client: Any, clock: FakeClock
) -> None:
    """Neither the file nor the server holds a token, before or after a rotation."""
    sqlite_store, redis_store = SQLiteStore(tmp_path / "tokens.db"), RedisStore(valkey_client)
    secrets = []
    for store in (sqlite_store, redis_store):
        manager = a_manager(store, clock, "denylist")
        grant = manager.issue("alice")
        renewed = manager.renew(grant.renewal or "")
        for each in (grant, renewed):
            secrets += [each.credential, (each.renewal or "").partition(".")[2]]
    sqlite_store.close()
    at_rest = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    for name in valkey_client.scan_iter():
        at_rest += name
        if valkey_client.type(name) == b"hash":
            for field, value in valkey_client.hgetall(name).items():
                at_rest += field + value
    assert b"alice" in at_rest
    for secret in secrets:
        assert len(secret) > 40
        assert secret.encode() not in at_rest


ROTATES = """
import sys
from tokens.stores.sqlite import SQLiteStore
store = SQLiteStore(sys.argv[1])
key, me = bytes.fromhex(sys.argv[3]), sys.argv[4].encode()
rotation = store.replace(sys.argv[2], key, me * 32, me, 1e9, 9e9, 0.0)
print(rotation.outcome.name, rotation.nonce.decode())
"""


def test_processes_agree_on_one_successor(tmp_path: Path) -> None:
    """Of four processes that rotate one token, one wins and all name the same nonce."""
    path, key, record = tmp_path / "tokens.db", a_key(), a_record()
    store = SQLiteStore(path)
    store.create(key, record, LATER)
    command = [sys.executable, "-c", ROTATES, str(path), record.handle, key.hex()]
    rotators = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in "abcd"
    ]
    said = [rotator.communicate()[0].split() for rotator in rotators]
    outcomes = [outcome for outcome, _ in said]
    assert sorted(outcomes) == [Outcome.REPEATED.name] * 3 + [Outcome.ROTATED.name]
    assert len({nonce for _, nonce in said}) == 1
    store.close()


def test_a_locked_sqlite_file_is_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that never finishes gives the store's own exception, not an endless wait."""
    monkeypatch.setattr("tokens.stores.sqlite_connection.BUSY_TIMEOUT_S", 0.05)
    store = SQLiteStore(tmp_path / "tokens.db")
    other = sqlite3.connect(tmp_path / "tokens.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(store.outages):
        store.create(a_key(), a_record(), LATER)
    other.execute("ROLLBACK")
    other.close()
    store.create(a_key(), a_record(), LATER)
    store.close()
