"""A running app while its store dies, hangs and comes back, over real sockets."""

from __future__ import annotations

import http.client
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tokens.servers import Server, a_server

from .conftest import Served, Start

SCHEMES = ["session-cookie-redis", "token-bearer-hs256-denylist-redis"]
PATIENCE_S = 2.0
"""No request that needs a store that hangs may take longer (docs/how-we-measure.md)."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "valkey"
    folder.mkdir()
    with a_server(folder) as running:
        yield running


class Browser:
    """One logged-in client that keeps its credential, and gives up after the stated time."""

    def __init__(self, served: Served) -> None:
        self.port = served.port
        body = json.dumps({"username": "alice", "password": "alice-password"})
        status, headers, text = self.ask("POST", "/login", body)
        assert status == 200
        cookie = headers.get("Set-Cookie")
        if cookie:
            self.headers = {"Cookie": cookie.partition(";")[0]}
        else:
            self.headers = {"Authorization": f"Bearer {json.loads(text)['access_token']}"}

    headers: dict[str, str] = {}  # noqa: RUF012 - replaced, never changed

    def ask(
        self, method: str, path: str, body: str | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """The status, headers and body of the answer; TimeoutError if there is none in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            sent = {**self.headers, "Content-Type": "application/json"}
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("trouble", ["dead", "hung"])
def test_trouble_logs_nobody_out_and_ends_by_itself(
    scheme: str, trouble: str, server: Server, start: Start, tmp_path: Path
) -> None:
    """503 in time while it lasts, the public page as ever, and then the login as it was."""
    url = f"redis://127.0.0.1:{server.port}/0"
    keys = str(tmp_path / "keys.json")
    served = start("--scheme", scheme, "--store-url", url, "--keys-file", keys)
    alice = Browser(served)
    assert alice.ask("GET", "/me")[0] == 200

    if trouble == "dead":
        server.kill(keep=True)
    else:
        server.signal(signal.SIGSTOP)
    asked = [("GET", "/me"), ("GET", "/cart"), ("GET", "/me"), ("GET", "/readyz")]
    if trouble == "dead":
        # Not while it hangs: what was sent is done once it goes on, whoever still waits for it.
        asked.append(("POST", "/logout"))
    for method, path in asked:
        status, headers, _ = alice.ask(method, path)
        assert (status, headers["Retry-After"]) == (503, "1"), (method, path)
        assert headers["Set-Cookie"] is None
    assert alice.ask("GET", "/public")[0] == 200

    if trouble == "dead":
        server.start()
    else:
        server.signal(signal.SIGCONT)
    # Each of the app's threads may find its own connection dead once, and drops it then.
    assert 200 in [alice.ask("GET", "/me")[0] for _ in range(20)]
    assert [alice.ask("GET", "/me")[0] for _ in range(20)] == [200] * 20
