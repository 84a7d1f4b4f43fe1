"""docs/tokens-alone.md: the API in it runs as printed, and is as short as promised."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .clean import listings
from .moving import run

LOGIN = {"username": "alice", "password": "a password you check properly"}


def code() -> str:
    [found] = listings("tokens-alone.md")
    return found


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    namespace = run("tokens-alone.md", tmp_path, monkeypatch)
    yield namespace["app"].test_client()
    namespace["store"].close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_the_code_is_under_forty_lines() -> None:
    """Not counting blank ones."""
    assert sum(1 for line in code().splitlines() if line.strip()) < 40


def test_it_logs_in_refreshes_and_logs_out(client: Any) -> None:
    """The logout bites at once, says so, and ends the refresh token as well."""
    granted = client.post("/login", json=LOGIN).json
    assert client.get("/me", headers=bearer(granted["access_token"])).json == {"subject": "alice"}
    renewed = client.post("/refresh", json={"refresh_token": granted["refresh_token"]})
    assert renewed.headers["Cache-Control"] == "no-store"
    for token in (granted["access_token"], renewed.json["access_token"]):
        assert client.get("/me", headers=bearer(token)).status_code == 200
    logout = client.post("/logout", headers=bearer(renewed.json["access_token"]))
    assert logout.json == {"strength": "immediate"}
    for token in (granted["access_token"], renewed.json["access_token"]):
        assert client.get("/me", headers=bearer(token)).status_code == 401
    again = client.post("/refresh", json={"refresh_token": renewed.json["refresh_token"]})
    assert again.status_code == 401


def test_it_refuses_everything_else_alike(client: Any) -> None:
    """No token, a damaged one, a wrong password."""
    for headers in ({}, bearer(""), bearer("a.b.c"), {"Authorization": "Basic YTpi"}):
        refused = client.get("/me", headers=headers)
        assert (refused.status_code, refused.json) == (401, {"error": "invalid_token"})
    assert client.post("/login", json={**LOGIN, "password": "wrong"}).status_code == 403
