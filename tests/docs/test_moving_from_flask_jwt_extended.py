"""docs/moving-from-flask-jwt-extended.md: its code runs as printed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.services import Services

from .moving import run


@pytest.fixture
def flask_jwt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    namespace = run("moving-from-flask-jwt-extended.md", tmp_path, monkeypatch)
    yield namespace
    namespace["store"].close()


def test_flask_jwt_extended(flask_jwt: dict[str, Any]) -> None:
    """The decorator refuses, a refresh token is used once, and a logout ends both."""
    client = flask_jwt["app"].test_client()
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


def test_live_refresh_tokens_can_be_exchanged(flask_jwt: dict[str, Any], stores: Services) -> None:
    """Each once, and none that was revoked before the move."""
    from flask import Flask
    from flask_jwt_extended import JWTManager, create_refresh_token, get_jti
    from redis import Redis

    flask_jwt |= {"SECRET_BEFORE": "s" * 32, "BEFORE_URL": stores.redis_url}
    before = Flask("before")
    before.config["JWT_SECRET_KEY"] = flask_jwt["SECRET_BEFORE"]
    JWTManager(before)
    with before.app_context(), Redis.from_url(stores.redis_url) as blocklist:
        held, revoked = create_refresh_token("alice"), create_refresh_token("alice")
        blocklist.set(get_jti(revoked), "", ex=60)

    [carrying] = flask_jwt["more"]
    exec(compile(carrying, "carrying", "exec"), flask_jwt)
    client = flask_jwt["app"].test_client()

    def ask(token: str) -> Any:
        return client.post("/refresh/before", headers={"Authorization": f"Bearer {token}"})

    given = ask(held).json
    bearer = {"Authorization": f"Bearer {given['access_token']}"}
    assert client.get("/protected", headers=bearer).json["logged_in_as"] == "alice"
    assert [ask(held).status_code, ask(revoked).status_code] == [401, 401]
    flask_jwt["blocklist"].close()
