"""The monitor over HTTP: what it sees of a request, and what its responses do to a login."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bench.services import Services
from demo.app import create_app
from demo.auth import Scheme, Settings
from demo.monitor import Monitor, read_responses
from demo.rules import Guessing, Pace
from demo.schemes import build
from demo.testing import Visitor, over_wsgi
from tests.conftest import FakeClock
from tests.tokens.conftest import a_manager
from tokens.stores.memory import MemoryStore

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"
HTML = {"Accept": "text/html"}


class Watched:
    """An app that is watched, its monitor, and clients of it."""

    def __init__(self, scheme: Scheme, *responses: str, now: Any = None) -> None:
        given = read_responses(responses)
        self.scheme = scheme
        self.monitor = Monitor(given, now=now) if now else Monitor(given)
        self.app = create_app(scheme, monitor=self.monitor)

    def visitor(self, agent: str = FIREFOX) -> Visitor:
        return Visitor(over_wsgi(self.app), agent=agent)

    def elsewhere(self, visitor: Visitor) -> Any:
        """What /me answers to a copy of the credential, at another address in another browser."""
        environ = {"REMOTE_ADDR": "192.0.2.9", "HTTP_USER_AGENT": CHROME}
        headers = visitor._credentials("/me")
        return self.app.test_client(use_cookies=False).get(
            "/me", headers=headers, environ_overrides=environ
        )


def sessions(*responses: str, now: Any = None) -> Watched:
    return Watched(build("session-cookie-memory", Settings()), *responses, now=now)


def tokens(*responses: str, clock: FakeClock) -> Watched:
    manager = a_manager(MemoryStore(), clock, "denylist")
    scheme = Scheme("token-bearer-x", "Tokens.", manager, "bearer", "immediate", kind="token")
    return Watched(scheme, *responses, now=clock)


def test_a_stolen_session_is_seen_on_the_devices_page() -> None:
    """Next to the login it is about, in words; and the thief is let in, since it is only logged."""
    watched = sessions()
    alice = watched.visitor()
    handle = alice.log_in().json["handle"]
    alice.get("/me")
    assert watched.elsewhere(alice).status_code == 200
    (alarm,) = alice.get("/devices").json["alarms"]
    assert (alarm["rule"], alarm["handle"], alarm["address"]) == (
        "address-and-agent",
        handle,
        "192.0.2.9",
    )
    page = alice.get("/", HTML).body.decode()
    assert "What was noticed" in page
    assert "Firefox on Linux at 127.0.0.1, and now from Chrome on Windows at 192.0.2.9" in page
    assert (alice.holds() or "") not in page.split("What was noticed")[1]


def test_nobody_sees_the_alarms_of_another() -> None:
    """They say where somebody is."""
    watched = sessions()
    alice, bob = watched.visitor(), watched.visitor()
    alice.log_in()
    bob.log_in("bob")
    alice.get("/me")
    watched.elsewhere(alice)
    assert bob.get("/devices").json["alarms"] == []


def test_what_is_revoked_is_refused_at_once(services: Services, valkey_client: Any) -> None:
    """The request that set off the rule too, and whoever else holds the credential."""
    for watched in (
        sessions("address-and-agent=revoke"),
        Watched(
            build(
                "token-bearer-hs256-denylist-redis",
                Settings(store_url=services.redis_url, access=timedelta(minutes=1)),
            ),
            "address-and-agent=revoke",
        ),
    ):
        alice, other = watched.visitor(), watched.visitor()
        alice.log_in()
        other.log_in()
        alice.get("/me")
        assert watched.elsewhere(alice).status_code == 401
        assert alice.get("/me").status == 401
        assert other.get("/me").status == 200
        watched.scheme.close()


def test_the_password_is_asked_for_before_what_matters() -> None:
    """Reading goes on; to end logins takes the password, which a thief does not have."""
    watched = sessions("address-and-agent=ask-again")
    alice, phone = watched.visitor(), watched.visitor()
    alice.log_in()
    handle = phone.log_in().json["handle"]
    alice.get("/me")
    watched.elsewhere(alice)
    for method, path in (("POST", "/logout-everywhere"), ("DELETE", f"/devices/{handle}")):
        answer = alice.request(method, path)
        assert (answer.status, answer.json["title"]) == (401, "Give the password again")
    assert [alice.get("/me").status, alice.get("/cart").status] == [200, 200]
    assert "Something unusual was noticed." in alice.get("/", HTML).body.decode()
    thief = alice.copy()
    assert alice.log_in().status == 200
    assert thief.get("/me").status == 401
    assert alice.request("DELETE", f"/devices/{handle}").status == 200


def test_a_challenge_says_what_is_missing(clock: FakeClock) -> None:
    """RFC 9470: the token is good, and not enough; a changed password is one that was given."""
    watched = tokens("pace=ask-again", clock=clock)
    alice = watched.visitor()
    alice.log_in()
    for _ in range(Pace.most + 1):
        alice.get("/me")
    answer = alice.post("/logout-everywhere")
    assert 'error="insufficient_user_authentication"' in (answer.header("WWW-Authenticate") or "")
    passwords = {"old": "alice-password", "new": "another-password"}
    assert alice.post("/password", passwords).status == 200
    assert alice.post("/logout-everywhere").status == 200


def test_a_copy_used_after_the_logout_ends_the_others_if_asked_to(clock: FakeClock) -> None:
    """The login is over; what its response can still reach are the account's others."""
    watched = sessions("use-after-logout=revoke", now=clock)
    alice, phone = watched.visitor(), watched.visitor()
    alice.log_in()
    phone.log_in()
    alice.get("/me")
    thief = alice.copy()
    assert alice.post("/logout").status == 200
    clock.advance(5)
    assert thief.get("/me").status == 401
    assert phone.get("/me").status == 401
    assert [alarm.rule for alarm in watched.monitor.alarms("alice")] == ["use-after-logout"]


def test_a_refresh_token_that_is_used_again_is_judged(clock: FakeClock) -> None:
    """The library ends the family and says how it was used; the monitor adds the response."""
    watched = tokens("reuse-stale=revoke", clock=clock)
    alice, phone = watched.visitor(), watched.visitor()
    alice.log_in()
    phone.log_in()
    stolen = {"refresh_token": alice.refresh_token}
    for _ in range(2):
        assert alice.post("/renew", {"refresh_token": alice.refresh_token}).status == 200
    clock.advance(120)
    assert watched.visitor().post("/renew", stolen).status == 401
    assert [alarm.rule for alarm in watched.monitor.alarms("alice")] == ["reuse-stale"]
    assert [visitor.get("/me").status for visitor in (alice, phone)] == [401, 401]


def test_guesses_are_counted_over_every_way_in() -> None:
    """Credentials and refresh tokens, each once."""
    watched = sessions()
    for number in range(Guessing.most):
        guess = watched.visitor()
        guess.cookies = {("__Host-session", "/"): f"{number:043d}"}
        assert guess.get("/me").status == 401
    assert watched.visitor().post("/renew", {"refresh_token": "invented"}).status == 401
    assert watched.monitor.history()[0].alarms == ("guessing",)


def test_the_history_has_each_event_and_no_credential() -> None:
    """As a page for people may show it."""
    watched = sessions()
    alice = watched.visitor()
    alice.log_in()
    held = alice.holds() or ""
    alice.post("/logout")
    events = [judged.event for judged in watched.monitor.history()]
    assert events == ["session_revoked", "session_created"]
    assert held
    assert held not in repr(watched.monitor.history())


class Unreachable:
    """A mechanism whose store goes away as soon as somebody is to be logged out."""

    def __init__(self, mechanism: Any) -> None:
        self._mechanism = mechanism

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mechanism, name)

    outages = (ConnectionError,)

    def revoke_entry(self, subject: str, handle: str) -> None:
        raise ConnectionError("gone")


@pytest.fixture
def unreachable() -> Iterator[Scheme]:
    scheme = build("session-cookie-memory", Settings())
    mechanism: Any = Unreachable(scheme.mechanism)
    yield Scheme("session-cookie-x", "Gone.", mechanism, "cookie", "immediate")
    scheme.close()


def test_a_store_that_is_down_when_it_matters_lets_nobody_act(
    unreachable: Scheme, caplog: pytest.LogCaptureFixture
) -> None:
    """The request is refused all the same, and the audit log says that the login lives on."""
    watched = Watched(unreachable, "address-and-agent=revoke")
    alice = watched.visitor()
    alice.log_in()
    alice.get("/me")
    assert watched.elsewhere(alice).status_code == 401
    said = [record.getMessage() for record in caplog.records if record.name == "demo.audit"]
    assert said == ["monitor_alarm", "monitor_revocation_failed"]


def test_apps_in_one_process_are_judged_apart() -> None:
    """A site mounts several; what happens in one is no business of another's monitor."""
    first, second = sessions(), sessions()
    first.visitor().log_in()
    assert [len(watched.monitor.history()) for watched in (first, second)] == [1, 0]
