"""`flask.session` over a mechanism: its values, its cookie, and Flask-Login."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, session
from flask_login import LoginManager, UserMixin, login_required, login_user, logout_user
from markupsafe import Markup

from demo.auth import Mechanism
from demo.flask_session import install
from sessions import SessionManager
from sessions.stores.memory import MemoryStore
from tokens import Denylist, Key, KeyRing, TokenManager
from tokens.stores.memory import MemoryStore as TokenStore

ORIGIN = "https://localhost"


def a_session_manager() -> Mechanism:
    return SessionManager(MemoryStore())


def a_token_manager() -> Mechanism:
    store = TokenStore()
    ring = KeyRing([Key.generate("HS256")])
    return TokenManager(ring, store, Denylist(store, "a"), issuer="a", audience="a")


def an_app(mechanism: Mechanism | None = None, name: str = "shop", **config: Any) -> Flask:
    """An app that keeps what a test puts into `app.config`."""
    app = Flask(name)
    app.config.update(config, PUT={}, SECRET_KEY="s" * 32)
    install(app, mechanism or a_session_manager(), app.config.get("SUBJECT_KEY", "_user_id"))

    @app.get("/put")
    def put() -> dict[str, Any]:
        session.update(app.config["PUT"])
        return {}

    @app.get("/get")
    def show() -> dict[str, Any]:
        app.config["GOT"] = dict(session)
        return {}

    return app


def set_cookie(app: Flask, path: str = "/put") -> str:
    """The Set-Cookie that a first visit gives."""
    app.config["PUT"] = {"tea": 1}
    return str(app.test_client().get(path, base_url=ORIGIN).headers["Set-Cookie"])


@pytest.mark.parametrize("make", [a_session_manager, a_token_manager])
@pytest.mark.parametrize(
    "value",
    [
        datetime.fromisoformat("2026-11-30T12:00:00.123456"),
        datetime(2026, 11, 30, 12, 0, 0, 123456, UTC),
        datetime(2026, 11, 30, 12, tzinfo=timezone(timedelta(hours=-5))),
        b"\x00\xff",
        Markup("<b>tea</b>"),
        uuid.UUID(int=7),
        None,
        ("a", ("b", [b"c"])),
        {"a": [datetime.fromisoformat("2026-01-01"), {"b": Markup("&amp;")}]},
        {" d": 1},
        {" i": "no instant"},
        {" n": 0},
        [{" t": []}],
        {"a": 1.5, "b": True, "c": "ü"},
    ],
    ids=repr,
)
def test_a_value_comes_back_as_it_was(make: Any, value: Any) -> None:
    """Whatever Flask's own sessions keep, of the same type, and instants to the microsecond."""
    app = an_app(make())
    client = app.test_client()
    app.config["PUT"] = {"kept": value}
    assert client.get("/put", base_url=ORIGIN).status_code == 200
    client.get("/get", base_url=ORIGIN)
    found = app.config["GOT"]["kept"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("value", [Decimal(1), {1}, object(), [Decimal(1)], {"a": {1, 2}}])
def test_what_cannot_be_kept_is_named(value: Any) -> None:
    """And not kept as something else."""
    app = an_app(TESTING=True)
    app.config["PUT"] = {"price": value}
    with pytest.raises(TypeError, match=r"session\['price'\] holds a \w+, which cannot be kept"):
        app.test_client().get("/put", base_url=ORIGIN)


def test_a_deleted_key_is_gone() -> None:
    """While one whose value is None stays."""
    app = an_app()
    client = app.test_client()
    app.config["PUT"] = {"tea": 1, "salt": None}
    client.get("/put", base_url=ORIGIN)
    with client.session_transaction(base_url=ORIGIN) as held:
        del held["tea"]
    client.get("/get", base_url=ORIGIN)
    assert app.config["GOT"] == {"salt": None}


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({}, "; Secure; HttpOnly; Path=/; SameSite=Lax"),
        ({"SESSION_COOKIE_SAMESITE": "Strict"}, "; Secure; HttpOnly; Path=/; SameSite=Strict"),
        ({"SESSION_COOKIE_SAMESITE": "None"}, "; Secure; HttpOnly; Path=/; SameSite=None"),
        (
            {"SESSION_COOKIE_PARTITIONED": True},
            "; Secure; HttpOnly; Path=/; SameSite=Lax; Partitioned",
        ),
        (
            {"SESSION_COOKIE_DOMAIN": "shop.example"},
            "; Domain=shop.example; Secure; HttpOnly; Path=/; SameSite=Lax",
        ),
        ({"SESSION_COOKIE_PATH": "/app"}, "; Secure; HttpOnly; Path=/app; SameSite=Lax"),
    ],
)
def test_what_the_app_says_of_its_cookie_stays(config: dict[str, Any], line: str) -> None:
    """And it is always Secure."""
    app = an_app(**config)
    sent = set_cookie(app)
    assert sent[sent.index(";") :] == line
    prefix = "__Secure-" if {"SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH"} & set(config) else ""
    assert sent.startswith(f"{prefix or '__Host-'}session-shop=")


@pytest.mark.parametrize("key", ["SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH"])
def test_a_cookie_that_browsers_drop_is_refused(key: str) -> None:
    """With the remedy."""
    config: dict[str, Any] = {"SESSION_COOKIE_NAME": "__Host-mine", key: "/x"}
    with pytest.raises(ValueError, match="browsers drop the cookie __Host-mine"):
        an_app(**config)


def test_two_apps_of_one_host_do_not_share_a_cookie() -> None:
    """Cookies do not know ports, so they differ by name: the app's, or a chosen one."""
    names = {an_app(name=name).config["SESSION_COOKIE_NAME"] for name in ("one", "two", "a b.c")}
    assert names == {"__Host-session-one", "__Host-session-two", "__Host-session-a-b.c"}
    assert set_cookie(an_app(SESSION_COOKIE_NAME="mine")).startswith("mine=")
    app = an_app()
    app.config["SESSION_COOKIE_NAME"] = "later"
    assert set_cookie(app).startswith("later=")


class User(UserMixin):  # type: ignore[misc]  # the library has no types
    """Whoever logs in."""

    def __init__(self, name: str) -> None:
        self.id = name


@pytest.fixture
def shop() -> Flask:
    """An app on Flask-Login, as its own documentation has it."""
    app = an_app(TESTING=True)
    LoginManager(app).user_loader(User)

    @app.get("/login/<name>")
    def login(name: str) -> dict[str, Any]:
        login_user(User(name))
        return {}

    @app.get("/logout")
    def logout() -> dict[str, Any]:
        logout_user()
        return {}

    @app.get("/me")
    @login_required  # type: ignore[untyped-decorator]  # the library's
    def me() -> dict[str, Any]:
        return {"subject": session.subject}  # type: ignore[attr-defined]  # ours

    app.config["PUT"] = {"tea": 1}
    return app


def manager_of(app: Flask) -> SessionManager:
    found: Any = app.session_interface
    return found._mechanism  # type: ignore[no-any-return]


def held(client: Any) -> str:
    return str(client.get_cookie("__Host-session-shop").value)


def get(client: Any, path: str) -> Any:
    return client.get(path, base_url=ORIGIN)


def test_flask_logins_login_replaces_the_id(shop: Flask) -> None:
    """Whoever planted the one before has nothing, and the visitor's data is there still."""
    client, thief = shop.test_client(), shop.test_client()
    get(client, "/put")
    thief.set_cookie("__Host-session-shop", held(client), domain="localhost", secure=True)
    get(client, "/login/7")
    assert get(client, "/me").json == {"subject": "7"}
    assert get(thief, "/me").status_code == 401
    get(client, "/get")
    assert shop.config["GOT"]["tea"] == 1
    assert len(manager_of(shop).entries("7")) == 1


def test_flask_logins_login_is_ended_by_its_subject(shop: Flask) -> None:
    """By `revoke_all`."""
    client = shop.test_client()
    get(client, "/login/7")
    manager_of(shop).revoke_all("7")
    assert get(client, "/me").status_code == 401


def test_flask_logins_logout_ends_the_session(shop: Flask) -> None:
    """For copies as well; what else it held goes on under a new ID without a name."""
    client, copy = shop.test_client(), shop.test_client()
    get(client, "/put")
    get(client, "/login/7")
    copy.set_cookie("__Host-session-shop", held(client), domain="localhost", secure=True)
    before = held(client)
    get(client, "/logout")
    assert [get(one, "/me").status_code for one in (client, copy)] == [401, 401]
    assert manager_of(shop).entries("7") == []
    assert held(client) != before
    get(client, "/get")
    assert shop.config["GOT"]["tea"] == 1


def test_another_user_takes_nothing_over(shop: Flask) -> None:
    """Of what the one before had."""
    client = shop.test_client()
    get(client, "/login/7")
    get(client, "/put")
    get(client, "/login/8")
    get(client, "/get")
    assert "tea" not in shop.config["GOT"]
    assert (manager_of(shop).entries("7"), len(manager_of(shop).entries("8"))) == ([], 1)


def test_the_key_of_the_user_can_be_chosen() -> None:
    """An app that writes session["user"] at login needs no change."""
    app = an_app(SUBJECT_KEY="user")
    client = app.test_client()
    app.config["PUT"] = {"user": 7}
    get(client, "/put")
    assert len(manager_of(app).entries("7")) == 1
    with client.session_transaction(base_url=ORIGIN) as own:
        own.clear()
    assert manager_of(app).entries("7") == []
