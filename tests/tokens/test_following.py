"""Strategies that know revocations by heart: how soon, how sure, and what when out of touch."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.conftest import FakeClock
from tokens import Snapshot, Within
from tokens.revocation.following import Stale
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.redis import RedisStore

from .conftest import ISSUER, is_refused
from .nodes import Node, Unreachable

FOLLOWING = ["snapshot", "filter", "statuslist"]
BOUND_S = 2.0


@pytest.fixture(params=FOLLOWING)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def node(name: str, store: TokenStore, clock: FakeClock) -> Node:
    return Node(store, clock, name)


def test_verify_asks_no_store(node: Node) -> None:
    """For what is good; a filter alone settles with the store what it refuses."""
    grant = node.manager.issue("alice")
    node.strategy.look()
    node.counted.calls.clear()
    for _ in range(10):
        assert node.manager.verify(grant.credential).subject == "alice"
    assert node.counted.calls == []


def test_another_node_refuses_after_its_next_look(
    name: str, store: TokenStore, clock: FakeClock
) -> None:
    """Not before, which is the price; and its revoking verbs claim no more than that."""
    here, there = Node(store, clock, name), Node(store, clock, name)
    grant, other = here.manager.issue("alice"), here.manager.issue("bob")
    here.strategy.look()
    there.strategy.look()
    assert here.manager.revoke(grant.credential) == Within(BOUND_S)
    assert not is_refused(there.manager, grant.credential)
    there.strategy.look()
    assert is_refused(there.manager, grant.credential)
    assert not is_refused(there.manager, other.credential)


def test_an_old_snapshot_is_not_trusted(node: Node, clock: FakeClock) -> None:
    """From the very instant of the bound on the store is asked, so nothing is accepted later."""
    grant, good = node.manager.issue("alice"), node.manager.issue("bob")
    node.strategy.look()
    node.manager.revoke(grant.credential)
    clock.advance(BOUND_S - 0.001)
    assert not is_refused(node.manager, grant.credential)
    clock.advance(0.001)
    node.counted.calls.clear()
    assert is_refused(node.manager, grant.credential)
    assert not is_refused(node.manager, good.credential)
    assert set(node.counted.calls) == {"is_denied"}


def test_out_of_touch_with_the_store_down_is_an_outage(node: Node, clock: FakeClock) -> None:
    """Neither accepted nor refused; what is known to be revoked is refused all the same."""
    grant, good = node.manager.issue("alice"), node.manager.issue("bob")
    node.manager.revoke(grant.credential)
    node.strategy.look()
    node.counted.is_down = True
    assert node.manager.verify(good.credential).subject == "bob"
    assert node.strategy.look() is False
    clock.advance(BOUND_S)
    with pytest.raises(Unreachable):
        node.manager.verify(good.credential)
    node.counted.is_down = False
    assert node.strategy.look() is True
    assert node.manager.verify(good.credential).subject == "bob"
    assert is_refused(node.manager, grant.credential)


def test_told_to_refuse_it_asks_nobody(name: str, store: TokenStore, clock: FakeClock) -> None:
    """`Stale` is an outage of the manager, not a rejection."""
    node = Node(store, clock, name, when_stale="refuse")
    grant = node.manager.issue("alice")
    node.counted.calls.clear()
    with pytest.raises(Stale, match="more than 2 seconds"):
        node.manager.verify(grant.credential)
    assert node.counted.calls == []
    assert Stale in node.manager.outages
    node.strategy.look()
    assert node.manager.verify(grant.credential).subject == "alice"


def test_a_node_starts_without_its_store(name: str, clock: FakeClock) -> None:
    """Out of touch until the store is there, and then right."""
    store = MemoryStore()
    node = Node(store, clock, name)
    grant = node.manager.issue("alice")
    node.counted.is_down = True
    assert node.strategy.look() is False
    node.counted.is_down = False
    node.manager.revoke(grant.credential)
    assert is_refused(node.manager, grant.credential)


def test_what_a_store_lost_is_remembered(name: str, valkey_client: Any, clock: FakeClock) -> None:
    """A node that has seen a revocation keeps it until it is past, whatever the store does."""
    node = Node(RedisStore(valkey_client), clock, name)
    grant = node.manager.issue("alice")
    node.manager.revoke(grant.credential)
    node.strategy.look()
    valkey_client.flushdb()
    later = node.manager.issue("bob")
    node.strategy.look()
    if name != "filter":  # which asks the store, and is told what the store still knows
        assert is_refused(node.manager, grant.credential)
    node.manager.revoke(later.credential)
    node.strategy.look()
    assert is_refused(node.manager, later.credential)


def test_more_than_one_page_is_learned(name: str, store: TokenStore, clock: FakeClock) -> None:
    """A node that begins late, or again, reads all that is live."""
    first = Node(store, clock, name)
    grants = [first.manager.issue("alice") for _ in range(25)]
    first.manager.revoke_all("alice")
    late = Node(store, clock, name)
    page = late.counted._store.denied_since

    def small_pages(cursor: Any, limit: int = 10) -> Any:
        return page(cursor, min(limit, 10))

    late.counted.denied_since = small_pages  # type: ignore[attr-defined]
    late.strategy.look()
    assert all(is_refused(late.manager, grant.credential) for grant in grants)


def test_a_look_vouches_from_its_beginning(name: str, store: TokenStore, clock: FakeClock) -> None:
    """What was denied while it was under way may have come too late for it."""
    node = Node(store, clock, name)
    grant = node.manager.issue("alice")
    answer = node.counted._store.denied_since

    def slowly(*arguments: Any) -> Any:
        changes = answer(*arguments)
        clock.advance(BOUND_S / 2)
        node.counted._store.deny([f"{ISSUER} too late for this look"], clock.now + 300)
        return changes

    node.counted.denied_since = slowly  # type: ignore[attr-defined]
    node.strategy.look()
    node.counted.calls.clear()
    clock.advance(BOUND_S / 2 - 0.001)
    node.manager.verify(grant.credential)
    assert node.counted.calls == []
    clock.advance(0.001)
    node.manager.verify(grant.credential)
    assert "is_denied" in node.counted.calls


def test_losing_touch_is_reported_once(clock: FakeClock, caplog: pytest.LogCaptureFixture) -> None:
    """And so is regaining it."""
    node = Node(MemoryStore(), clock, "snapshot")
    with caplog.at_level(logging.INFO, "tokens.audit"):
        node.strategy.look()
        node.counted.is_down = True
        node.strategy.look()
        node.strategy.look()
        node.counted.is_down = False
        node.strategy.look()
    assert [record.message for record in caplog.records] == [
        "authn_token_revocations_known",
        "authn_token_revocations_unknown",
        "authn_token_revocations_known",
    ]


def test_intervals_of_nothing_are_refused() -> None:
    """With the name of what is wrong."""
    with pytest.raises(ValueError, match="poll_s"):
        Snapshot(MemoryStore(), ISSUER, poll_s=0, runs=False)
