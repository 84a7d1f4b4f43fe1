"""Strategies that know revocations by heart: how soon, how sure, and what when out of touch."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from tests.conftest import FakeClock
from tokens import Pushed, Snapshot, StatusLists, TokenManager, Within
from tokens.revocation.filter import Filter
from tokens.revocation.following import Following, Stale
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.postgres import PostgresStore
from tokens.stores.redis import RedisStore
from tokens.stores.sqlite import SQLiteStore
from tokens.testing import at_once

from .conftest import ISSUER, a_manager, a_strategy, is_refused
from .servers import a_server

FOLLOWING = ["snapshot", "filter", "statuslist"]
BOUND_S = 2.0


class Unreachable(Exception):
    """What `Counted` raises while its store is down."""


class Counted:
    """A store that counts its calls, and can be out of reach."""

    def __init__(self, store: TokenStore) -> None:
        self._store = store
        self.calls: list[str] = []
        self.is_down = False
        self.outages = (Unreachable,)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def counted(*arguments: Any, **options: Any) -> Any:
            if self.is_down:
                raise Unreachable
            self.calls.append(name)
            return method(*arguments, **options)

        return counted


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    ends_at = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_at, "it did not come about"
        time.sleep(0.002)


class Node:
    """One node: a manager and its own strategy over a store that others share."""

    def __init__(self, store: TokenStore, clock: FakeClock, name: str, **options: Any) -> None:
        self.counted = Counted(store)
        revocation = a_strategy(name, self.counted, clock, **options)
        assert isinstance(revocation, Following)
        self.strategy = revocation
        self.manager = a_manager(self.counted, clock, revocation)


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
    clock.advance(5 * 60 - 1)
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


def threads_of(strategy: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(strategy)]


def test_the_thread_looks_by_itself_and_ends_with_close(store: TokenStore) -> None:
    """A revocation elsewhere is known here without anybody calling `look`."""
    strategy = Snapshot(store, ISSUER, poll_s=0.01, fetch_s=5)
    store.deny([f"{ISSUER} family"], time.time() + 300)
    until(lambda: len(strategy) == 1)
    assert len(threads_of("Snapshot")) == 1
    strategy.close()
    assert threads_of("Snapshot") == []
    strategy.close()


def test_no_revocation_is_lost_between_looks(store: TokenStore) -> None:
    """Writers at full speed beside a reader that never pauses: in the end it knows them all."""
    strategy = Snapshot(store, ISSUER, poll_s=0.0001, fetch_s=5)

    def write(writer: int) -> None:
        for n in range(50):
            store.deny([f"{ISSUER} {writer}-{n}"], time.time() + 300)

    at_once(*(partial(write, writer) for writer in range(4)))
    until(lambda: len(strategy) == 200)
    strategy.close()


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("kind", [Snapshot, Pushed])
def test_it_works_after_a_restart_of_the_store(
    keep: bool, kind: type[Snapshot], tmp_path: Path
) -> None:
    """Killed, with its data kept or lost: old knowledge stays, new revocations arrive."""
    with a_server(tmp_path) as server, contextlib.closing(server.client()) as client:
        store = RedisStore(client)
        often: Any = {"beat_s": 0.01} if kind is Pushed else {"poll_s": 0.01}
        strategy = kind(store, ISSUER, fetch_s=0.2, **often)
        store.deny([f"{ISSUER} before-{n}" for n in range(10)], time.time() + 300)
        until(lambda: len(strategy) == 10)
        server.kill(keep=keep)
        until(lambda: strategy._in_touch is False)
        server.start()
        with contextlib.closing(server.client()) as fresh:
            # As many as there were, so that the numbers of a new life pass those of the old.
            for n in range(15):
                RedisStore(fresh).deny([f"{ISSUER} after-{n}"], time.time() + 300)
        until(lambda: len(strategy) == 25)
        strategy.close()


@pytest.fixture(params=["memory", "redis", "postgres"])
def pushing(request: pytest.FixtureRequest) -> Iterator[TokenStore]:
    if request.param == "memory":
        yield MemoryStore()
    elif request.param == "redis":
        yield RedisStore(request.getfixturevalue("valkey_client"))
    else:
        store = PostgresStore(request.getfixturevalue("postgres_url"), token_hex(4))
        yield store
        store.close()


def test_what_is_pushed_arrives_before_the_next_beat(pushing: TokenStore) -> None:
    """With a beat of ten seconds it is known at once."""
    strategy = Pushed(pushing, ISSUER, beat_s=1.5)
    until(lambda: bool(strategy._in_touch))
    time.sleep(0.05)  # let the thread come to wait, or this would be its first look
    began = time.monotonic()
    pushing.deny([f"{ISSUER} family"], time.time() + 300)
    until(lambda: len(strategy) == 1)
    assert time.monotonic() - began < 1.0
    strategy.close()
    assert threads_of("Pushed") == []


def test_a_quiet_line_is_confirmed_without_reading(pushing: TokenStore) -> None:
    """A beat costs the store one answer; nothing is read while nothing happens."""
    counted: Any = Counted(pushing)
    counted.outages = (*pushing.outages, Unreachable)
    strategy = Pushed(counted, ISSUER, beat_s=0.005, fetch_s=5)
    until(lambda: bool(strategy._in_touch))
    first = strategy._fresh_until
    until(lambda: strategy._fresh_until > first + 0.05)
    assert counted.calls.count("denied_since") == 1
    strategy.close()


def test_silence_ends_trust(valkey_client: Any) -> None:
    """A line that says nothing for longer than stated is out of touch: the store is asked."""
    store = RedisStore(valkey_client)
    strategy = Pushed(store, ISSUER, beat_s=0.02, fetch_s=0.05, when_stale="refuse")
    manager = a_manager(store, FakeClock(), strategy)
    token = manager.issue("alice").credential
    until(lambda: bool(strategy._in_touch))
    valkey_client.client_pause(400, all=True)
    until(lambda: isinstance(stale_or_none(manager, token), Stale))
    until(lambda: stale_or_none(manager, token) is None)
    strategy.close()


def stale_or_none(manager: TokenManager, token: str) -> Stale | None:
    try:
        manager.verify(token)
    except Stale as exc:
        return exc
    return None


def test_a_killed_line_is_replaced_and_catches_up(valkey_client: Any) -> None:
    """What was denied while nobody listened is found on reconnecting."""
    store = RedisStore(valkey_client)
    strategy = Pushed(store, ISSUER, beat_s=0.05)
    until(lambda: bool(strategy._in_touch))
    for n in range(5):
        valkey_client.client_kill_filter(_type="pubsub")
        store.deny([f"{ISSUER} {n}"], time.time() + 300)
    until(lambda: len(strategy) == 5)
    strategy.close()


def test_a_store_that_cannot_push_is_refused(tmp_path: Path) -> None:
    """At start-up, with the strategy that fits."""
    store = SQLiteStore(tmp_path / "tokens.db")
    with pytest.raises(ValueError, match="use Snapshot"):
        Pushed(store, ISSUER)
    store.close()


FORKED = """
import os, sys, time
from tests.conftest import FakeClock
from tests.tokens.conftest import ISSUER, a_manager
from tokens import Snapshot
from tokens.stores.sqlite import SQLiteStore
store = SQLiteStore(sys.argv[1])
strategy = Snapshot(store, ISSUER, poll_s=0.01, fetch_s=0.05)
manager = a_manager(store, FakeClock(), strategy)
token = manager.issue("alice").credential
while not strategy._in_touch: time.sleep(0.001)
pid = os.fork()
if pid == 0:
    time.sleep(0.1)
    manager.verify(token)  # stale: asks, and begins to follow again
    store.deny([f"{ISSUER} family"], time.time() + 300)
    for _ in range(2000):
        if len(strategy) == 1: os._exit(0)
        time.sleep(0.005)
    os._exit(3)
strategy.close()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


def test_a_forked_process_follows_by_itself(tmp_path: Path) -> None:
    """A server that forks after start-up takes no thread along; the first `verify` begins one."""
    command = [sys.executable, "-c", FORKED, str(tmp_path / "tokens.db")]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0
