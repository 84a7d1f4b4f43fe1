"""Denials in a Redis that forgets: who follows is told all, and whoever runs it is warned."""

from __future__ import annotations

import contextlib
import logging
import shutil
from pathlib import Path
from typing import Any

import pytest
from valkey import Valkey
from valkey.backoff import NoBackoff
from valkey.exceptions import ConnectionError  # noqa: A004
from valkey.retry import Retry

from bench.services import Services
from tokens.stores.redis import GARBAGE_S, RedisStore
from tokens.testing import LATER, NOW

from .servers import a_server


def test_redis_clears_the_order_of_denials_of_what_is_past(valkey_client: Any) -> None:
    """Each denial clears a little more than it adds, and nothing that is still due."""
    store = RedisStore(valkey_client)
    for n in range(20):
        store.deny([f"past-{n}"], NOW - GARBAGE_S - 60)
    assert valkey_client.xlen("token:denials:log") <= 1
    store.deny(["live"], LATER)
    store.deny(["another"], LATER)
    assert [name for name, _ in store.denied_since(None).denials] == ["live", "another"]
    assert valkey_client.xlen("token:denials:log") == 2


@pytest.mark.parametrize(
    "fields",
    [{b"name": b"\xff", b"until": b"1"}, {b"name": b"a", b"until": b"soon"}, {b"name": b""}],
)
def test_a_damaged_entry_is_an_outage(valkey_client: Any, fields: dict[bytes, bytes]) -> None:
    """To pass over it would let in whom it denies."""
    store = RedisStore(valkey_client)
    store.deny(["good"], LATER)
    valkey_client.xadd("token:denials:log", fields)
    with pytest.raises(store.outages, match="damaged"):
        store.denied_since(None)


def test_a_redis_that_was_emptied_begins_another_life(valkey_client: Any) -> None:
    """Its numbers begin anew, and a follower with a high number misses none of them."""
    store = RedisStore(valkey_client)
    store.deny([f"family-{n}" for n in range(5)], LATER)
    before = store.denied_since(None).cursor
    valkey_client.flushdb()
    assert store.denied_since(before).denials == []
    store.deny(["new"], LATER)
    assert store.denied_since(before).denials == [("new", LATER)]


def test_a_redis_that_lost_its_last_writes_begins_another_life(tmp_path: Path) -> None:
    """Started again with older data it gives known numbers to new denials: all are told."""
    data, older = tmp_path / "data", tmp_path / "older"
    data.mkdir()
    with a_server(data) as server:
        with contextlib.closing(server.client()) as client:
            store = RedisStore(client)
            store.deny(["first"], LATER)
            shutil.copytree(data, older)
            store.deny(["lost-1", "lost-2"], LATER)
            before = store.denied_since(None).cursor
        server.kill(keep=False)
        shutil.copytree(older, data, dirs_exist_ok=True)
        server.start()
        with contextlib.closing(server.client()) as client:
            store = RedisStore(client)
            store.deny(["new-1", "new-2", "new-3"], LATER)
            told = [name for name, _ in store.denied_since(before).denials]
    assert told == ["first", "new-1", "new-2", "new-3"]


def test_a_redis_that_forgot_its_last_number_still_tells_all(valkey_client: Any) -> None:
    """An evicted hash beside a stream that stayed is another life, not an error."""
    store = RedisStore(valkey_client)
    store.deny(["old"], LATER)
    before = store.denied_since(None).cursor
    valkey_client.delete("token:denials")
    store.deny(["new"], LATER)
    assert store.denied_since(before).denials == [("new", LATER)]
    assert store.is_denied("old") is True


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, []),
        ({"maxmemory-policy": "allkeys-lru"}, []),
        ({"maxmemory": "100mb"}, []),
        ({"maxmemory-policy": "volatile-ttl", "maxmemory": "100mb"}, ["noeviction"]),
        ({"appendfsync": "everysec"}, ["loss of power"]),
        ({"appendonly": "no"}, ["all of them"]),
        ({"appendonly": "no", "save": "60 1"}, ["since the last snapshot"]),
    ],
)
def test_a_forgetful_redis_is_reported_at_the_start(
    settings: dict[str, str],
    expected: list[str],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once, with the remedy, as soon as there is a server to ask."""
    with a_server(tmp_path) as server, contextlib.closing(server.client()) as client:
        for name, value in settings.items():
            client.config_set(name, value)
        store = RedisStore(client)
        with caplog.at_level(logging.WARNING, "tokens.audit"):
            store.ping()
            store.ping()
        facts = [vars(record)["facts"] for record in caplog.records]
        assert len(facts) == len(expected)
        assert all(part in str(each["detail"]) for part, each in zip(expected, facts, strict=True))


def test_a_redis_that_hides_its_settings_is_reported(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody can tell what it forgets; and it works all the same."""
    with a_server(tmp_path) as server, contextlib.closing(server.client()) as client:
        client.execute_command("ACL", "SETUSER", "default", "-config")
        store = RedisStore(client)
        with caplog.at_level(logging.WARNING, "tokens.audit"):
            store.deny(["family"], LATER)
        assert [record.message for record in caplog.records] == ["authn_token_store_forgetful"]
        assert store.is_denied("family") is True


@pytest.mark.parametrize("retries", [0, 3])
def test_a_listener_that_lost_its_line_does_not_claim_to_know(
    retries: int, services: Services, valkey_client: Any
) -> None:
    """Killed by the server, it says either that something may have been denied, or that it is
    out of touch; and never that nothing was, even if its client mends the line by itself."""
    mending: Any = Valkey.from_url(
        services.redis_url,
        socket_timeout=5,
        retry=Retry(NoBackoff(), retries),
        retry_on_error=[ConnectionError] if retries else [],
    )
    store = RedisStore(mending)
    listener = store.listen()
    valkey_client.client_kill_filter(_type="pubsub")
    store.deny(["meanwhile"], LATER)
    try:
        told = listener.wait(0.2) or listener.confirm()
    except store.outages:
        told = True
    assert told is True
    listener.close()
    mending.close()
