"""A store that a node may remember for a moment: what it may be late with, and what never."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sessions import Immediate, InvalidSession, Lifetimes, SessionManager, Within
from sessions.record import Record
from sessions.stores.base import SessionStore
from sessions.stores.cached import CachedStore
from sessions.stores.memory import MemoryStore
from sessions.testing import LATER, NOW, SessionStoreContract, a_key, a_record
from tests.conftest import FakeClock

TRUST_S = 5
LIFETIMES = Lifetimes(
    inactivity=timedelta(minutes=30), absolute=timedelta(hours=8), touch=timedelta(minutes=1)
)


class Counted(MemoryStore):
    """A store that knows how often it was read."""

    reads = 0

    def read(self, key: bytes, fresh: bool = False) -> Record | None:
        self.reads += 1
        return super().read(key, fresh)


class TestOneNode(SessionStoreContract):
    """On one node nothing is ever late: every write through it forgets what it concerns."""

    @pytest.fixture
    def store(self) -> SessionStore:
        return CachedStore(MemoryStore(), timedelta(seconds=TRUST_S))


def a_node(store: SessionStore, clock: FakeClock) -> SessionManager:
    cached = CachedStore(store, timedelta(seconds=TRUST_S), now=clock)
    return SessionManager(cached, LIFETIMES, now=clock)


def test_a_lookup_is_trusted_for_a_stated_time(clock: FakeClock) -> None:
    """The store is asked once in that time."""
    store = Counted()
    node = a_node(store, clock)
    grant = node.issue("alice")
    for _ in range(10):
        node.verify(grant.credential)
    assert store.reads == 1
    clock.advance(TRUST_S)
    node.verify(grant.credential)
    assert store.reads == 2


def test_a_revocation_elsewhere_bites_within_that_time(clock: FakeClock) -> None:
    """Not at once, as it says; and to the very instant not later."""
    store = MemoryStore()
    here, there = a_node(store, clock), a_node(store, clock)
    grant = here.issue("alice")
    here.verify(grant.credential)
    assert there.revoke(grant.credential) == Within(TRUST_S)
    clock.advance(TRUST_S - 0.001)
    assert here.verify(grant.credential).subject == "alice"
    clock.advance(0.001)
    with pytest.raises(InvalidSession):
        here.verify(grant.credential)


def test_a_revocation_here_bites_here_at_once(clock: FakeClock) -> None:
    """The node that was told forgets."""
    node = a_node(MemoryStore(), clock)
    for end in ("one", "entry", "all"):
        grant = node.issue("alice")
        node.verify(grant.credential)
        if end == "one":
            node.revoke(grant.credential)
        elif end == "entry":
            node.revoke_entry("alice", grant.handle)
        else:
            node.revoke_all("alice")
        with pytest.raises(InvalidSession):
            node.verify(grant.credential)


def test_what_matters_is_asked_afresh(clock: FakeClock) -> None:
    """A sensitive route is not served from memory."""
    store = MemoryStore()
    here, there = a_node(store, clock), a_node(store, clock)
    grant = here.issue("alice")
    here.verify(grant.credential)
    there.revoke(grant.credential)
    with pytest.raises(InvalidSession):
        here.verify(grant.credential, fresh=True)
    with pytest.raises(InvalidSession):
        here.verify(grant.credential)


def test_a_session_that_is_used_elsewhere_is_not_ended_here(clock: FakeClock) -> None:
    """What a node remembers of the last use may be old: it asks before it calls one inactive."""
    store = MemoryStore()
    lifetimes = Lifetimes(
        inactivity=timedelta(seconds=4), absolute=timedelta(hours=8), touch=timedelta(seconds=1)
    )
    here, there = (
        SessionManager(
            CachedStore(store, timedelta(seconds=TRUST_S), now=clock), lifetimes, now=clock
        )
        for _ in range(2)
    )
    grant = here.issue("alice")
    here.verify(grant.credential)
    clock.advance(3)
    there.verify(grant.credential)
    clock.advance(1.5)
    assert here.verify(grant.credential).subject == "alice"


def test_a_slow_answer_does_not_undo_a_revocation(clock: FakeClock) -> None:
    """A record that was read before this node ended the session is not remembered after it."""
    key = a_key()

    class Slow(MemoryStore):
        def read(self, key: bytes, fresh: bool = False) -> Record | None:
            record = super().read(key, fresh)
            cached.delete(key)
            return record

    cached = CachedStore(Slow(), timedelta(seconds=TRUST_S), now=clock)
    cached.create(key, a_record(), LATER)
    assert cached.read(key) is not None
    assert cached.read(key) is None


def test_only_so_many_are_remembered() -> None:
    """The oldest gives way, and IDs that do not exist are not remembered at all."""
    store = Counted()
    cached = CachedStore(store, timedelta(seconds=TRUST_S), max_remembered=2)
    keys = [a_key() for _ in range(3)]
    for key in keys:
        cached.create(key, a_record(), LATER)
        cached.read(key)
    asked = store.reads
    cached.read(keys[2])
    assert store.reads == asked
    cached.read(keys[0])
    assert store.reads == asked + 1
    missing = a_key()
    cached.read(missing)
    cached.read(missing)
    assert store.reads == asked + 3


def test_a_cache_says_what_it_is(clock: FakeClock) -> None:
    """Its strength is the time it trusts; it is not put over another, nor for no time."""
    cached = CachedStore(MemoryStore(), timedelta(seconds=TRUST_S))
    assert MemoryStore().strength == Immediate()
    assert cached.strength == Within(TRUST_S)
    with pytest.raises(ValueError, match="cached already"):
        CachedStore(cached, timedelta(seconds=1))
    with pytest.raises(ValueError, match="longer than nothing"):
        CachedStore(MemoryStore(), timedelta(0))
    assert cached.touch(a_key(), NOW, LATER) is False
