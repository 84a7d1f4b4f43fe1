"""How long a token and its family live: to the very instant, whatever is done to the clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

import tokens
from tests.conftest import FakeClock
from tokens import Denylist, InvalidToken, Lifetimes, Reason, TokenManager
from tokens.stores.memory import MemoryStore

from .conftest import ABSOLUTE_S, ACCESS_S, INACTIVITY_S, ISSUER, RING, reason_for, renewal_reason


def test_leeway_forgives_a_clock_that_is_behind(clock: FakeClock) -> None:
    """As far as it is told to, or a minute if that is more; and no further."""
    lifetimes = Lifetimes(
        inactivity=timedelta(minutes=30),
        absolute=timedelta(hours=8),
        leeway=timedelta(seconds=90),
    )
    store = MemoryStore()
    manager = TokenManager(
        RING, store, Denylist(store, ISSUER), lifetimes, issuer=ISSUER, audience="a", now=clock
    )
    token = manager.issue("alice").credential
    clock.advance(-90)
    assert manager.verify(token).subject == "alice"
    clock.advance(-0.001)
    assert reason_for(manager, token) is Reason.IMMATURE


def test_a_token_expires_at_its_very_instant(manager: TokenManager, clock: FakeClock) -> None:
    """Alive until then, dead from then on (RFC 7519 section 4.1.4)."""
    grant = manager.issue("alice")
    clock.advance(ACCESS_S - 0.001)
    assert manager.verify(grant.credential).subject == "alice"
    clock.advance(0.001)
    assert reason_for(manager, grant.credential) is Reason.EXPIRED


def test_inactivity_ends_a_family_at_its_very_instant(
    manager: TokenManager, clock: FakeClock
) -> None:
    """Dead from then on, and gone for good."""
    grant = manager.issue("alice")
    clock.advance(INACTIVITY_S)
    assert renewal_reason(manager, grant.renewal) is Reason.INACTIVE
    assert renewal_reason(manager, grant.renewal) is Reason.UNKNOWN


def test_a_family_that_has_ended_takes_no_update(manager: TokenManager, clock: FakeClock) -> None:
    """Nor a login: it may still be in the store, and its last token works until it expires."""
    for subject in (None, "alice"):
        grant = manager.issue(subject)
        for _ in range(INACTIVITY_S // 240):
            clock.advance(240)
            grant = manager.update(grant.credential, {"a": 1})
        clock.advance(INACTIVITY_S % 240)
        assert manager.verify(grant.credential).data == {"a": 1}
        with pytest.raises(InvalidToken, match="unknown"):
            manager.update(grant.credential, {"a": 2})
        with pytest.raises(InvalidToken, match="unknown"):
            manager.renew(grant.credential, "alice")
    assert manager.entries("alice") == []


def test_leeway_carries_no_family_past_its_absolute_lifetime(clock: FakeClock) -> None:
    """It forgives a clock that differs; it does not make a login longer."""
    lifetimes = Lifetimes(
        inactivity=timedelta(hours=1),
        absolute=timedelta(hours=1),
        access=timedelta(hours=1),
        leeway=timedelta(seconds=60),
    )
    store = MemoryStore()
    manager = TokenManager(
        RING, store, Denylist(store, ISSUER), lifetimes, issuer=ISSUER, audience="a", now=clock
    )
    token = manager.issue("alice").credential
    clock.advance(3600 + 59)
    assert manager.verify(token).subject == "alice"
    with pytest.raises(InvalidToken):
        manager.update(token, {"a": 1})


def test_refreshing_keeps_a_family_until_its_absolute_lifetime(
    manager: TokenManager, clock: FakeClock
) -> None:
    """Refreshing every 20 minutes: out at 8 hours all the same."""
    grant = manager.issue("alice")
    for _ in range(ABSOLUTE_S // 1200 - 1):
        clock.advance(1200)
        grant = manager.renew(grant.renewal or "")
    clock.advance(1200)
    assert renewal_reason(manager, grant.renewal) is Reason.EXPIRED


def test_no_token_outlives_its_family(manager: TokenManager, clock: FakeClock) -> None:
    """Neither a refresh nor an update just before the end carries a login past it."""
    grant = manager.issue("alice")
    ends_at = clock.now + ABSOLUTE_S
    for _ in range(ABSOLUTE_S // 1200 - 1):
        clock.advance(1200)
        grant = manager.renew(grant.renewal or "")
    clock.advance(1200 - 60)
    renewed = manager.renew(grant.renewal or "")
    updated = manager.update(renewed.credential, {"a": 1})
    assert (renewed.expires_at, updated.expires_at) == (ends_at, ends_at)
    clock.advance(60)
    assert reason_for(manager, updated.credential) is Reason.EXPIRED
    with pytest.raises(InvalidToken):
        manager.update(updated.credential, {"a": 2})


def test_a_token_from_the_future_is_refused(manager: TokenManager, clock: FakeClock) -> None:
    """A clock that steps far back refuses what was issued ahead of it, until it catches up."""
    grant = manager.issue("alice")
    clock.advance(-60.001)
    assert reason_for(manager, grant.credential) is Reason.IMMATURE
    clock.advance(0.001)
    assert manager.verify(grant.credential).subject == "alice"


def test_presets_are_what_their_sources_say() -> None:
    """NIST SP 800-63B-4 sections 2.1.3, 2.2.3, 2.3.3; OWASP Session Management Cheat Sheet."""
    day, hour, minute = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
    expected = {
        tokens.NIST_AAL1: (30 * day, 30 * day),
        tokens.NIST_AAL2: (24 * hour, hour),
        tokens.NIST_AAL3: (12 * hour, 15 * minute),
        tokens.OWASP_LOW_RISK: (8 * hour, 30 * minute),
        tokens.OWASP_HIGH_VALUE: (4 * hour, 5 * minute),
    }
    for preset, limits in expected.items():
        assert (preset.absolute, preset.inactivity) == limits


def test_lifetimes_that_contradict_each_other_are_refused() -> None:
    """With a remedy in the message."""
    hour = timedelta(hours=1)
    with pytest.raises(ValueError, match="access must not outlive"):
        Lifetimes(inactivity=hour, absolute=hour, access=2 * hour)
    with pytest.raises(ValueError, match="longer than nothing"):
        Lifetimes(inactivity=timedelta(0), absolute=hour)
    with pytest.raises(ValueError, match="a second or longer"):
        Lifetimes(inactivity=hour, absolute=hour, access=timedelta(milliseconds=5))
    with pytest.raises(ValueError, match="leeway"):
        Lifetimes(inactivity=hour, absolute=hour, leeway=hour)
