"""A running app while its store dies, hangs, is locked and comes back, over real sockets.

What is promised, for Valkey, PostgreSQL and SQLite: what asks nobody goes on; what needs the
store is a 503 with Retry-After within two seconds, never an accept, and clears no cookie; what
was revoked stays so; and it goes on by itself, with the login as it was.
"""

from __future__ import annotations

import http.client
import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from bench.servers.postgres import Postgres
from tests.tokens.servers import Server, a_server

from .conftest import Served, Start

SCHEMES = ["session-cookie-redis", "token-bearer-hs256-denylist-redis"]
POSTGRES_SCHEMES = ["session-cookie-postgres", "token-bearer-hs256-denylist-postgres"]
SQLITE_SCHEMES = ["session-cookie-sqlite", "token-bearer-hs256-denylist-sqlite"]
PATIENCE_S = 2.0
"""No request that needs a store that hangs may take longer (docs/how-we-measure.md)."""


class Browser:
    """One logged-in client that keeps its credential, and gives up after the stated time."""

    def __init__(self, served: Served) -> None:
        self.port = served.port
        body = json.dumps({"username": "alice", "password": "alice-password"})
        status, headers, text = self.ask("POST", "/login", body, patience_s=10)
        assert status == 200
        cookie = headers.get("Set-Cookie")
        if cookie:
            self.headers = {"Cookie": cookie.partition(";")[0]}
        else:
            self.headers = {"Authorization": f"Bearer {json.loads(text)['access_token']}"}

    headers: dict[str, str] = {}  # noqa: RUF012 - replaced, never changed

    def ask(
        self, method: str, path: str, body: str | None = None, patience_s: float = PATIENCE_S
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """The status, headers and body of the answer; TimeoutError if there is none in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience_s)
        try:
            sent = {**self.headers, "Content-Type": "application/json"}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def finds_it_down(self, *asked: tuple[str, str]) -> None:
        """Each of *asked* is a 503 that leaves the cookie alone, and what asks nobody goes on."""
        for method, path in asked:
            status, headers, _ = self.ask(method, path)
            assert (status, headers["Retry-After"]) == (503, "1"), (method, path)
            assert headers["Set-Cookie"] is None
        assert [self.ask("GET", path)[0] for path in ("/public", "/livez")] == [200, 200]

    def finds_it_back(self) -> None:
        """The login is as it was, for whichever of the app's threads answers."""
        # Each of them may find its own connection dead once, and drops it then.
        assert 200 in [self.ask("GET", "/me")[0] for _ in range(20)]
        assert [self.ask("GET", "/me")[0] for _ in range(20)] == [200] * 20


def two_logins(served: Served) -> tuple[Browser, Browser]:
    """One that goes on, and one that was logged out while the store was there."""
    alice, thief = Browser(served), Browser(served)
    assert thief.ask("POST", "/logout")[0] == 200
    assert [alice.ask("GET", "/me")[0], thief.ask("GET", "/me")[0]] == [200, 401]
    return alice, thief


READING = [("GET", "/me"), ("GET", "/readyz"), ("GET", "/cart"), ("GET", "/me")]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "valkey"
    folder.mkdir()
    with a_server(folder) as running:
        yield running


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("trouble", ["dead", "hung"])
def test_trouble_with_valkey_logs_nobody_out_and_ends_by_itself(
    scheme: str, trouble: str, server: Server, start: Start, tmp_path: Path
) -> None:
    """503 in time while it lasts, the public page as ever, and then the login as it was."""
    url = f"redis://127.0.0.1:{server.port}/0"
    keys = str(tmp_path / "keys.json")
    served = start("--scheme", scheme, "--store-url", url, "--keys-file", keys)
    alice, thief = two_logins(served)
    if trouble == "dead":
        server.kill(keep=True)
        alice.finds_it_down(*READING, ("POST", "/logout"))
    else:
        server.signal(signal.SIGSTOP)
        # No logout while it hangs: what was sent is done once it goes on, whoever still waits.
        alice.finds_it_down(*READING[:2])
    assert thief.ask("GET", "/me")[0] == 503
    if trouble == "dead":
        server.start()
    else:
        server.signal(signal.SIGCONT)
    alice.finds_it_back()
    assert {thief.ask("GET", "/me")[0] for _ in range(20)} == {401}


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres(tmp_path_factory.mktemp("trouble")) as running:
        yield running


@pytest.mark.parametrize("scheme", POSTGRES_SCHEMES)
@pytest.mark.parametrize("trouble", ["dead", "hung"])
def test_trouble_with_postgres_logs_nobody_out_and_ends_by_itself(
    scheme: str, trouble: str, postgres: Postgres, start: Start, tmp_path: Path
) -> None:
    """The same, whatever the driver does meanwhile."""
    keys = str(tmp_path / "keys.json")
    served = start("--scheme", scheme, "--store-url", postgres.url, "--keys-file", keys)
    alice, thief = two_logins(served)
    postmaster = psutil.Process(postgres.server.pid)
    stopped = [postmaster, *postmaster.children(recursive=True)] if trouble == "hung" else []
    if trouble == "dead":
        postgres.kill()
    for process in stopped:
        process.suspend()
    try:
        alice.finds_it_down(*READING[:2])
        assert thief.ask("GET", "/me")[0] == 503
    finally:
        for process in stopped:
            process.resume()
        if trouble == "dead":
            postgres.start()
    alice.finds_it_back()
    assert {thief.ask("GET", "/me")[0] for _ in range(20)} == {401}


@pytest.mark.parametrize("scheme", SQLITE_SCHEMES)
def test_a_locked_sqlite_file_stops_writers_and_nobody_else(
    scheme: str, start: Start, tmp_path: Path
) -> None:
    """Who reads goes on (WAL); who writes gets a 503 in time, and nothing is half done."""
    file = tmp_path / "demo.sqlite"
    served = start("--scheme", scheme, "--store-url", f"sqlite://{file}")
    alice, thief = two_logins(served)
    line = json.dumps({"item": "tea", "quantity": 1})
    with closing(sqlite3.connect(file, isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")
        assert alice.ask("GET", "/me")[0] == 200
        assert thief.ask("GET", "/me")[0] == 401
        for path, body in (("/cart", line), ("/logout", None)):
            status, headers, _ = alice.ask("POST", path, body)
            assert (status, headers["Retry-After"], headers["Set-Cookie"]) == (503, "1", None)
        assert alice.ask("GET", "/public")[0] == 200
        stranger.execute("ROLLBACK")
    alice.finds_it_back()
    assert alice.ask("GET", "/cart")[2] == '{"items":{}}'
    assert thief.ask("GET", "/me")[0] == 401
    assert alice.ask("POST", "/logout")[0] == 200
    assert alice.ask("GET", "/me")[0] == 401
