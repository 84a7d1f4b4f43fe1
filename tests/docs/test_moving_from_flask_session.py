"""docs/moving-from-flask-session.md: its code runs as printed."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.services import Services

from .moving import run

ORIGIN = "https://localhost"


@pytest.fixture
def flask_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    namespace = run("moving-from-flask-session.md", tmp_path, monkeypatch)
    yield namespace
    namespace["manager"].store.close()


def cookie(response: Any) -> dict[str, str]:
    lines = response.headers.getlist("Set-Cookie")
    kept = [line.partition(";")[0] for line in lines if "Max-Age=0" not in line]
    return {"Cookie": "; ".join(kept)}


def test_flask_session_works_unchanged(flask_session: dict[str, Any]) -> None:
    """Items, flashes and the login itself, in a cookie that is out of reach."""
    client = flask_session["app"].test_client()
    first = client.post("/cart/tea", base_url=ORIGIN)
    assert first.json["tea"] == 1
    assert re.match(
        r"__Host-session-moving=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax$",
        first.headers["Set-Cookie"],
    )
    assert "Set-Cookie" not in client.post("/cart/tea", base_url=ORIGIN).headers
    login = client.post("/login/alice", base_url=ORIGIN)
    assert login.json == {"hello": "alice"}
    assert cookie(first) != cookie(login)
    me = client.get("/me", base_url=ORIGIN).json
    assert (me["subject"], me["cart"]["tea"]) == ("alice", 2)
    assert me["said"] == ["tea is in the cart"] * 2
    assert client.get("/me", base_url=ORIGIN).json["said"] == []


def test_the_id_of_before_the_login_is_dead(flask_session: dict[str, Any]) -> None:
    """Whoever planted it gets nothing, and an ID that was never issued is not adopted."""
    app = flask_session["app"]
    client, thief = app.test_client(), app.test_client(use_cookies=False)
    first = client.post("/cart/tea", base_url=ORIGIN)
    client.post("/login/alice", base_url=ORIGIN)
    assert thief.get("/me", base_url=ORIGIN, headers=cookie(first)).json["subject"] is None
    planted = {"Cookie": f"__Host-session-moving={'A' * 43}"}
    begun = thief.post("/cart/tea", base_url=ORIGIN, headers=planted)
    assert cookie(begun) != planted


def test_a_logout_ends_it_everywhere(flask_session: dict[str, Any]) -> None:
    """For copies of the cookie, too; and the browser's own is cleared."""
    app = flask_session["app"]
    client, thief = app.test_client(), app.test_client(use_cookies=False)
    login = client.post("/login/alice", base_url=ORIGIN)
    assert thief.get("/me", base_url=ORIGIN, headers=cookie(login)).json["subject"] == "alice"
    out = client.post("/logout", base_url=ORIGIN)
    assert "Max-Age=0" in out.headers["Set-Cookie"]
    assert thief.get("/me", base_url=ORIGIN, headers=cookie(login)).json["subject"] is None
    assert flask_session["manager"].entries("alice") == []


def test_what_does_not_look_at_the_session_costs_nothing(flask_session: dict[str, Any]) -> None:
    """A public route neither asks the store nor sets a cookie, even while the store is gone."""
    client = flask_session["app"].test_client()
    client.post("/login/alice", base_url=ORIGIN)
    flask_session["manager"].store.close()
    public = client.get("/public", base_url=ORIGIN)
    assert (public.status_code, public.json) == (200, {"public": True})
    assert {"Set-Cookie", "Vary", "Cache-Control"}.isdisjoint(public.headers.keys())


def test_two_requests_lose_nothing(flask_session: dict[str, Any]) -> None:
    """Each writes the keys it changed, into what is there by then."""
    from flask import session

    app = flask_session["app"]
    client = app.test_client()
    held = cookie(client.post("/cart/salt", base_url=ORIGIN))
    with app.test_request_context(base_url=ORIGIN, headers=held):
        session["tea"] = 1
        client.post("/cart/bread", base_url=ORIGIN)
        app.process_response(app.response_class())
    cart = client.get("/me", base_url=ORIGIN).json["cart"]
    assert {"salt", "tea", "bread"} <= cart.keys()


def test_a_login_that_ended_meanwhile_takes_its_writes_with_it(
    flask_session: dict[str, Any],
) -> None:
    """What was under way at a logout is answered as usual, and nothing of it is kept."""
    from flask import session

    app = flask_session["app"]
    client = app.test_client()
    held = cookie(client.post("/login/alice", base_url=ORIGIN))
    with app.test_request_context(base_url=ORIGIN, headers=held):
        session["tea"] = 1
        client.post("/logout", base_url=ORIGIN)
        late = app.process_response(app.response_class())
    assert (late.status_code, "Set-Cookie" in late.headers) == (200, False)
    thief = app.test_client(use_cookies=False)
    assert thief.get("/me", base_url=ORIGIN, headers=held).json == {
        "subject": None,
        "cart": {},
        "said": [],
    }


def test_nobody_reads_on_in_the_data_of_another(flask_session: dict[str, Any]) -> None:
    """Who logs in where alice was sees nothing of hers, not even in the request that does so."""
    from flask import session

    app = flask_session["app"]
    client = app.test_client()
    client.post("/login/alice", base_url=ORIGIN)
    held = cookie(client.post("/login/alice", base_url=ORIGIN))
    client.post("/cart/tea", base_url=ORIGIN)
    with app.test_request_context(base_url=ORIGIN, headers=held):
        assert session["tea"] == 1
        own: Any = session
        own.log_in("bob")
        assert (own.subject, dict(own)) == ("bob", {})


def test_a_store_that_does_not_answer_is_a_503() -> None:
    """While reading in a view, and while writing after it."""
    from flask import Flask, session
    from valkey import Valkey

    from demo.flask_session import install
    from sessions import SessionManager
    from sessions.lifetimes import OWASP_LOW_RISK
    from sessions.stores.redis import RedisStore

    app = Flask(__name__)
    install(app, SessionManager(RedisStore(Valkey(port=_closed_port())), OWASP_LOW_RISK))
    app.add_url_rule("/read", "read", lambda: dict(session))
    app.add_url_rule("/write", "write", lambda: {"kept": session.setdefault("tea", 1)})
    held = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={'A' * 43}"}
    client = app.test_client(use_cookies=False)
    for answer in (
        client.get("/read", base_url=ORIGIN, headers=held),
        client.get("/write", base_url=ORIGIN),
    ):
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert "Set-Cookie" not in answer.headers


def test_flasks_own_test_client_sets_what_is_in_a_session(flask_session: dict[str, Any]) -> None:
    """`session_transaction` works, as the page says."""
    client = flask_session["app"].test_client()
    with client.session_transaction(base_url=ORIGIN) as session:
        session["tea"] = 3
        session.log_in("alice")
    me = client.get("/me", base_url=ORIGIN).json
    assert (me["subject"], me["cart"]) == ("alice", {"tea": 3})


def test_live_sessions_can_be_carried_over(flask_session: dict[str, Any], stores: Services) -> None:
    """Who holds a session of Flask-Session is logged in still, once, and under a new ID."""
    from flask import Flask, session
    from flask_session import Session
    from redis import Redis

    before = Flask("before")
    before.config.update(SESSION_TYPE="redis", SESSION_REDIS=Redis.from_url(stores.redis_url))
    Session(before)

    def view() -> dict[str, Any]:
        session.update(user="alice", tea=2)
        return {}

    before.add_url_rule("/login", view_func=view)
    held = cookie(before.test_client().get("/login", base_url=ORIGIN))
    before.config["SESSION_REDIS"].close()

    [carrying] = flask_session["more"]
    flask_session["BEFORE_URL"] = stores.redis_url
    exec(compile(carrying, "carrying", "exec"), flask_session)
    app = flask_session["app"]
    first = app.test_client(use_cookies=False).get("/me", base_url=ORIGIN, headers=held)
    assert (first.json["subject"], first.json["cart"]) == ("alice", {"tea": 2})
    # A request that came together with it shares the new session; a later one has nothing.
    together = app.test_client(use_cookies=False).get("/me", base_url=ORIGIN, headers=held)
    assert (together.json["subject"], cookie(together)) == ("alice", cookie(first))
    with Redis.from_url(stores.redis_url) as kept:
        [carried] = kept.keys("carried:*")
        assert 0 < kept.ttl(carried) <= 10
        kept.delete(carried)
        assert kept.keys("session:*") == []
    again = app.test_client(use_cookies=False).get("/me", base_url=ORIGIN, headers=held)
    assert again.json["subject"] is None
    new = app.test_client(use_cookies=False).get("/me", base_url=ORIGIN, headers=cookie(first))
    assert (new.json["subject"], new.json["cart"]) == ("alice", {"tea": 2})
    flask_session["before"].close()


def _closed_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
