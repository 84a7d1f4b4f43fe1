"""What the monitor does about an alarm, that it forgets, and that its page says what it does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from demo import rules
from demo.auth import Client
from demo.bounded import Recent
from demo.monitor import ALARMS_A_SUBJECT, HISTORY, QUIET_S, RULES, Monitor, read_responses
from demo.rules import base
from tests.conftest import FakeClock

from .callers import CHROME, HERE, Caller

DOCUMENT = Path(__file__).parents[2] / "docs" / "monitoring.md"


class TestResponses:
    def test_the_password_is_asked_for_again_until_it_was_given(self, clock: FakeClock) -> None:
        """On the login that was suspicious, and on no other."""
        monitor = Monitor(read_responses(["address-and-agent=ask-again"]), now=clock)
        monitor.accepted(Caller(), "id", HERE)
        assert not monitor.asks_again(Caller())
        monitor.accepted(Caller(), "id", Client("192.0.2.9", CHROME))
        assert monitor.asks_again(Caller())
        assert not monitor.asks_again(Caller("h2"))
        clock.advance(-60)
        monitor.gave_password("h1")
        assert not monitor.asks_again(Caller())

    def test_what_concerns_the_account_asks_on_each_of_its_logins(self, clock: FakeClock) -> None:
        """A reuse has ended its own login already; the others are what is left."""
        monitor = Monitor(read_responses(["reuse-stale=ask-again"]), now=clock)
        facts = {"subject": "alice", "handle": "f", "kind": "stale", "spent_s": 100}
        monitor.happened("authn_token_reuse", facts, "refresh", HERE)
        assert monitor.asks_again(Caller("other"))
        assert not monitor.asks_again(Caller("other", "bob"))

    def test_what_repeats_itself_is_counted(self, monitor: Monitor, clock: FakeClock) -> None:
        """A thief and an owner by turns are one alarm a minute, not one a request."""
        clients = [HERE, Client("192.0.2.9", CHROME)]
        new = [len(monitor.accepted(Caller(), "id", clients[n % 2])) for n in range(10)]
        assert sum(new) == 1
        assert monitor.alarms("alice")[0].count == 9
        clock.advance(QUIET_S)
        assert len(monitor.accepted(Caller(), "id", clients[0])) == 1

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ("pce=log", "there are all, use-after-logout"),
            ("pace", "one of log, ask-again, revoke"),
            ("pace=shout", "one of log, ask-again, revoke"),
            ("guessing=revoke", "nobody yet"),
        ],
    )
    def test_a_response_that_is_none_is_named(self, given: str, said: str) -> None:
        """With what there is instead."""
        with pytest.raises(ValueError, match=said):
            read_responses([given])

    def test_all_stands_for_every_rule(self) -> None:
        """And what is said later wins; who guesses is logged in any case."""
        found = read_responses(["all=revoke", "pace=log"])
        assert set(found) == set(RULES)
        assert (found["pace"], found["guessing"], found["many-logins"]) == ("log", "log", "revoke")


def test_the_oldest_is_forgotten() -> None:
    """Memory does not grow with what is sent."""
    recent: Recent[int, int] = Recent(3)
    for number in (1, 2, 3, 1, 4):
        recent[number] = number
    assert list(recent) == [3, 1, 4]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> None:
    """Whoever sends many logins, credentials and addresses fills no memory."""
    monkeypatch.setattr(base, "LOGINS", 20)
    every = rules.all_rules()
    monitor = Monitor(rules=every, now=clock)
    for number in range(HISTORY + 100):
        client = Client(f"192.0.{number % 256}.{number // 256}", f"agent-{number}")
        caller = Caller(f"h{number}", "alice")
        monitor.accepted(caller, f"id{number}", client)
        facts = {"subject": f"s{number}", "handle": f"h{number}"}
        for event in ("session_created", "session_revoked", "session_rejected"):
            monitor.happened(event, facts, f"id{number}", client)
        monitor.happened("session_limit_reached", {"subject": "alice"}, None, client)
        clock.advance(QUIET_S)
    kept = [value for rule in every for value in vars(rule).values() if isinstance(value, Recent)]
    assert len(kept) >= 6
    assert {len(value) for value in kept} <= set(range(21))
    assert len(monitor.history()) == HISTORY
    assert len(monitor.alarms("alice")) == ALARMS_A_SUBJECT


def test_what_is_kept_of_a_credential_is_of_no_use_elsewhere(clock: FakeClock) -> None:
    """Another process cannot tell from it which credential it was, nor test one against it."""
    first, second = Monitor(now=clock), Monitor(now=clock)
    assert first.tag("a") == first.tag("a") != first.tag("b")
    assert first.tag("a") != second.tag("a")
    assert first.tag("\udc80")  # WSGI hands bytes over as text like this


def test_the_page_tells_each_rule_as_its_docstring_does() -> None:
    """What it means and who else it may be, word for word."""
    text = " ".join(DOCUMENT.read_text().split())
    described = re.findall(r"^### `([a-z-]+)`$", DOCUMENT.read_text(), re.M)
    assert tuple(described) == RULES
    for rule in rules.all_rules():
        for paragraph in (type(rule).__doc__ or "").strip().split("\n\n"):
            assert " ".join(paragraph.split()) in text, rule.name


def test_the_page_has_the_numbers_of_the_rules() -> None:
    """As the code has them."""
    text = " ".join(DOCUMENT.read_text().split())
    assert f"more than {rules.Pace.most} requests in {rules.Pace.window_s:g} seconds" in text
    assert f"more than {rules.ManyLogins.most} logins in an hour" in text
    most = rules.Guessing.most
    assert f"more than {most} different credentials in {rules.Guessing.window_s:g} seconds" in text
    assert f"{base.LOGINS:,} logins" in text
