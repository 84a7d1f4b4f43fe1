"""A cap on parallel sessions: what gives way to one more, and that it holds."""

from __future__ import annotations

import contextlib
import logging
from functools import partial

import pytest

from sessions import Reason, SessionManager, TooManySessions
from sessions.cap import AtMax
from sessions.stores.base import SessionStore
from sessions.stores.memory import MemoryStore
from sessions.testing import at_once
from tests.conftest import FakeClock

from .conftest import INACTIVITY_S, reason_for


def test_at_the_cap_the_oldest_gives_way(store: SessionStore, clock: FakeClock) -> None:
    """By default: nobody is locked out by sessions they forgot, at login or at issue."""
    manager = SessionManager(store, max_sessions=2, now=clock)
    grants = []
    for _ in range(3):
        grants.append(manager.renew(manager.issue(None).credential, "alice"))
        clock.advance(1)
    assert [entry.handle for entry in manager.entries("alice")] == [
        grant.handle for grant in grants[1:]
    ]
    grants.append(manager.issue("alice"))
    assert reason_for(manager, grants[1].credential) is Reason.UNKNOWN
    assert manager.verify(grants[2].credential).subject == "alice"


def test_at_the_cap_the_newest_is_refused(store: SessionStore, clock: FakeClock) -> None:
    """Where that is asked for: nobody is pushed out, and the visitor's session stays theirs."""
    manager = SessionManager(store, max_sessions=1, at_max="refuse", now=clock)
    first = manager.issue("alice")
    visitor = manager.issue(None, {"cart": {"apple": 1}})
    with pytest.raises(TooManySessions, match="end one of them"):
        manager.renew(visitor.credential, "alice")
    with pytest.raises(TooManySessions):
        manager.issue("alice")
    assert manager.verify(first.credential).subject == "alice"
    assert manager.verify(visitor.credential).data == {"cart": {"apple": 1}}
    manager.revoke(first.credential)
    assert manager.renew(visitor.credential, "alice").handle == visitor.handle


@pytest.mark.parametrize("at_max", ["end-oldest", "refuse"])
def test_the_cap_holds_against_concurrent_logins(
    at_max: AtMax, store: SessionStore, clock: FakeClock
) -> None:
    """When all of them are through there are no more than may be, and there is room for those."""
    manager = SessionManager(store, max_sessions=3, at_max=at_max, now=clock)
    at_once(*[partial(manager.issue, "alice")] * 8)
    left = len(manager.entries("alice"))
    assert left <= 3
    for _ in range(3 - left):
        manager.issue("alice")
    assert len(manager.entries("alice")) == 3


def test_the_cap_counts_what_is_live_and_nobody_elses(
    store: SessionStore, clock: FakeClock
) -> None:
    """What has ended leaves room, visitors have no cap, and a renewal is no login."""
    manager = SessionManager(store, max_sessions=1, at_max="refuse", now=clock)
    for name in ("bob", None, None):
        manager.issue(name)
    manager.issue("alice")
    clock.advance(INACTIVITY_S)
    grant = manager.renew(manager.issue("alice").credential)
    assert manager.renew(grant.credential, "alice").handle == grant.handle


@pytest.mark.parametrize("at_max", ["end-oldest", "refuse"])
def test_the_limit_is_reported(
    at_max: AtMax, store: SessionStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With whose it is and how many there may be, whichever way it is kept."""
    manager = SessionManager(store, max_sessions=1, at_max=at_max, now=clock)
    manager.revoke_all("alice")
    manager.issue("alice")
    with caplog.at_level(logging.INFO, "sessions.audit"), contextlib.suppress(TooManySessions):
        caplog.clear()
        manager.issue("alice")
    [limited] = [each for each in caplog.records if each.message == "session_limit_reached"]
    facts = vars(limited)["facts"]
    assert (facts["subject"], facts["limit"]) == ("alice", 1)


def test_a_cap_below_one_is_refused() -> None:
    """It would let nobody in."""
    with pytest.raises(ValueError, match="1 or more"):
        SessionManager(MemoryStore(), max_sessions=0)
