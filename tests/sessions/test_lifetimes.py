"""How long a session lives: to its very instant, whatever is done with it and to the clock."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

import sessions
from sessions import InvalidSession, Lifetimes, Reason, SessionManager
from tests.conftest import FakeClock

from .conftest import ABSOLUTE_S, INACTIVITY_S, TOUCH_S, reason_for


def test_inactivity_ends_a_session_at_its_very_instant(
    manager: SessionManager, clock: FakeClock
) -> None:
    """Alive until then, dead from then on, and gone for good."""
    grant = manager.issue("alice")
    clock.advance(INACTIVITY_S - 1)
    probe = manager.issue("bob")
    clock.advance(1)
    assert reason_for(manager, grant.credential) is Reason.INACTIVE
    assert reason_for(manager, grant.credential) is Reason.UNKNOWN
    assert manager.verify(probe.credential).subject == "bob"


def test_a_session_that_has_ended_takes_no_update(
    manager: SessionManager, clock: FakeClock
) -> None:
    """Nor a login: it may still be in the store, and counts as gone."""
    for verb in (
        partial(manager.update, changes={"a": 1}),
        partial(manager.renew, subject="alice"),
    ):
        visitor = manager.issue(None)
        clock.advance(INACTIVITY_S)
        with pytest.raises(InvalidSession):
            verb(visitor.credential)
    assert manager.entries("alice") == []


def test_activity_keeps_a_session_until_its_absolute_lifetime(
    manager: SessionManager, clock: FakeClock
) -> None:
    """Clicking every 20 minutes: out at 8 hours all the same."""
    grant = manager.issue("alice")
    for _ in range(ABSOLUTE_S // 1200 - 1):
        clock.advance(1200)
        manager.verify(grant.credential)
    clock.advance(1199)
    assert manager.verify(grant.credential).expires_at == clock.now + 1
    clock.advance(1)
    assert reason_for(manager, grant.credential) is Reason.EXPIRED


def test_renewal_does_not_extend_the_absolute_lifetime(
    manager: SessionManager, clock: FakeClock
) -> None:
    """A new ID is the same login."""
    grant = manager.issue("alice")
    for _ in range(ABSOLUTE_S // 1200 - 1):
        clock.advance(1200)
        grant = manager.renew(grant.credential)
    clock.advance(1200)
    assert reason_for(manager, grant.credential) is Reason.EXPIRED


def test_touch_is_throttled(manager: SessionManager, clock: FakeClock) -> None:
    """Within the touch interval activity is not written down; after it, it is."""
    grant = manager.issue("alice")
    clock.advance(TOUCH_S - 1)
    manager.verify(grant.credential)
    assert manager.entries("alice")[0].last_seen_at == clock.now - (TOUCH_S - 1)
    clock.advance(1)
    manager.verify(grant.credential)
    assert manager.entries("alice")[0].last_seen_at == clock.now


def test_a_clock_that_steps_back_ends_nothing(manager: SessionManager, clock: FakeClock) -> None:
    """A session from the future is live, and its last touch does not move back."""
    grant = manager.issue("alice")
    clock.advance(-3600)
    assert manager.verify(grant.credential).subject == "alice"
    assert manager.entries("alice")[0].last_seen_at == clock.now + 3600


def test_presets_are_what_their_sources_say() -> None:
    """NIST SP 800-63B-4 sections 2.1.3, 2.2.3, 2.3.3; OWASP Session Management Cheat Sheet."""
    day, hour, minute = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
    expected = {
        sessions.NIST_AAL1: (30 * day, 30 * day),
        sessions.NIST_AAL2: (24 * hour, hour),
        sessions.NIST_AAL3: (12 * hour, 15 * minute),
        sessions.OWASP_LOW_RISK: (8 * hour, 30 * minute),
        sessions.OWASP_HIGH_VALUE: (4 * hour, 5 * minute),
    }
    for preset, limits in expected.items():
        assert (preset.absolute, preset.inactivity) == limits


def test_lifetimes_that_contradict_each_other_are_refused() -> None:
    """With a remedy in the message."""
    hour = timedelta(hours=1)
    with pytest.raises(ValueError, match="touch must be shorter"):
        Lifetimes(inactivity=hour, absolute=hour, touch=hour)
    with pytest.raises(ValueError, match="longer than nothing"):
        Lifetimes(inactivity=timedelta(0), absolute=hour)
