"""One integer a subject: what moves it, what it refuses, and what is left when it is lost."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import FakeClock
from tokens import Immediate, InvalidToken, Reason, TokenManager
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore
from tokens.testing import at_once

from .conftest import a_manager, is_refused, reason_for
from .forging import HS256, claims_at, forged, header_of


@pytest.fixture
def generations(store: TokenStore, clock: FakeClock) -> TokenManager:
    return a_manager(store, clock, "generation")


def test_a_logout_everywhere_moves_on_all_tokens_and_nobody_elses(
    generations: TokenManager,
) -> None:
    """Those signed before are refused, those signed after are good, bob sees nothing of it."""
    before = [generations.issue("alice").credential for _ in range(3)]
    bob, visitor = generations.issue("bob").credential, generations.issue(None).credential
    assert generations.revoke_all("alice") == Immediate()
    assert [is_refused(generations, token) for token in before] == [True] * 3
    after = generations.issue("alice").credential
    assert [is_refused(generations, token) for token in (after, bob, visitor)] == [False] * 3


def test_a_generation_that_was_left_never_comes_back(generations: TokenManager) -> None:
    """However often all are ended."""
    seen = []
    for _ in range(20):
        seen.append(generations.issue("alice").credential)
        generations.revoke_all("alice")
    assert all(is_refused(generations, token) for token in seen)


def test_a_logout_everywhere_is_one_write_for_any_number_of_families(
    valkey_client: Any, clock: FakeClock
) -> None:
    """Beside the one that ends the families: the server itself counts two scripts."""
    manager = a_manager(RedisStore(valkey_client), clock, "generation")
    for _ in range(50):
        manager.issue("alice")
    manager.revoke_all("bob")
    valkey_client.config_resetstat()
    manager.revoke_all("alice")
    assert valkey_client.info("commandstats")["cmdstat_evalsha"]["calls"] == 2


def test_verify_is_one_round_trip(valkey_client: Any, clock: FakeClock) -> None:
    """Generation and denial are answered together."""
    manager = a_manager(RedisStore(valkey_client), clock, "generation")
    token = manager.issue("alice").credential
    valkey_client.config_resetstat()
    manager.verify(token)
    stats = valkey_client.info("commandstats")
    stats.pop("cmdstat_config|resetstat", None)
    assert {name: found["calls"] for name, found in stats.items()} == {"cmdstat_mget": 1}


def test_one_logout_is_a_denial_and_leaves_the_others(generations: TokenManager) -> None:
    """The generation belongs to all of a subject's families."""
    one, other, visitor = (generations.issue(name) for name in ("alice", "alice", None))
    assert generations.revoke(one.credential) == Immediate()
    assert generations.revoke(visitor.credential) == Immediate()
    found = [is_refused(generations, each.credential) for each in (one, other, visitor)]
    assert found == [True, False, True]


def test_a_token_without_a_generation_is_refused(store: TokenStore, clock: FakeClock) -> None:
    """Signed before the strategy was switched on: nothing could call it back."""
    before = a_manager(store, clock, "denylist").issue("alice").credential
    manager = a_manager(store, clock, "generation")
    assert is_refused(manager, before)
    manager.issue("alice")
    assert is_refused(manager, before)


def test_a_store_that_lost_its_generations_logs_out_and_pardons_nobody(
    valkey_client: Any, tmp_path: Path, clock: FakeClock
) -> None:
    """Neither what was good nor what was revoked is accepted; a new login is."""
    redis, sqlite = RedisStore(valkey_client), SQLiteStore(tmp_path / "tokens.db")

    def lose_sqlite() -> None:
        connection = sqlite3.connect(tmp_path / "tokens.db")
        with connection:
            connection.execute("DELETE FROM counters")
        connection.close()

    stores: list[tuple[TokenStore, Any]] = [(redis, valkey_client.flushdb), (sqlite, lose_sqlite)]
    for store, lose in stores:
        manager = a_manager(store, clock, "generation")
        revoked = manager.issue("alice").credential
        manager.revoke_all("alice")
        good = manager.issue("alice").credential
        lose()
        assert is_refused(manager, revoked)
        assert is_refused(manager, good)
        new = manager.issue("alice").credential
        assert [is_refused(manager, each) for each in (revoked, good, new)] == [True, True, False]
    sqlite.close()


def test_a_store_that_lost_its_last_writes_gives_no_number_twice(clock: FakeClock) -> None:
    """What was signed in the time that is lost stays refused, whatever is written after."""
    store = MemoryStore()
    manager = a_manager(store, clock, "generation")
    manager.issue("alice")
    kept = store._counters.copy()
    manager.revoke_all("alice")
    lost = manager.issue("alice").credential
    store._counters = kept
    for _ in range(5):
        assert is_refused(manager, lost)
        manager.revoke_all("alice")


def test_a_renewal_that_races_a_logout_everywhere_gives_nothing_that_lives(
    generations: TokenManager,
) -> None:
    """Whether it came first or second, what it gave is refused when both are done."""
    for _ in range(25):
        grant = generations.issue("alice")
        renewed, updated, _ = at_once(
            partial(generations.renew, grant.renewal or ""),
            partial(generations.update, grant.credential, {"a": 1}),
            partial(generations.revoke_all, "alice"),
        )
        for each in (renewed, updated):
            assert isinstance(each, InvalidToken) or is_refused(generations, each.credential)


def test_a_generation_lives_as_long_as_the_last_token_that_has_it(
    generations: TokenManager, clock: FakeClock
) -> None:
    """Also one that an update or a renewal has made late."""
    grant = generations.issue("alice")
    clock.advance(290)
    updated = generations.update(grant.credential, {"a": 1})
    generations.store.reap(clock.now + 290)
    assert not is_refused(generations, updated.credential)
    clock.advance(290)
    renewed = generations.renew(grant.renewal or "")
    generations.store.reap(clock.now + 290)
    assert not is_refused(generations, renewed.credential)


def test_keeping_one_ends_the_others(generations: TokenManager) -> None:
    """The kept one shares the generation, so the others are denied by name."""
    kept, other = generations.issue("alice"), generations.issue("alice")
    assert generations.revoke_all("alice", keep=kept.handle) == Immediate()
    assert is_refused(generations, other.credential)
    assert not is_refused(generations, kept.credential)


@pytest.mark.parametrize("generation", [True, -1, 1.0, "1", None, 2**53, [1]])
def test_a_generation_is_an_integer(generation: object, clock: FakeClock) -> None:
    """Of any other type the token is refused for its claims."""

    manager = a_manager(MemoryStore(), clock, "generation", ring=HS256)
    token = forged(header_of(HS256.signing), claims_at(clock.now, gen=generation))
    assert reason_for(manager, token) is Reason.CLAIMS
