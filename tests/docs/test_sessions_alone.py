"""docs/sessions-alone.md: the app in it runs as printed, and is as short as promised."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
ORIGIN = "https://localhost"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    [code] = re.findall(r"```python\n(.*?)```", (DOCS / "sessions-alone.md").read_text(), re.S)
    namespace: dict[str, Any] = {"__name__": "sessions_alone"}
    exec(compile(code, "sessions-alone.md", "exec"), namespace)
    yield namespace["app"].test_client()
    namespace["sessions"].store.close()


def test_the_code_is_under_forty_lines() -> None:
    """Not counting blank ones."""
    [code] = re.findall(r"```python\n(.*?)```", (DOCS / "sessions-alone.md").read_text(), re.S)
    assert sum(1 for line in code.splitlines() if line.strip()) < 40


def test_it_logs_in_and_out(client: Any) -> None:
    """With the cookie as it should be, and a replay refused."""
    body = {"username": "alice", "password": "a password you check properly"}
    login = client.post("/login", json=body, base_url=ORIGIN)
    cookie = login.headers["Set-Cookie"]
    assert re.match(r"__Host-session=[\w-]{43}; Secure; HttpOnly; Path=/; SameSite=Lax$", cookie)
    assert client.get("/me", base_url=ORIGIN).json == {"subject": "alice", "data": {}}
    stolen = cookie.partition(";")[0]
    assert client.post("/logout", base_url=ORIGIN).status_code == 200
    assert client.get("/me", base_url=ORIGIN).status_code == 401
    replayed = client.get("/me", base_url=ORIGIN, headers={"Cookie": stolen})
    assert replayed.status_code == 401


def test_it_refuses_a_wrong_password(client: Any) -> None:
    """And sets no cookie."""
    body = {"username": "alice", "password": "wrong"}
    response = client.post("/login", json=body, base_url=ORIGIN)
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers
