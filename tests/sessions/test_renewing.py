"""What a renewal and a login replace, what of the session they keep, and that one of many wins."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from sessions import InvalidSession, Lifetimes, Reason, SessionManager
from sessions.stores.base import SessionStore
from sessions.testing import at_once
from tests.conftest import FakeClock

from .conftest import reason_for


def test_renewal_replaces_the_id_at_once(manager: SessionManager) -> None:
    """The old ID is refused, data and handle stay, the login keeps its beginning."""
    grant = manager.issue("alice", {"a": 1})
    renewed = manager.renew(grant.credential)
    assert renewed.credential != grant.credential
    assert renewed.handle == grant.handle
    assert reason_for(manager, grant.credential) is Reason.UNKNOWN
    assert manager.verify(renewed.credential).data == {"a": 1}


def test_login_binds_the_subject_to_a_new_id(manager: SessionManager, clock: FakeClock) -> None:
    """The cart survives, the ID an attacker may know does not, the lifetime begins anew."""
    visitor = manager.issue(None, {"cart": {"apple": 1}})
    clock.advance(600)
    grant = manager.renew(visitor.credential, "alice")
    identity = manager.verify(grant.credential)
    assert (identity.subject, identity.data) == ("alice", {"cart": {"apple": 1}})
    assert identity.created_at == clock.now
    assert reason_for(manager, visitor.credential) is Reason.UNKNOWN
    assert [entry.handle for entry in manager.entries("alice")] == [grant.handle]


def test_a_login_as_somebody_else_inherits_nothing(manager: SessionManager) -> None:
    """Alice's session ends, and bob starts with an empty one."""
    alice = manager.issue("alice", {"cart": {"secret": 1}})
    bob = manager.renew(alice.credential, "bob")
    assert manager.verify(bob.credential).data == {}
    assert bob.handle != alice.handle
    assert reason_for(manager, alice.credential) is Reason.UNKNOWN
    assert manager.entries("alice") == []


def test_of_concurrent_renewals_one_wins(manager: SessionManager) -> None:
    """The losers are refused, and one session is left."""
    grant = manager.issue("alice")
    results = at_once(*[partial(manager.renew, grant.credential)] * 8)
    assert sum(isinstance(result, InvalidSession) for result in results) == 7
    assert len(manager.entries("alice")) == 1


def test_an_id_that_grew_old_is_due_for_renewal(store: SessionStore, clock: FakeClock) -> None:
    """After the renewal timeout, and not again right after it was renewed."""
    lifetimes = Lifetimes(
        inactivity=timedelta(hours=1), absolute=timedelta(hours=8), renewal=timedelta(minutes=15)
    )
    manager = SessionManager(store, lifetimes, now=clock)
    grant = manager.issue("alice")
    clock.advance(15 * 60 - 1)
    assert manager.verify(grant.credential).renewal_due is False
    clock.advance(1)
    assert manager.verify(grant.credential).renewal_due is True
    renewed = manager.renew(grant.credential)
    assert manager.verify(renewed.credential).renewal_due is False
