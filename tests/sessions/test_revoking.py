"""What ends a session, one or all of them, and which are listed as live."""

from __future__ import annotations

from functools import partial

import pytest

from demo.auth import Client
from sessions import Immediate, InvalidSession, Reason, SessionManager
from sessions.testing import at_once
from tests.conftest import FakeClock

from .conftest import INACTIVITY_S, reason_for


def test_revoke_ends_one_at_once(manager: SessionManager) -> None:
    """It says so, the other one lives, and a second time is a rejection."""
    first, second = manager.issue("alice"), manager.issue("alice")
    assert manager.revoke(first.credential) == Immediate()
    assert reason_for(manager, first.credential) is Reason.UNKNOWN
    assert manager.verify(second.credential).subject == "alice"
    with pytest.raises(InvalidSession):
        manager.revoke(first.credential)


def test_revoke_entry_asks_whose_it_is(manager: SessionManager) -> None:
    """A handle ends a login of its subject and of nobody else."""
    grant = manager.issue("alice")
    assert manager.revoke_entry("bob", grant.handle) is None
    assert manager.verify(grant.credential).subject == "alice"
    assert manager.revoke_entry("alice", grant.handle) == Immediate()
    assert reason_for(manager, grant.credential) is Reason.UNKNOWN
    assert manager.revoke_entry("alice", grant.handle) is None


def test_revoke_all_keeps_the_one_it_is_told_to(manager: SessionManager) -> None:
    """Everybody else's lives on."""
    kept, other, bob = (manager.issue(name) for name in ("alice", "alice", "bob"))
    assert manager.revoke_all("alice", keep=kept.handle) == Immediate()
    assert reason_for(manager, other.credential) is Reason.UNKNOWN
    assert manager.verify(kept.credential).subject == "alice"
    assert manager.verify(bob.credential).subject == "bob"
    manager.revoke_all("alice")
    assert reason_for(manager, kept.credential) is Reason.UNKNOWN


def test_entries_are_what_is_live_oldest_first(manager: SessionManager, clock: FakeClock) -> None:
    """Each with when it began, when and from where it was seen; the expired are not among them."""
    manager.issue("alice", client=Client("192.0.2.9", "Gone/1.0"))
    clock.advance(INACTIVITY_S - 10)
    first = manager.issue("alice", client=Client("192.0.2.1", "First/1.0"))
    clock.advance(10)
    second = manager.issue("alice", client=Client("192.0.2.2", "x" * 9999))
    entries = manager.entries("alice")
    assert [entry.handle for entry in entries] == [first.handle, second.handle]
    assert (entries[0].address, entries[0].user_agent) == ("192.0.2.1", "First/1.0")
    assert (entries[0].created_at, entries[0].last_seen_at) == (clock.now - 10, clock.now - 10)
    assert len(entries[1].user_agent) == 256
    assert manager.entries("bob") == []


def test_nothing_survives_a_concurrent_logout_everywhere(manager: SessionManager) -> None:
    """Requests, updates and renewals under way do not bring a session back."""
    for _ in range(10):
        grant = manager.issue("alice")
        results = at_once(
            partial(manager.verify, grant.credential),
            partial(manager.update, grant.credential, {"a": 1}),
            partial(manager.renew, grant.credential),
            partial(manager.revoke_all, "alice"),
        )
        renewed = results[2]
        if not isinstance(renewed, InvalidSession):
            assert reason_for(manager, renewed.credential) is Reason.UNKNOWN
        assert reason_for(manager, grant.credential) is Reason.UNKNOWN
        assert manager.entries("alice") == []
