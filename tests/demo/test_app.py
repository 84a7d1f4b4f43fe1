"""The app's routes where the scheme contract does not reach: control, outages, timing, sites."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from valkey import Valkey
from werkzeug.test import Client as WerkzeugClient

from bench.services import Services
from demo.app import create_app, create_site
from demo.auth import Scheme, Settings
from demo.schemes import build
from demo.testing import Visitor, over_wsgi
from sessions import SessionManager
from sessions.stores.memory import MemoryStore

TIMING = re.compile(
    r"auth;dur=(?P<auth>\d+\.\d{6}), "
    r'store;dur=\d+\.\d{6};desc="reads=(?P<reads>\d+) writes=(?P<writes>\d+)", '
    r'crypto;dur=\d+\.\d{6};desc="checks=(?P<checks>\d+)"'
)


def visitor_of(name: str, store_url: str | None = None) -> Visitor:
    scheme = build(name, Settings(store_url=store_url, timing=True))
    return Visitor(over_wsgi(create_app(scheme, timing=True)))


def spent(visitor: Visitor, path: str) -> tuple[int, int, int]:
    """Store reads, store writes and signature checks of one GET."""
    found = TIMING.fullmatch(visitor.get(path).all("Server-Timing")[0])
    assert found is not None
    return int(found["reads"]), int(found["writes"]), int(found["checks"])


def test_control_serves_everybody_and_keeps_nothing() -> None:
    """It says who it takes everyone for, and does not pretend that anything was kept or ended."""
    visitor = visitor_of("control")
    me = visitor.get("/me")
    assert (me.json["subject"], me.json["handle"], me.json["data"]) == ("alice", "control", {})
    assert me.header("Cache-Control") is None
    assert visitor.log_in().status == 200
    assert visitor.log_in("alice", "wrong").status == 401
    assert visitor.get("/cart").json == {"items": {}}
    assert visitor.post("/cart", {"item": "tea", "quantity": 1}).status == 409
    assert visitor.post("/logout").status == 409


def test_the_known_delay_is_inside_the_auth_span() -> None:
    """The instrument is checked against it; one that was interrupted is longer, none shorter."""
    visitor = visitor_of("control-delay-100us")
    spans = []
    for _ in range(50):
        found = TIMING.fullmatch(visitor.get("/me").all("Server-Timing")[0])
        assert found is not None
        spans.append(float(found["auth"]) * 1000)
    assert 97.0 < min(spans) < 105.0


def test_a_session_is_one_read_and_a_token_one_signature(
    services: Services, valkey_client: Valkey
) -> None:
    """Knowing the caller costs what the mechanism says, and not a round trip more."""
    expected = {
        "session-cookie-redis": (1, 0, 0),
        "token-bearer-es256-expiry": (0, 0, 1),
        "token-bearer-hs256-denylist-redis": (1, 0, 1),
    }
    for name, counts in expected.items():
        alice = visitor_of(name, services.redis_url)
        alice.log_in()
        assert spent(alice, "/me") == counts
        assert spent(alice, "/public") == (0, 0, 0)


def test_timing_is_there_only_when_asked_for() -> None:
    """It tells a client what a check cost, which is nobody's business in production."""
    app = create_app(build("control", Settings()))
    assert over_wsgi(app)("GET", "/me", {}, b"").header("Server-Timing") is None


@pytest.fixture
def down() -> Iterator[Scheme]:
    """A scheme whose store refuses connections: a port that is bound and does not listen."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{unused.getsockname()[1]}/0"
        yield build("session-cookie-redis", Settings(store_url=url))


def test_an_outage_lets_nobody_in_and_logs_nobody_out(down: Scheme) -> None:
    """503 with Retry-After, the cookie left alone; what asks nobody keeps answering."""
    alice = Visitor(over_wsgi(create_app(down)))
    alice.cookies = {("__Host-session", "/"): "A" * 43}
    for method, path in (
        ("GET", "/me"),
        ("GET", "/cart"),
        ("POST", "/logout"),
        ("POST", "/logout-everywhere"),
        ("GET", "/readyz"),
    ):
        answer = alice.request(method, path)
        assert (answer.status, answer.header("Retry-After")) == (503, "1"), path
        assert answer.all("Set-Cookie") == []
    assert alice.log_in().status == 503
    assert [alice.get(path).status for path in ("/public", "/livez")] == [200, 200]


def test_an_outage_keeps_the_old_password(
    down: Scheme, services: Services, valkey_client: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password is not changed for somebody whose other logins could not be ended."""
    scheme = build("session-cookie-redis", Settings(store_url=services.redis_url))
    alice = Visitor(over_wsgi(create_app(scheme)))
    alice.log_in()
    mechanism, broken = scheme.mechanism, down.mechanism
    assert mechanism is not None
    assert broken is not None
    with monkeypatch.context() as patch:
        # The store goes away between two steps of the one request.
        patch.setattr(mechanism, "revoke_all", broken.revoke_all)
        answer = alice.post("/password", {"old": "alice-password", "new": "correct horse"})
    assert answer.status == 503
    assert Visitor(over_wsgi(create_app(scheme))).log_in().status == 200
    assert Visitor(alice.send).log_in().status == 200


def test_public_keys_are_served_where_there_are_any() -> None:
    """Others verify with them; a shared secret is never shown, nor is a private part."""
    for name, status in (("token-bearer-es256-expiry", 200), ("token-bearer-hs256-expiry", 404)):
        answer = visitor_of(name).get("/.well-known/jwks.json")
        assert answer.status == status
        if status == 200:
            (key,) = answer.json["keys"]
            assert (key["kty"], key["crv"], "d" in key) == ("EC", "P-256", False)


def test_a_site_keeps_its_schemes_apart() -> None:
    """Each has cookies of its own, which the browser sends to no other."""
    names = ("session-cookie-memory", "token-cookie-hs256-expiry")
    client = WerkzeugClient(create_site({name: build(name, Settings()) for name in names}))
    login = {"username": "alice", "password": "alice-password"}
    assert client.post(f"/s/{names[0]}/login", json=login).status_code == 200
    assert client.get(f"/s/{names[0]}/me", base_url="https://localhost").status_code == 200
    assert client.get(f"/s/{names[1]}/me", base_url="https://localhost").status_code == 401
    index = client.get("/", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert all(f'href="/s/{name}/"' in index for name in names)
    assert set(client.get("/").get_json()["schemes"]) == {f"/s/{name}/" for name in names}
    missing = client.get("/nowhere")
    assert (missing.status_code, missing.mimetype) == (404, "application/problem+json")


def test_a_slow_write_that_races_a_logout_loses(services: Services, valkey_client: Valkey) -> None:
    """Only a lab may be slow on purpose, and even there the dead stay dead."""
    url = services.redis_url
    scheme = build("session-cookie-redis", Settings(store_url=url))
    line = {"item": "tea", "quantity": 1, "delay_ms": 1}
    assert Visitor(over_wsgi(create_app(scheme))).post("/cart", line).status == 400
    lab = Visitor(over_wsgi(create_app(scheme, lab=True)))
    lab.log_in()
    assert lab.post("/cart", line).status == 200
    assert lab.post("/cart", line | {"delay_ms": 2001}).status == 400
    slow = lab.copy()
    with ThreadPoolExecutor() as pool:
        writing = pool.submit(slow.post, "/cart", line | {"delay_ms": 500})
        assert lab.post("/logout").status == 200
        assert writing.result().status == 401
    assert slow.get("/me").status == 401


def test_a_login_over_the_cap_is_refused_and_says_what_to_do() -> None:
    """A limit of the mechanism is the caller's to know about, not a fault of the server."""
    capped = SessionManager(MemoryStore(), max_sessions=1, at_max="refuse")
    scheme = Scheme("session-cookie-capped", "At most one.", capped, "cookie", "immediate")
    send = over_wsgi(create_app(scheme))
    assert Visitor(send).log_in().status == 200
    answer = Visitor(send).log_in()
    assert (answer.status, answer.all("Set-Cookie")) == (409, [])
    assert "end one of them first" in answer.json["detail"]
