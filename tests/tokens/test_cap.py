"""A cap on parallel families: what gives way to one more, and that it holds."""

from __future__ import annotations

import contextlib
import logging
from functools import partial

import pytest

from tests.conftest import FakeClock
from tokens import Denylist, Reason, TokenManager, TooManyTokens
from tokens.cap import AtMax
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.testing import at_once

from .conftest import (
    AUDIENCE,
    INACTIVITY_S,
    ISSUER,
    LIFETIMES,
    RING,
    reason_for,
    renewal_reason,
)


def capped(
    store: TokenStore, clock: FakeClock, limit: int, at_max: AtMax = "end-oldest"
) -> TokenManager:
    return TokenManager(
        RING,
        store,
        Denylist(store, ISSUER),
        LIFETIMES,
        issuer=ISSUER,
        audience=AUDIENCE,
        max_sessions=limit,
        at_max=at_max,
        now=clock,
    )


def test_at_the_cap_the_oldest_gives_way(store: TokenStore, clock: FakeClock) -> None:
    """By default: nobody is locked out by logins they forgot, at login or at issue."""
    manager = capped(store, clock, 2)
    grants = []
    for held in ("credential", "renewal", "credential"):
        visitor = manager.issue(None)
        grants.append(manager.renew(getattr(visitor, held), "alice"))
        clock.advance(1)
    assert [entry.handle for entry in manager.entries("alice")] == [
        grant.handle for grant in grants[1:]
    ]
    grants.append(manager.issue("alice"))
    assert reason_for(manager, grants[1].credential) is Reason.REVOKED
    assert renewal_reason(manager, grants[1].renewal) is Reason.UNKNOWN
    assert manager.verify(grants[2].credential).subject == "alice"


def test_at_the_cap_the_newest_is_refused(store: TokenStore, clock: FakeClock) -> None:
    """Where that is asked for: nobody is pushed out, and the visitor's family stays theirs."""
    manager = capped(store, clock, 1, "refuse")
    first = manager.issue("alice")
    visitor = manager.issue(None, {"cart": {"apple": 1}})
    for held in (visitor.credential, visitor.renewal or ""):
        with pytest.raises(TooManyTokens, match="end one of them"):
            manager.renew(held, "alice")
    with pytest.raises(TooManyTokens):
        manager.issue("alice")
    assert manager.verify(first.credential).subject == "alice"
    assert manager.verify(visitor.credential).data == {"cart": {"apple": 1}}
    clock.advance(60)  # past the grace period: the refresh token must not have been spent
    manager.revoke(first.credential)
    assert manager.renew(visitor.renewal or "").handle == visitor.handle
    assert manager.renew(visitor.credential, "alice").handle != visitor.handle


@pytest.mark.parametrize("at_max", ["end-oldest", "refuse"])
def test_the_cap_holds_against_concurrent_logins(
    at_max: AtMax, store: TokenStore, clock: FakeClock
) -> None:
    """When all of them are through there are no more than may be, and there is room for those."""
    manager = capped(store, clock, 3, at_max)
    at_once(*[partial(manager.issue, "alice")] * 8)
    left = len(manager.entries("alice"))
    assert left <= 3
    for _ in range(3 - left):
        manager.issue("alice")
    assert len(manager.entries("alice")) == 3


def test_the_cap_counts_what_is_live_and_nobody_elses(store: TokenStore, clock: FakeClock) -> None:
    """What has ended leaves room, visitors have no cap, and a renewal is no login."""
    manager = capped(store, clock, 1, "refuse")
    for name in ("bob", None, None):
        manager.issue(name)
    manager.issue("alice")
    clock.advance(INACTIVITY_S)
    grant = manager.issue("alice")
    renewed = manager.renew(grant.renewal or "")
    again = manager.renew(renewed.credential, "alice")
    assert [entry.handle for entry in manager.entries("alice")] == [again.handle]


@pytest.mark.parametrize("at_max", ["end-oldest", "refuse"])
def test_the_limit_is_reported(
    at_max: AtMax, store: TokenStore, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With whose it is and how many there may be, whichever way it is kept."""
    manager = capped(store, clock, 1, at_max)
    manager.revoke_all("alice")
    manager.issue("alice")
    with caplog.at_level(logging.INFO, "tokens.audit"), contextlib.suppress(TooManyTokens):
        caplog.clear()
        manager.issue("alice")
    [limited] = [each for each in caplog.records if each.message == "authn_token_limit_reached"]
    facts = vars(limited)["facts"]
    assert (facts["subject"], facts["limit"]) == ("alice", 1)


def test_a_cap_below_one_is_refused() -> None:
    """It would let nobody in."""
    with pytest.raises(ValueError, match="1 or more"):
        capped(MemoryStore(), FakeClock(), 0)
