"""What ends a family, one or all of them, and its tokens with it; and which are listed as live."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from demo.auth import Client
from tests.conftest import FakeClock
from tokens import AtExpiry, Denylist, Immediate, InvalidToken, Lifetimes, Reason, TokenManager
from tokens.stores.base import TokenStore
from tokens.testing import at_once

from .conftest import ACCESS_S, INACTIVITY_S, ISSUER, RING, a_manager, reason_for, renewal_reason


def test_revoke_under_a_denylist_ends_one_at_once(denying: TokenManager) -> None:
    """It says so, the other one lives, and a second time is a rejection."""
    first, second = denying.issue("alice"), denying.issue("alice")
    assert denying.revoke(first.credential) == Immediate()
    assert reason_for(denying, first.credential) is Reason.REVOKED
    assert renewal_reason(denying, first.renewal) is Reason.UNKNOWN
    assert denying.verify(second.credential).subject == "alice"
    with pytest.raises(InvalidToken):
        denying.revoke(first.credential)


def test_revoke_under_expiry_says_when_it_bites(store: TokenStore, clock: FakeClock) -> None:
    """The token works until then, to the very instant; the family is over at once."""
    manager = a_manager(store, clock)
    grant = manager.issue("alice")
    clock.advance(60)
    updated = manager.update(grant.credential, {"a": 1})
    assert manager.revoke(grant.credential) == AtExpiry(clock.now + ACCESS_S)
    assert manager.verify(updated.credential).subject == "alice"
    assert renewal_reason(manager, grant.renewal) is Reason.UNKNOWN
    with pytest.raises(InvalidToken):
        manager.update(updated.credential, {"a": 2})
    clock.advance(ACCESS_S)
    assert reason_for(manager, updated.credential) is Reason.EXPIRED


def test_revoke_denies_every_token_of_the_family(denying: TokenManager, clock: FakeClock) -> None:
    """Also one that was issued by an update or a renewal, for as long as it could work."""
    grant = denying.issue("alice")
    clock.advance(60)
    updated = denying.update(grant.credential, {"a": 1})
    renewed = denying.renew(grant.renewal or "")
    denying.revoke(grant.credential)
    clock.advance(ACCESS_S - 1)
    denying.store.reap(clock.now)
    for each in (updated, renewed):
        assert reason_for(denying, each.credential) is Reason.REVOKED


def test_a_denial_lasts_as_long_as_leeway_lets_a_token_work(
    store: TokenStore, clock: FakeClock
) -> None:
    """To the very end of it, however often the store is cleared of what is past."""
    lifetimes = Lifetimes(
        inactivity=timedelta(minutes=30),
        absolute=timedelta(hours=8),
        leeway=timedelta(seconds=60),
    )
    manager = TokenManager(
        RING, store, Denylist(store, ISSUER), lifetimes, issuer=ISSUER, audience="a", now=clock
    )
    revoked, good = manager.issue("alice"), manager.issue("bob")
    manager.revoke(revoked.credential)
    clock.advance(ACCESS_S + 59)
    store.reap(clock.now)
    assert manager.verify(good.credential).subject == "bob"
    assert reason_for(manager, revoked.credential) is Reason.REVOKED
    clock.advance(1)
    assert reason_for(manager, good.credential) is Reason.EXPIRED


def test_an_expired_token_still_ends_its_family(manager: TokenManager, clock: FakeClock) -> None:
    """A logout that comes late is a logout."""
    grant = manager.issue("alice")
    clock.advance(ACCESS_S + 1)
    assert reason_for(manager, grant.credential) is Reason.EXPIRED
    manager.revoke(grant.credential)
    assert renewal_reason(manager, grant.renewal) is Reason.UNKNOWN
    with pytest.raises(InvalidToken):
        manager.revoke(grant.credential)


def test_a_logout_cut_short_can_be_repeated(denying: TokenManager) -> None:
    """The family was deleted and the process died before the denial: the second call denies."""
    grant = denying.issue("alice")
    denying.store.delete(grant.handle)
    assert denying.revoke(grant.credential) == Immediate()
    assert reason_for(denying, grant.credential) is Reason.REVOKED


def test_revoke_entry_asks_whose_it_is(denying: TokenManager) -> None:
    """A handle ends a login of its subject and of nobody else."""
    grant = denying.issue("alice")
    assert denying.revoke_entry("bob", grant.handle) is None
    assert denying.verify(grant.credential).subject == "alice"
    assert denying.revoke_entry("alice", grant.handle) == Immediate()
    assert reason_for(denying, grant.credential) is Reason.REVOKED
    assert denying.revoke_entry("alice", grant.handle) is None


def test_revoke_all_keeps_the_one_it_is_told_to(denying: TokenManager) -> None:
    """Everybody else's lives on."""
    kept, other, bob = (denying.issue(name) for name in ("alice", "alice", "bob"))
    assert denying.revoke_all("alice", keep=kept.handle) == Immediate()
    assert reason_for(denying, other.credential) is Reason.REVOKED
    assert denying.verify(kept.credential).subject == "alice"
    assert denying.verify(bob.credential).subject == "bob"
    denying.revoke_all("alice")
    assert reason_for(denying, kept.credential) is Reason.REVOKED


def test_entries_are_what_is_live_oldest_first(manager: TokenManager, clock: FakeClock) -> None:
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


def test_nothing_survives_a_concurrent_logout_everywhere(denying: TokenManager) -> None:
    """Requests, updates and renewals under way do not bring a family back."""
    for _ in range(10):
        grant = denying.issue("alice")
        results = at_once(
            partial(denying.verify, grant.credential),
            partial(denying.update, grant.credential, {"a": 1}),
            partial(denying.renew, grant.renewal or ""),
            partial(denying.revoke_all, "alice"),
        )
        for result in results[1:3]:
            if not isinstance(result, InvalidToken):
                assert reason_for(denying, result.credential) is Reason.REVOKED
        assert reason_for(denying, grant.credential) is Reason.REVOKED
        assert denying.entries("alice") == []
