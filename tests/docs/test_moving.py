"""The pages for people who come from another library: their code runs as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
ORIGIN = "https://localhost"


def run(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(folder)
    [code] = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.S)
    namespace: dict[str, Any] = {"__name__": "moving"}
    exec(compile(code, page, "exec"), namespace)
    return namespace


@pytest.fixture
def flask_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    namespace = run("moving-from-flask-session.md", tmp_path, monkeypatch)
    yield namespace
    namespace["manager"].store.close()


def cookie(response: Any) -> dict[str, str]:
    return {"Cookie": response.headers["Set-Cookie"].partition(";")[0]}


def test_flask_session_works_unchanged(flask_session: dict[str, Any]) -> None:
    """Items, flashes and the login itself, in a cookie that is out of reach."""
    client = flask_session["app"].test_client()
    first = client.post("/cart/tea", base_url=ORIGIN)
    assert first.json["tea"] == 1
    assert re.match(
        r"__Host-session=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax$",
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
    planted = {"Cookie": f"__Host-session={'A' * 43}"}
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


def test_flask_jwt_extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The decorator refuses, a refresh token is used once, and a logout ends both."""
    namespace = run("moving-from-flask-jwt-extended.md", tmp_path, monkeypatch)
    client = namespace["app"].test_client()
    given = client.post("/login", json={"username": "alice"}).json
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert client.get("/protected").status_code == 401
    known = client.get("/protected", headers=bearer)
    assert known.json == {"logged_in_as": "alice", "role": "reader"}
    renewed = client.post("/refresh", json={"refresh_token": given["refresh_token"]}).json
    bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert client.delete("/logout", headers=bearer).json == {"strength": "immediate"}
    assert client.get("/protected", headers=bearer).status_code == 401
    again = client.post("/refresh", json={"refresh_token": renewed["refresh_token"]})
    assert again.status_code == 401
    namespace["store"].close()
