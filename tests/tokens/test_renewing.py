"""What a renewal and a login replace, what of the family they keep, and what a reuse gives away."""

from __future__ import annotations

import logging
from functools import partial

import pytest

from tests.conftest import FakeClock
from tokens import InvalidToken, Reason, TokenManager
from tokens.stores.base import TokenStore
from tokens.testing import at_once

from .conftest import ACCESS_S, a_manager, reason_for, renewal_reason

GRACE_S = 10


def test_renewal_replaces_the_refresh_token(manager: TokenManager, clock: FakeClock) -> None:
    """Data and handle stay, the login keeps its beginning, the old token is for single use."""
    grant = manager.issue("alice", {"a": 1})
    clock.advance(60)
    renewed = manager.renew(grant.renewal or "")
    assert renewed.renewal not in (None, grant.renewal)
    assert renewed.handle == grant.handle
    identity = manager.verify(renewed.credential)
    assert (identity.data, identity.created_at) == ({"a": 1}, clock.now - 60)


def test_parallel_renewals_are_given_one_successor(manager: TokenManager) -> None:
    """Two tabs that refresh at once both stay logged in, and the chain does not fork."""
    grant = manager.issue("alice")
    results = at_once(*[partial(manager.renew, grant.renewal or "")] * 8)
    assert len({result.renewal for result in results}) == 1
    assert {manager.verify(result.credential).subject for result in results} == {"alice"}
    assert len(manager.entries("alice")) == 1


def test_reuse_after_the_grace_period_ends_the_family(
    manager: TokenManager, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Thief or client: whoever comes second ends it for both, and the alarm is raised."""
    stolen = manager.issue("alice")
    renewed = manager.renew(stolen.renewal or "")
    clock.advance(GRACE_S)
    assert manager.renew(stolen.renewal or "").renewal == renewed.renewal
    clock.advance(0.001)
    caplog.clear()  # of what the store may have said of its server
    with caplog.at_level(logging.CRITICAL, "tokens.audit"):
        assert renewal_reason(manager, stolen.renewal) is Reason.REUSED
    assert [record.message for record in caplog.records] == ["authn_token_reuse"]
    assert renewal_reason(manager, renewed.renewal) is Reason.UNKNOWN
    assert manager.entries("alice") == []


@pytest.mark.parametrize(
    ("successor_used", "spent_s", "kind"),
    [
        (False, GRACE_S + 1, "orphaned"),
        (False, 900, "orphaned"),
        (True, GRACE_S + 1, "recent"),
        (True, 60, "recent"),
        (True, 61, "stale"),
    ],
)
def test_an_alarm_says_which_kind_of_reuse_it_was(
    successor_used: bool,
    spent_s: float,
    kind: str,
    store: TokenStore,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A lost answer, a client that retries, and a copy that somebody kept are told apart."""
    manager = a_manager(store, clock)
    first = manager.issue("alice")
    clock.advance(5)
    second = manager.renew(first.renewal or "")
    clock.advance(spent_s)
    if successor_used:
        manager.renew(second.renewal or "")
    caplog.clear()  # of what the store may have said of its server
    with caplog.at_level(logging.CRITICAL, "tokens.audit"):
        assert renewal_reason(manager, first.renewal) is Reason.REUSED
    [alarm] = caplog.records
    facts = vars(alarm)["facts"]
    assert (facts["kind"], facts["spent_s"], facts["age_s"]) == (kind, spent_s, 5 + spent_s)
    assert (facts["subject"], facts["handle"]) == ("alice", first.handle)


def test_reuse_calls_back_the_access_tokens_where_the_strategy_can(
    denying: TokenManager, clock: FakeClock
) -> None:
    """The thief's child dies with the family."""
    stolen = denying.issue("alice")
    renewed = denying.renew(stolen.renewal or "")
    clock.advance(GRACE_S + 1)
    renewal_reason(denying, stolen.renewal)
    assert reason_for(denying, renewed.credential) is Reason.REVOKED


def test_login_binds_the_subject_to_a_new_family(manager: TokenManager, clock: FakeClock) -> None:
    """From either token held before: the data survives, the old refresh token does not."""
    for held in ("credential", "renewal"):
        visitor = manager.issue(None, {"cart": {"apple": 1}})
        clock.advance(60)
        grant = manager.renew(getattr(visitor, held), "alice")
        identity = manager.verify(grant.credential)
        assert (identity.subject, identity.data) == ("alice", {"cart": {"apple": 1}})
        assert identity.created_at == clock.now
        assert grant.handle != visitor.handle
        assert renewal_reason(manager, visitor.renewal) is Reason.UNKNOWN
        manager.revoke(grant.credential)


def test_login_calls_the_old_token_back_where_the_strategy_can(denying: TokenManager) -> None:
    """The token an attacker may know is dead."""
    visitor = denying.issue(None)
    denying.renew(visitor.credential, "alice")
    assert reason_for(denying, visitor.credential) is Reason.REVOKED


def test_an_expired_token_binds_nothing(manager: TokenManager, clock: FakeClock) -> None:
    """Whoever found it does not inherit what the visitor had."""
    visitor = manager.issue(None, {"cart": {"apple": 1}})
    clock.advance(ACCESS_S)
    with pytest.raises(InvalidToken):
        manager.renew(visitor.credential, "alice")
    assert manager.renew(visitor.renewal or "").handle == visitor.handle


def test_a_login_as_somebody_else_inherits_nothing(manager: TokenManager) -> None:
    """Alice's family ends, and bob starts with an empty one."""
    for held in ("credential", "renewal"):
        alice = manager.issue("alice", {"cart": {"secret": 1}})
        bob = manager.renew(getattr(alice, held), "bob")
        assert manager.verify(bob.credential).data == {}
        assert bob.handle != alice.handle
        assert manager.entries("alice") == []


def test_an_access_token_renews_nothing(manager: TokenManager) -> None:
    """Only a refresh token does, but at a login."""
    assert renewal_reason(manager, manager.issue("alice").credential) is Reason.MALFORMED
