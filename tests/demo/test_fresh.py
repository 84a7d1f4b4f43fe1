"""Where a node may remember for a moment, what could do lasting harm is asked afresh."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.services import Services
from demo.app import create_app
from demo.auth import Scheme, Settings
from demo.schemes import build

SCHEMES = ["session-cookie-redis-cached", "token-bearer-hs256-snapshot-redis"]
ORIGIN = "https://localhost"


@pytest.fixture(params=SCHEMES)
def nodes(
    request: pytest.FixtureRequest, services: Services, valkey_client: Any, tmp_path: Path
) -> Iterator[list[Scheme]]:
    settings = Settings(store_url=services.redis_url, keys_file=tmp_path / "keys.json")
    both = [build(request.param, settings) for _ in range(2)]
    yield both
    for scheme in both:
        scheme.close()


def test_a_revoked_credential_changes_nothing_on_any_node(nodes: list[Scheme]) -> None:
    """One node still knows it from a moment ago; its sensitive routes do not go by that."""
    here, there = (create_app(scheme).test_client(use_cookies=False) for scheme in nodes)
    login: Any = here.post(
        "/login",
        json={"username": "alice", "password": "alice-password"},
        base_url=ORIGIN,
    )
    cookie = login.headers.get("Set-Cookie", "").partition(";")[0]
    headers = {"Cookie": cookie} if cookie else {}
    if not cookie:
        headers = {"Authorization": f"Bearer {login.json['access_token']}"}
    sent: dict[str, Any] = {"base_url": ORIGIN, "headers": headers}
    other: Any = here.post(
        "/login", json={"username": "alice", "password": "alice-password"}, base_url=ORIGIN
    )
    assert here.get("/me", **sent).status_code == 200
    assert there.post("/logout", **sent).status_code == 200
    # No assertion that /me still answers here: within the bound it may or may not.
    handle = other.json["handle"]
    passwords = {"old": "alice-password", "new": "another-password"}
    assert here.post("/logout-everywhere", json={}, **sent).status_code == 401
    assert here.delete(f"/devices/{handle}", **sent).status_code == 401
    assert here.post("/password", json=passwords, **sent).status_code == 401
    mechanism = nodes[0].mechanism
    assert mechanism is not None
    entries = mechanism.entries("alice")
    assert entries is not None
    assert [entry.handle for entry in entries] == [handle]
