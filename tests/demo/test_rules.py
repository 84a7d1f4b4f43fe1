"""What each rule of the monitor takes exception to, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from demo import rules
from demo.auth import Client
from demo.monitor import Monitor
from tests.conftest import FakeClock

from .callers import CHROME, FIREFOX, HERE, Caller, names


def revoked(monitor: Monitor, **facts: Any) -> None:
    monitor.happened("session_revoked", facts, None, HERE)


def rejected(monitor: Monitor, credential: str, **facts: Any) -> list[str]:
    given = {"reason": "unknown", **facts}
    return names(monitor.happened("session_rejected", given, credential, HERE))


class TestUseAfterLogout:
    def test_a_dead_session_that_is_used_is_an_alarm(
        self, monitor: Monitor, clock: FakeClock
    ) -> None:
        """Its record is gone and names nobody, but this process has seen its ID before."""
        monitor.accepted(Caller(), "id-of-alice", HERE)
        revoked(monitor, subject="alice", handle="h1")
        clock.advance(5)
        assert rejected(monitor, "id-of-alice", handle=None) == ["use-after-logout"]
        (alarm,) = monitor.alarms("alice")
        assert (alarm.handle, alarm.why) == ("h1", "used after its logout, and refused")

    def test_what_was_under_way_is_none(self, monitor: Monitor, clock: FakeClock) -> None:
        """The page's other requests met the logout on their way."""
        monitor.accepted(Caller(), "id", HERE)
        revoked(monitor, subject="alice", handle="h1")
        clock.advance(1.9)
        assert rejected(monitor, "id") == []

    def test_an_id_nobody_knows_is_none(self, monitor: Monitor, clock: FakeClock) -> None:
        """It was not logged out; it never was."""
        revoked(monitor, subject="alice", handle="h1")
        clock.advance(5)
        assert rejected(monitor, "another") == []

    def test_a_token_names_its_family_when_it_is_refused(
        self, monitor: Monitor, clock: FakeClock
    ) -> None:
        """So it is known to a process that never saw it."""
        monitor.happened("authn_token_revoked", {"subject": "alice", "handle": "f"}, None, HERE)
        clock.advance(5)
        facts = {"reason": "revoked", "handle": "f"}
        alarms = monitor.happened("authn_token_rejected", facts, "never seen", HERE)
        assert names(alarms) == ["use-after-logout"]

    def test_a_token_that_still_works_is_an_alarm_too(
        self, monitor: Monitor, clock: FakeClock
    ) -> None:
        """Where nothing calls it back, this is all that notices."""
        monitor.accepted(Caller(), "token", HERE)
        revoked(monitor, subject="alice", handle="h1")
        clock.advance(5)
        (alarm,) = monitor.accepted(Caller(), "token", HERE)
        assert alarm.why.endswith("still accepted")

    def test_logging_out_everywhere_counts_for_all_but_the_kept_one(
        self, monitor: Monitor, clock: FakeClock
    ) -> None:
        """The event does not say which was kept; that it goes on being accepted does."""
        for number in (1, 2):
            monitor.accepted(Caller(f"h{number}"), f"id{number}", HERE)
        monitor.accepted(Caller("h3", "bob"), "id3", HERE)
        revoked(monitor, subject="alice", count=1)
        clock.advance(5)
        assert monitor.accepted(Caller("h1"), "id1", HERE) == []
        assert rejected(monitor, "id2") == ["use-after-logout"]
        assert rejected(monitor, "id1") == []
        assert rejected(monitor, "id3") == []


class TestAddressAndAgent:
    @pytest.mark.parametrize(
        ("other", "alarmed"),
        [
            (Client("192.0.2.9", CHROME), True),
            (Client("192.0.2.9", FIREFOX), False),
            (Client("192.0.2.1", CHROME), False),
            (Client("192.0.2.9", FIREFOX.replace("153", "154")), False),
        ],
    )
    def test_only_both_at_once_are_an_alarm(
        self, monitor: Monitor, other: Client, alarmed: bool
    ) -> None:
        """One alone changes every day, and a version is no other browser."""
        monitor.accepted(Caller(), "id", HERE)
        alarms = monitor.accepted(Caller(), "id", other)
        assert names(alarms) == (["address-and-agent"] if alarmed else [])

    def test_ipv6_addresses_of_one_network_are_one(self, monitor: Monitor) -> None:
        """Privacy extensions change the rest by themselves (RFC 8981)."""
        for address, agent, alarms in (
            ("2001:db8::1", FIREFOX, []),
            ("2001:db8::2", CHROME, []),
            ("2001:db8:0:1::1", FIREFOX, ["address-and-agent"]),
        ):
            assert names(monitor.accepted(Caller(), "id", Client(address, agent))) == alarms

    def test_two_logins_are_two(self, monitor: Monitor) -> None:
        """Nobody's phone is compared with their desk."""
        monitor.accepted(Caller("h1"), "id1", HERE)
        assert monitor.accepted(Caller("h2"), "id2", Client("192.0.2.9", CHROME)) == []


class TestPace:
    def test_more_than_a_person_can_is_an_alarm(self, monitor: Monitor) -> None:
        """Exactly at the first that is too many."""
        for _ in range(rules.Pace.most):
            assert monitor.accepted(Caller(), "id", HERE) == []
        assert names(monitor.accepted(Caller(), "id", HERE)) == ["pace"]
        assert monitor.accepted(Caller(), "id", HERE) == []

    def test_a_new_window_begins_at_zero(self, monitor: Monitor, clock: FakeClock) -> None:
        """Also after the clock was set back."""
        for step in (rules.Pace.window_s, -3600.0):
            for _ in range(rules.Pace.most):
                assert monitor.accepted(Caller(), "id", HERE) == []
            clock.advance(step)
        assert monitor.accepted(Caller(), "id", HERE) == []


class TestManyLogins:
    def begin(self, monitor: Monitor, handle: str, event: str = "session_created") -> list[str]:
        facts = {"subject": "alice", "handle": handle}
        return names(monitor.happened(event, facts, None, HERE))

    def test_many_logins_in_an_hour_are_an_alarm(self, monitor: Monitor) -> None:
        """However they began: a visitor who logs in is a session that is renewed."""
        for number in range(rules.ManyLogins.most):
            event = "session_renewed" if number % 2 else "authn_token_created"
            assert self.begin(monitor, f"h{number}", event) == []
        assert self.begin(monitor, "one more") == ["many-logins"]

    def test_one_login_that_is_renewed_counts_once(self, monitor: Monitor) -> None:
        """Its handle stays."""
        for _ in range(50):
            assert self.begin(monitor, "h", "authn_token_renewed") == []

    def test_what_began_long_ago_does_not_count(self, monitor: Monitor, clock: FakeClock) -> None:
        """Ten an hour, every hour, are no alarm."""
        for number in range(50):
            assert self.begin(monitor, f"h{number}") == []
            clock.advance(rules.ManyLogins.window_s / rules.ManyLogins.most)

    def test_to_reach_the_cap_is_an_alarm(self, monitor: Monitor) -> None:
        """Whoever set one wants to know."""
        assert self.begin(monitor, "h", "session_limit_reached") == ["many-logins"]


class TestGuessing:
    def test_many_different_credentials_are_an_alarm(self, monitor: Monitor) -> None:
        """From one address, whatever was wrong with them."""
        for number in range(rules.Guessing.most):
            assert rejected(monitor, f"guess {number}") == []
        assert rejected(monitor, "one more") == ["guessing"]
        assert rejected(monitor, "and another") == []
        assert [judged.alarms for judged in monitor.history()[:2]] == [(), ("guessing",)]

    def test_one_credential_counts_once(self, monitor: Monitor) -> None:
        """A client that does not understand a refusal guesses nothing."""
        for _ in range(100):
            assert rejected(monitor, "the same") == []

    def test_a_few_a_minute_are_nobody(self, monitor: Monitor, clock: FakeClock) -> None:
        """Credentials expire."""
        for number in range(100):
            assert rejected(monitor, f"old {number}") == []
            clock.advance(rules.Guessing.window_s / rules.Guessing.most)


class TestPasswords:
    def failed(self, monitor: Monitor, name: str, password: str) -> list[str]:
        return names(monitor.wrong_password(name, password, name, HERE))

    def test_many_wrong_passwords_of_one_account_are_an_alarm(self, monitor: Monitor) -> None:
        """Different ones: a program that knows an old one guesses nothing."""
        for _ in range(20):
            assert self.failed(monitor, "alice", "the same") == []
        for number in range(rules.PasswordGuessing.most - 1):
            assert self.failed(monitor, "alice", f"guess {number}") == []
        assert self.failed(monitor, "alice", "one more") == ["password-guessing"]

    def test_one_password_on_several_accounts_is_an_alarm(self, monitor: Monitor) -> None:
        """From whatever addresses, whether there are such accounts or not."""
        for name in ("alice", "bob", "alice"):
            assert self.failed(monitor, name, "spring 2026") == []
        assert self.failed(monitor, "nobody", "spring 2026") == ["password-spraying"]

    def test_what_was_tried_long_ago_does_not_count(
        self, monitor: Monitor, clock: FakeClock
    ) -> None:
        """A few a day are people."""
        for number in range(50):
            assert self.failed(monitor, "alice", f"guess {number}") == []
            clock.advance(rules.PasswordGuessing.window_s / rules.PasswordGuessing.most)
            assert self.failed(monitor, f"user {number}", "password1") == []
            clock.advance(rules.PasswordSpraying.window_s / rules.PasswordSpraying.most)


class TestReuse:
    @pytest.mark.parametrize("kind", ["recent", "orphaned", "stale"])
    def test_each_kind_is_told_apart(self, monitor: Monitor, kind: str) -> None:
        """They mean different things, so each has a response of its own."""
        facts = {"subject": "alice", "handle": "f", "kind": kind, "spent_s": 61.5}
        alarms = monitor.happened("authn_token_reuse", facts, "refresh", HERE)
        assert names(alarms) == [f"reuse-{kind}"]
