"""bench/locustfile.py is an ordinary locustfile: whoever knows Locust can use it as it is."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import pytest

from bench.nodes import Node, start_nodes
from bench.processes.children import ROOT, Child
from bench.services import Services

from ..waiting import eventually

LOCUSTFILE = ROOT / "bench" / "locustfile.py"
TOKEN, SESSION = "token-bearer-hs256-expiry", "session-cookie-redis"
PERSONAS = {"Reader", "Shopper", "MobileApp", "ApiClient", "IdleTab"}
QUICK = ("--think-s", "0.05", "--idle-s", "0.1", "--token-s", "0.3", "--session-requests", "4")


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with (
        Services() as services,
        start_nodes(
            1,
            ["control", TOKEN, SESSION],
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=services.folder,
        ) as nodes,
    ):
        yield nodes[0]


def locust(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Start Locust as anybody would, from a folder that is not this project's."""
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *options]
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def live(folder: Path, node: Node, mount: str, *options: str) -> Counter[tuple[str, str]]:
    """Have users live for two seconds, and return what they did."""
    usual = ("--headless", "--users", "10", "--spawn-rate", "10", "--run-time", "2s")
    host = f"http://{node.host}:{node.port}{node.base(mount)}"
    done = locust(folder, *usual, "--host", host, "--json", *QUICK, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = json.loads(done.stdout)
    assert all(row["num_failures"] == 0 for row in rows), done.stderr
    return Counter({(row["method"], row["name"]): row["num_requests"] for row in rows})


def test_the_personas_can_be_listed_and_chosen(tmp_path: Path) -> None:
    """`--list`, which is what the class picker shows."""
    done = locust(tmp_path, "--list")
    assert done.returncode == 0, done.stderr
    assert {line.strip() for line in done.stdout.splitlines() if line.startswith(" ")} == PERSONAS


def test_an_impossible_value_in_the_form_of_the_web_ui_is_refused(tmp_path: Path) -> None:
    """Before anybody starts, and with the bounds, as on the command line."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-f", str(LOCUSTFILE), "--web-host", "127.0.0.1", "--web-port", str(port)]
    log = tmp_path / "locust.log"
    with Child("Locust", [sys.executable, "-m", "locust", *command], log=log, serves=False):
        base = f"http://127.0.0.1:{port}"
        assert eventually(lambda: _answers(f"{base}/stats/requests"))
        usual = {"user_count": "1", "spawn_rate": "1", "host": "http://127.0.0.1:9"}
        for field, value in (("think_s", "-1"), ("token_s", "nan"), ("cart_share", "much")):
            body = urlencode({**usual, field: value}).encode()
            with urlopen(f"{base}/swarm", body, timeout=10) as response:
                said = json.load(response)
            assert said["success"] is False
            assert said["message"].startswith(f"--{field.replace('_', '-')}: {value!r} is not a")
        with urlopen(f"{base}/stats/requests", timeout=10) as response:
            assert json.load(response)["state"] == "ready"


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urlopen(url, timeout=1):
        return True
    return False


def test_everybody_lives_with_tokens(tmp_path: Path, node: Node) -> None:
    """Each as it is described: who stays does not log out, and an app renews in the background."""
    seen = live(tmp_path, node, TOKEN, "--mix", "reader=2,shopper=2,mobile=2,api=2,idle=2")
    assert {persona for persona, _ in seen} == {"reader", "shopper", "mobile", "api", "idle"}
    assert all(seen[persona, "check"] for persona in ("reader", "shopper", "mobile", "api", "idle"))
    assert seen["shopper", "update"] > 0
    assert seen["reader", "logout"] > 0
    assert {p for p, event in seen if event == "logout"} == {"reader", "shopper"}
    assert {p for p, event in seen if event == "update"} == {"shopper"}
    assert seen["mobile", "renewal"] > 0
    assert seen["api", "check"] > seen["reader", "check"]


def test_sessions_are_not_renewed(tmp_path: Path, node: Node) -> None:
    """And a chosen class is the only one that comes; every event is kept on request."""
    events = tmp_path / "events.npy"
    seen = live(tmp_path, node, SESSION, "Shopper", "--events", str(events))
    assert {persona for persona, _ in seen} == {"shopper"}
    assert seen["shopper", "renewal"] == 0
    kept = np.load(events)
    assert len(kept) == seen.total()
    assert np.all(kept[:, 3] > kept[:, 2])
    assert len(set(kept[:, 1])) == 10


def test_under_control_as_many_requests_come_in_the_same_order(tmp_path: Path, node: Node) -> None:
    """A renewal, an update and a logout are one plain request each; without tokens none renews."""
    seen = live(tmp_path, node, "control", "Shopper")
    for event in ("check", "update", "renewal", "logout"):
        assert seen["shopper", event] > 0, event
    seen = live(tmp_path, node, "control", "Shopper", "--token-s", "0")
    assert seen["shopper", "renewal"] == 0
    assert seen["shopper", "update"] > 0


def test_a_service_is_described_by_a_file(tmp_path: Path, node: Node) -> None:
    """Any service that logs in, answers and logs out; what renews and changes may be left out."""
    described = tmp_path / "service.toml"
    described.write_text(
        f"""
        name = "mine"
        nodes = ["http://{node.host}:{node.port}"]
        [login]
        path = "/login"
        json = {{ username = "alice", password = "alice-password" }}
        [credential]
        json = "access_token"
        [request]
        path = "/me"
        body = '"subject":"alice"'
        [revoke]
        path = "/logout"
        [renew]
        path = "/renew"
        json = {{ refresh_token = "{{json:refresh_token}}" }}
        after_s = 0.2
        [update]
        path = "/cart"
        json = {{ item = "apple", quantity = 1 }}
        """
    )
    seen = live(tmp_path, node, TOKEN, "Shopper", "--service", str(described))
    events = {event for _, event in seen if seen["shopper", event]}
    assert events == {"login", "check", "update", "renewal", "logout"}


def test_what_cannot_be_is_refused_in_one_line_before_anything_starts(tmp_path: Path) -> None:
    """With the bounds, and as Locust refuses its own."""
    done = locust(tmp_path, "--headless", "--think-s", "0")
    assert done.returncode != 0
    assert done.stdout == ""
    said = "error: argument --think-s: '0' is not a number from 0.001 to 86400"
    assert done.stderr.splitlines()[-1].endswith(said)
