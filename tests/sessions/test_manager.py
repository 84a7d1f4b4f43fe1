"""What a session manager promises, over every store."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

import pytest

import sessions
from demo.auth import Client
from sessions import (
    DataTooLarge,
    Immediate,
    InvalidSession,
    Lifetimes,
    Reason,
    SessionManager,
)
from sessions.stores.base import SessionStore
from sessions.stores.memory import MemoryStore
from sessions.testing import at_once
from tests.conftest import FakeClock

INACTIVITY_S = 30 * 60
ABSOLUTE_S = 8 * 3600
TOUCH_S = 60


def reason_for(manager: SessionManager, credential: str) -> Reason:
    with pytest.raises(InvalidSession) as caught:
        manager.verify(credential)
    return caught.value.reason


def test_verify_names_who_was_issued(manager: SessionManager, clock: FakeClock) -> None:
    """Subject, data, handle and instants come back as they were given."""
    grant = manager.issue("alice", {"cart": {"apple": 2}, "note": "é", "none": None})
    identity = manager.verify(grant.credential)
    assert (identity.subject, identity.handle) == ("alice", grant.handle)
    assert identity.data == {"cart": {"apple": 2}, "note": "é"}
    assert (identity.created_at, identity.expires_at) == (clock.now, clock.now + INACTIVITY_S)
    assert grant.expires_at == identity.expires_at


def test_an_anonymous_visitor_has_no_subject(manager: SessionManager) -> None:
    """None goes in and None comes out; an empty name is a mistake."""
    assert manager.verify(manager.issue(None).credential).subject is None
    with pytest.raises(ValueError, match="must not be empty"):
        manager.issue("")


@pytest.mark.parametrize(
    "hostile",
    ["", "x", "a" * 42, "a" * 44, "a" * 42 + "\n", "é" * 43, "../" * 14 + "a", "\x00" * 43],
)
def test_a_malformed_id_is_refused(manager: SessionManager, hostile: str) -> None:
    """Anything that this package would not have made is refused before the store is asked."""
    assert reason_for(manager, hostile) is Reason.MALFORMED
    for verb in (manager.renew, manager.revoke, partial(manager.update, changes={"a": 1})):
        with pytest.raises(InvalidSession):
            verb(hostile)


def test_an_unknown_id_is_never_adopted(manager: SessionManager) -> None:
    """A client cannot choose its ID: neither verifying nor renewing makes it one."""
    chosen = "A" * 43
    assert reason_for(manager, chosen) is Reason.UNKNOWN
    with pytest.raises(InvalidSession):
        manager.renew(chosen, "alice")
    with pytest.raises(InvalidSession):
        manager.update(chosen, {"a": 1})
    assert reason_for(manager, chosen) is Reason.UNKNOWN
    assert manager.entries("alice") == []


def test_update_changes_key_by_key(manager: SessionManager) -> None:
    """No new grant: the ID says nothing about the state."""
    grant = manager.issue("alice", {"a": 1, "b": 1})
    manager.update(grant.credential, {"b": None, "c": [1, {"d": 2.5}]})
    assert manager.verify(grant.credential).data == {"a": 1, "c": [1, {"d": 2.5}]}


def test_data_given_out_is_a_copy(manager: SessionManager) -> None:
    """Changing what verify gave changes nothing that is kept."""
    grant = manager.issue("alice", {"cart": {"apple": 1}})
    manager.verify(grant.credential).data["cart"]["apple"] = 99
    assert manager.verify(grant.credential).data == {"cart": {"apple": 1}}


def test_data_past_the_limit_changes_nothing(clock: FakeClock) -> None:
    """At issue and at update; the error names the key and is a ValueError."""
    manager = SessionManager(MemoryStore(), max_data_bytes=100, now=clock)
    with pytest.raises(DataTooLarge, match="'large'"):
        manager.issue("alice", {"small": 1, "large": "x" * 100})
    grant = manager.issue("alice", {"small": 1})
    with pytest.raises(ValueError, match="'large'"):
        manager.update(grant.credential, {"large": "x" * 100})
    assert manager.verify(grant.credential).data == {"small": 1}


@pytest.mark.parametrize(
    "value",
    [object(), b"bytes", {1: 2}, (1, 2), {1, 2}, float("nan"), float("inf"), 2**70, "\ud800"],
)
def test_only_plain_data_is_kept(manager: SessionManager, value: object) -> None:
    """What JSON could not carry to the other half is refused by name."""
    with pytest.raises(ValueError, match="'key'"):
        manager.issue("alice", {"key": value})


def test_deep_data_is_refused(manager: SessionManager) -> None:
    """A bound on depth comes before any stack does."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        manager.issue("alice", {"key": deep})


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


def test_concurrent_updates_of_different_keys_all_survive(manager: SessionManager) -> None:
    """No update is lost."""
    grant = manager.issue("alice")
    names = [f"key-{n}" for n in range(8)]
    at_once(*(partial(manager.update, grant.credential, {name: 1}) for name in names))
    assert set(manager.verify(grant.credential).data) == set(names)


def test_of_concurrent_renewals_one_wins(manager: SessionManager) -> None:
    """The losers are refused, and one session is left."""
    grant = manager.issue("alice")
    results = at_once(*[partial(manager.renew, grant.credential)] * 8)
    assert sum(isinstance(result, InvalidSession) for result in results) == 7
    assert len(manager.entries("alice")) == 1


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


def test_events_tell_what_happened_and_no_secret(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The life of a session, in order, without any credential."""
    manager = SessionManager(
        MemoryStore(),
        Lifetimes(inactivity=timedelta(minutes=30), absolute=timedelta(hours=8)),
        now=clock,
    )
    with caplog.at_level(logging.INFO, "sessions.audit"):
        first = manager.issue(None)
        second = manager.renew(first.credential, "alice")
        reason_for(manager, first.credential)
        manager.revoke(second.credential)
        third = manager.issue("alice")
        clock.advance(INACTIVITY_S)
        reason_for(manager, third.credential)
    assert [record.message for record in caplog.records] == [
        "session_created",
        "session_renewed",
        "session_rejected",
        "session_revoked",
        "session_created",
        "session_expired",
    ]
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "alice" in said
    for grant in (first, second, third):
        assert grant.credential not in said


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
