"""What a token manager promises, over every store and strategy."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

import pytest

import tokens
from demo.auth import Client
from tests.conftest import FakeClock
from tokens import (
    AtExpiry,
    DataTooLarge,
    Denylist,
    Immediate,
    InvalidToken,
    Lifetimes,
    Reason,
    TokenManager,
)
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.testing import at_once

from .conftest import ISSUER, RING, a_manager

ACCESS_S = 5 * 60
INACTIVITY_S = 30 * 60
ABSOLUTE_S = 8 * 3600
GRACE_S = 10


def reason_for(manager: TokenManager, credential: str) -> Reason:
    with pytest.raises(InvalidToken) as caught:
        manager.verify(credential)
    return caught.value.reason


def renewal_reason(manager: TokenManager, renewal: str | None) -> Reason:
    with pytest.raises(InvalidToken) as caught:
        manager.renew(renewal or "")
    return caught.value.reason


def test_verify_names_who_was_issued(manager: TokenManager, clock: FakeClock) -> None:
    """Subject, data, handle and instants come back as they were given."""
    grant = manager.issue("alice", {"cart": {"apple": 2}, "note": "é", "none": None})
    identity = manager.verify(grant.credential)
    assert (identity.subject, identity.handle) == ("alice", grant.handle)
    assert identity.data == {"cart": {"apple": 2}, "note": "é"}
    assert (identity.created_at, identity.expires_at) == (clock.now, clock.now + ACCESS_S)
    assert grant.expires_at == identity.expires_at


def test_an_anonymous_visitor_has_no_subject(manager: TokenManager) -> None:
    """None goes in and None comes out; an empty name is a mistake."""
    assert manager.verify(manager.issue(None).credential).subject is None
    with pytest.raises(ValueError, match="must not be empty"):
        manager.issue("")


@pytest.mark.parametrize("hostile", ["", "x", "a.b.c", "..", "é.é.é", "a" * 10_000, "\x00" * 43])
def test_a_malformed_token_is_refused(manager: TokenManager, hostile: str) -> None:
    """Whatever is given, the answer is a rejection."""
    for verb in (
        manager.verify,
        manager.renew,
        manager.revoke,
        partial(manager.renew, subject="alice"),
        partial(manager.update, changes={"a": 1}),
    ):
        with pytest.raises(InvalidToken):
            verb(hostile)


def test_an_unknown_refresh_token_is_never_adopted(manager: TokenManager) -> None:
    """A client cannot choose its token, not even with the handle of a live family."""
    grant = manager.issue("alice")
    for chosen in ("A" * 16 + "." + "A" * 43, f"{grant.handle}.{'A' * 43}"):
        assert renewal_reason(manager, chosen) is Reason.UNKNOWN
        with pytest.raises(InvalidToken):
            manager.renew(chosen, "alice")
    assert manager.renew(grant.renewal or "").handle == grant.handle


def test_update_gives_a_new_token(manager: TokenManager) -> None:
    """The state is in the credential: the new one has the change, the old one has not."""
    grant = manager.issue("alice", {"a": 1, "b": 1})
    updated = manager.update(grant.credential, {"b": None, "c": [1, {"d": 2.5}]})
    assert manager.verify(updated.credential).data == {"a": 1, "c": [1, {"d": 2.5}]}
    assert manager.verify(grant.credential).data == {"a": 1, "b": 1}
    assert updated.renewal is None


def test_a_renewal_carries_the_last_update(manager: TokenManager) -> None:
    """The data is kept with the family, for a client that comes with its refresh token alone."""
    grant = manager.issue("alice", {"a": 1})
    manager.update(grant.credential, {"b": 2})
    renewed = manager.renew(grant.renewal or "")
    assert manager.verify(renewed.credential).data == {"a": 1, "b": 2}


def test_an_old_token_brings_an_old_cart_back(manager: TokenManager) -> None:
    """What it costs that the state travels: a replay undoes an update."""
    grant = manager.issue("alice", {"cart": {"apple": 1}})
    manager.update(grant.credential, {"cart": None})
    replayed = manager.update(grant.credential, {"other": 1})
    assert manager.verify(replayed.credential).data == {"cart": {"apple": 1}, "other": 1}


def test_data_past_the_limit_changes_nothing(clock: FakeClock) -> None:
    """At issue and at update; the error names the key and is a ValueError."""
    small = a_manager(MemoryStore(), clock)
    with pytest.raises(DataTooLarge, match="'large'"):
        small.issue("alice", {"small": 1, "large": "x" * 5000})
    grant = small.issue("alice", {"small": 1})
    with pytest.raises(ValueError, match="'large'"):
        small.update(grant.credential, {"large": "x" * 5000})
    renewed = small.renew(grant.renewal or "")
    assert small.verify(renewed.credential).data == {"small": 1}


@pytest.mark.parametrize(
    "value", [object(), b"bytes", {1: 2}, (1, 2), {1, 2}, float("nan"), float("inf"), "\ud800"]
)
def test_only_plain_data_is_kept(manager: TokenManager, value: object) -> None:
    """What JSON cannot carry is refused."""
    with pytest.raises(ValueError, match="token data"):
        manager.issue("alice", {"key": value})


def test_deep_data_is_refused(manager: TokenManager) -> None:
    """A bound on depth comes before any stack does."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        manager.issue("alice", {"key": deep})


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


def test_events_carry_what_a_monitor_needs(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Age of a family, whether a renewal was a repetition, how strong a revocation was."""
    manager = a_manager(MemoryStore(), clock)
    grant = manager.issue("alice")
    clock.advance(60)
    with caplog.at_level(logging.INFO, "tokens.audit"):
        manager.renew(grant.renewal or "")
        manager.renew(grant.renewal or "")
        manager.revoke(grant.credential)
    facts = [vars(record)["facts"] for record in caplog.records]
    assert [(each["repeated"], each["age_s"]) for each in facts[:2]] == [(False, 60), (True, 60)]
    assert (facts[2]["strength"], facts[2]["at"]) == ("at-expiry", clock.now + ACCESS_S)


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


def test_leeway_forgives_a_clock_that_is_behind(clock: FakeClock) -> None:
    """As far as it is told to, and no further."""
    lifetimes = Lifetimes(
        inactivity=timedelta(minutes=30),
        absolute=timedelta(hours=8),
        leeway=timedelta(seconds=60),
    )
    store = MemoryStore()
    manager = TokenManager(
        RING, store, Denylist(store, ISSUER), lifetimes, issuer=ISSUER, audience="a", now=clock
    )
    token = manager.issue("alice").credential
    clock.advance(-60)
    assert manager.verify(token).subject == "alice"
    clock.advance(-0.001)
    assert reason_for(manager, token) is Reason.IMMATURE


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
    """A clock that steps back refuses what was issued ahead of it, until it catches up."""
    grant = manager.issue("alice")
    clock.advance(-60)
    assert reason_for(manager, grant.credential) is Reason.IMMATURE
    clock.advance(60)
    assert manager.verify(grant.credential).subject == "alice"


def test_concurrent_updates_each_lack_the_others_change(manager: TokenManager) -> None:
    """What it costs that the state travels: the promise of sessions cannot be kept here."""
    grant = manager.issue("alice")
    names = [f"key-{n}" for n in range(4)]
    grants = at_once(*(partial(manager.update, grant.credential, {name: 1}) for name in names))
    held = [set(manager.verify(each.credential).data) for each in grants]
    assert held == [{name} for name in names]


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


def test_events_tell_what_happened_and_no_secret(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """The life of a family, in order, without any credential."""
    manager = a_manager(MemoryStore(), clock, "denylist")
    with caplog.at_level(logging.INFO, "tokens.audit"):
        first = manager.issue(None)
        second = manager.renew(first.renewal or "", "alice")
        reason_for(manager, first.credential)
        manager.revoke(second.credential)
        third = manager.issue("alice")
        clock.advance(INACTIVITY_S)
        renewal_reason(manager, third.renewal)
    assert [record.message for record in caplog.records] == [
        "authn_token_created",
        "authn_token_renewed",
        "authn_token_created",
        "authn_token_rejected",
        "authn_token_revoked",
        "authn_token_created",
        "authn_token_expired",
        "authn_token_rejected",
    ]
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert "alice" in said
    for grant in (first, second, third):
        assert grant.credential not in said
        assert (grant.renewal or "").partition(".")[2] not in said


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
