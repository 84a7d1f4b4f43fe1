"""What is known by heart: all that is live, nothing that is past or another's, within bounds."""

from __future__ import annotations

from tests.conftest import FakeClock
from tokens import Snapshot, StatusLists
from tokens.revocation.base import SPARE_S
from tokens.revocation.filter import Filter
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore

from .conftest import ISSUER, a_manager, is_refused
from .nodes import Node


def test_a_shorter_denial_after_a_loss_shortens_nothing(clock: FakeClock) -> None:
    """A store that lost the longer one tells of the shorter as new."""
    strategy = Snapshot(MemoryStore(), ISSUER, runs=False, monotonic=clock, now=clock)
    for seconds in (300, 60):
        strategy._store = MemoryStore()
        strategy._store.deny([f"{ISSUER} family"], clock.now + seconds)
        strategy.look()
    clock.advance(299)
    strategy.look()
    assert len(strategy) == 1


def test_what_is_past_is_forgotten(store: TokenStore, clock: FakeClock) -> None:
    """Memory holds what is live, not what ever was."""
    snapshot, lists = Node(store, clock, "snapshot"), Node(store, clock, "statuslist")
    filtered = Node(store, clock, "filter", window_s=60)
    for node in (snapshot, lists, filtered):
        for _ in range(10):
            node.manager.revoke(node.manager.issue("alice").credential)
        node.strategy.look()
    assert isinstance(snapshot.strategy, Snapshot)
    assert isinstance(lists.strategy, StatusLists)
    assert isinstance(filtered.strategy, Filter)
    assert len(snapshot.strategy) >= 10
    assert filtered.strategy.size_bytes > 0
    clock.advance(5 * 60 + SPARE_S - 1)
    for node in (snapshot, lists, filtered):
        node.strategy.look()
    assert len(snapshot.strategy) >= 10
    assert filtered.strategy.size_bytes > 0
    assert len(lists.strategy._lists) == 1
    clock.advance(62)
    store.reap(clock.now)
    for node in (snapshot, lists, filtered):
        node.strategy.look()
    assert len(snapshot.strategy) == 0
    assert filtered.strategy.size_bytes == 0
    assert lists.strategy._lists == {}


def test_a_snapshot_is_bounded_and_stays_right(clock: FakeClock) -> None:
    """What no longer fits is asked of the store, until it is past."""
    node = Node(MemoryStore(), clock, "snapshot", max_entries=5)
    grants = [node.manager.issue("alice") for _ in range(10)]
    good = node.manager.issue("bob")
    node.manager.revoke_all("alice")
    node.strategy.look()
    assert isinstance(node.strategy, Snapshot)
    assert len(node.strategy) == 5
    assert all(is_refused(node.manager, grant.credential) for grant in grants)
    node.counted.calls.clear()
    assert not is_refused(node.manager, good.credential)
    assert node.counted.calls == ["is_denied"]
    clock.advance(10 * 60)
    node.counted._store.reap(clock.now)
    node.strategy.look()
    new = node.manager.issue("carol")
    node.counted.calls.clear()
    assert not is_refused(node.manager, new.credential)
    assert node.counted.calls == []


def test_a_false_positive_is_settled_by_the_store(clock: FakeClock) -> None:
    """A filter that is full of others' denials still refuses nobody who was not denied."""
    store = MemoryStore()
    strategy = Filter(store, ISSUER, expected=1, runs=False, monotonic=clock, now=clock)
    manager = a_manager(store, clock, strategy)
    store.deny([f"{ISSUER} other-{n}" for n in range(2000)], clock.now + 300)
    strategy.look()
    tokens = [manager.issue("alice").credential for _ in range(50)]
    assert not any(is_refused(manager, token) for token in tokens)


def test_other_issuers_denials_are_not_ours(store: TokenStore, clock: FakeClock) -> None:
    """One store may serve several issuers."""
    node = Node(store, clock, "snapshot")
    store.deny(["https://other.example abc", f"{ISSUER} def"], clock.now + 300)
    node.strategy.look()
    assert isinstance(node.strategy, Snapshot)
    assert len(node.strategy) == 1
