"""How often each route asks the store, as the store itself counts it.

Valkey says with MONITOR what reaches it; in front of PostgreSQL stands a relay that counts how
often the client waits. Our own counters (`Server-Timing`) have no part in this.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from valkey import Valkey

from bench.services import Services
from demo.app import create_app
from demo.auth import Scheme, Settings
from demo.monitor import Monitor
from demo.schemes import build
from demo.testing import Visitor, over_wsgi
from sessions import Lifetimes, SessionManager
from sessions.stores.redis import RedisStore
from tests.conftest import FakeClock
from tests.postgres_relay import Relay

TOUCH = timedelta(seconds=60)


class Counting:
    """Every command that reaches Valkey, as it says itself."""

    def __init__(self, url: str) -> None:
        client: Any = Valkey.from_url(url, socket_timeout=5)
        self._client = client
        # A node of an earlier test may still ask this server something: that is not counted.
        self._others = {each["addr"] for each in client.client_list()}
        self._marks = 0
        self._monitor: Any = self._client.monitor()
        self._monitor.__enter__()

    def during(self, visitor: Visitor, method: str, path: str) -> tuple[int, list[str]]:
        """The status of one request, and the commands it took."""
        self._until_mark()
        status = visitor.request(method, path).status
        return status, self._until_mark()

    def _until_mark(self) -> list[str]:
        """What came up to now: MONITOR has everything in order, our own mark included."""
        self._marks += 1
        mark = f"mark-{self._marks}"
        self._client.echo(mark)
        commands: list[str] = []
        while True:
            seen = self._monitor.next_command()
            if mark in seen["command"]:
                return [c for c in commands if not c.startswith(("ECHO", "CLIENT"))]
            foreign = f"{seen['client_address']}:{seen['client_port']}" in self._others
            # What a script does inside the server is no round trip.
            if seen["client_type"] != "lua" and not foreign:
                commands.append(seen["command"])

    def close(self) -> None:
        self._monitor.__exit__(None, None, None)
        self._client.close()


@pytest.fixture
def counting(services: Services, valkey_client: Valkey) -> Iterator[Counting]:
    with closing(Counting(services.redis_url)) as made:
        yield made


def logged_in(scheme: Scheme) -> Visitor:
    alice = Visitor(over_wsgi(create_app(scheme, monitor=Monitor())))
    assert alice.log_in().status == 200
    assert alice.get("/me").status == 200
    return alice


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("session-cookie-redis", 1),
        ("session-bearer-redis", 1),
        ("session-url-redis", 1),
        ("session-form-redis", 1),
        ("session-cookie-redis-cached", 0),
        ("token-bearer-hs256-denylist-redis", 1),
        ("token-cookie-hs256-denylist-redis", 1),
        ("token-bearer-hs256-generation-redis", 1),
        ("token-cookie-es256-generation-redis", 1),
        ("token-bearer-hs256-expiry", 0),
        ("token-bearer-hs256-snapshot-redis", 0),
        ("token-bearer-hs256-pushed-redis", 0),
        ("token-bearer-hs256-statuslist-redis", 0),
        ("token-bearer-hs256-filter-redis", 0),
    ],
)
def test_to_know_the_caller_asks_valkey_as_often_as_is_said(
    name: str, calls: int, counting: Counting, services: Services, tmp_path: Path
) -> None:
    """Once for a session, a denylist or a generation; never for what a node knows by heart."""
    scheme = build(name, Settings(services.redis_url, tmp_path / "keys.json"))
    alice = logged_in(scheme)
    # Some nodes ask once a second in the background, whoever calls; a request they share the
    # moment with is asked again.
    for _ in range(20):
        status, commands = counting.during(alice, "GET", "/me")
        if len(commands) <= calls:
            break
    assert (status, len(commands)) == (200, calls), commands
    for path in ("/public", "/livez"):
        for _ in range(20):
            status, commands = counting.during(alice, "GET", path)
            if not commands:
                break
        assert (status, commands) == (200, []), path
    scheme.close()


@pytest.mark.parametrize("name", ["session-cookie-redis", "session-bearer-redis"])
def test_every_reading_route_asks_valkey_once(
    name: str, counting: Counting, services: Services
) -> None:
    """The cart is the record; only the list of devices is another question."""
    scheme = build(name, Settings(services.redis_url))
    alice = logged_in(scheme)
    expected = {"/me": 1, "/cart": 1, "/public": 0, "/livez": 0, "/readyz": 1}
    found = {path: len(counting.during(alice, "GET", path)[1]) for path in expected}
    assert found == expected
    assert counting.during(Visitor(alice.send), "GET", "/me") == (401, [])
    assert counting.during(Visitor(alice.send), "GET", "/cart") == (200, [])
    scheme.close()


def test_activity_is_noted_once_in_a_touch_interval(
    counting: Counting, services: Services, clock: FakeClock
) -> None:
    """One write in it however many requests there are; and none tells the client anything."""
    client: Any = Valkey.from_url(services.redis_url)
    limits = Lifetimes(timedelta(minutes=30), timedelta(hours=8), TOUCH)
    manager = SessionManager(RedisStore(client), limits, now=clock)
    alice = logged_in(Scheme("session-x", "Sessions.", manager, "cookie", "immediate"))
    clock.advance(TOUCH.total_seconds())
    assert alice.get("/me").status == 200  # The server learns the script of the write once.
    for _ in range(3):
        clock.advance(TOUCH.total_seconds() - 1)
        counts = [len(counting.during(alice, "GET", "/me")[1]) for _ in range(3)]
        assert counts == [1, 1, 1]
        clock.advance(1)
        answers = [counting.during(alice, "GET", "/me") for _ in range(3)]
        assert [len(commands) for _, commands in answers] == [2, 1, 1], answers
        assert alice.get("/me").all("Set-Cookie") == []
    client.close()


def test_postgres_is_waited_for_once(postgres_url: str) -> None:
    """As the wire shows it: for the caller and the cart once, for what asks nobody not at all."""
    with Relay(postgres_url) as relay:
        scheme = build("session-cookie-postgres", Settings(relay.url))
        alice = logged_in(scheme)
        found = {}
        for path in ("/me", "/cart", "/public", "/livez"):
            before = relay.round_trips
            assert alice.get(path).status == 200
            found[path] = relay.round_trips - before
        assert found == {"/me": 1, "/cart": 1, "/public": 0, "/livez": 0}
        scheme.close()


@pytest.mark.parametrize("strategy", ["denylist", "generation"])
def test_a_token_waits_for_postgres_once(strategy: str, postgres_url: str, tmp_path: Path) -> None:
    """Counted as above, for the strategies that ask the store each time."""
    with Relay(postgres_url) as relay:
        settings = Settings(relay.url, tmp_path / "keys.json")
        scheme = build(f"token-bearer-hs256-{strategy}-postgres", settings)
        alice = logged_in(scheme)
        for path, waits in (("/me", 1), ("/public", 0)):
            before = relay.round_trips
            assert alice.get(path).status == 200
            assert relay.round_trips - before == waits
        scheme.close()


@pytest.mark.parametrize("transport", ["cookie", "bearer"])
def test_a_credential_is_sent_only_when_it_changed(transport: str) -> None:
    """Reading sets no cookie; a changed cart does not either where the state stays here."""
    alice = logged_in(build(f"session-{transport}-memory", Settings()))
    for path in ("/me", "/cart", "/devices", "/public", "/"):
        assert alice.get(path).all("Set-Cookie") == []
    assert alice.post("/cart", {"item": "tea", "quantity": 1}).all("Set-Cookie") == []
