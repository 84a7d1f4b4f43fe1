"""Safe to ship: each line of what SECURITY.md says about the workshop's unsafe code."""

from __future__ import annotations

import ast
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from demo.contract.visitor import Answer
from workshop.naive import POLICIES
from workshop.shop.client import over_loopback
from workshop.shop.guard import HOSTS, is_known
from workshop.shop.policy import SECURE
from workshop.shop.serving import (
    NotLoopback,
    Shop,
    listen,
    open_session_shop,
    open_token_shop,
)

ROOT = Path(__file__).parents[2]
PRODUCT = ("sessions", "tokens", "demo", "bench", "audit", "reports")


def ask(shop: Shop, host: str, path: str = "/livez") -> Answer:
    return over_loopback(shop.port)("GET", path, {"Host": host, "Accept": "text/html"}, b"")


def test_the_product_never_imports_it() -> None:
    """No file of the product names the workshop in an import, in whatever way."""
    for package in PRODUCT:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                assert not any(name.split(".")[0] == "workshop" for name in names), path


def test_no_scheme_comes_from_it() -> None:
    """No entry point leads into the workshop, so create_app is never given a naive policy."""
    points = [point for group in entry_points().groups for point in entry_points(group=group)]
    assert not [point for point in points if point.value.startswith("workshop")]
    script = (
        "import sys; from demo.app import create_app; from demo.schemes import build; "
        "from demo.auth import Settings; "
        "create_app(build('session-cookie-memory', Settings())); "
        "create_app(build('token-bearer-hs256-expiry', Settings())); "
        "sys.exit(any(name.startswith('workshop') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


def test_vulnerable_code_says_so() -> None:
    """Every file of workshop/naive/ begins with the words, and every start is marked in it."""
    for path in (ROOT / "workshop" / "naive").glob("*.py"):
        assert path.read_text().startswith('"""INSECURE ON PURPOSE'), path
    assert all(name == policy.marker for name, policy in POLICIES.items())


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "localhost", "example.org"])
def test_it_listens_on_loopback_alone(host: str) -> None:
    """Any other address is refused before anything listens; so is a name, which may be anything."""
    with pytest.raises(NotLoopback, match="reached from elsewhere"):
        listen(lambda _environ, _start: [], host, 0)


def test_it_answers_to_its_own_names_alone() -> None:
    """A page elsewhere whose name is pointed at this machine gets nothing (DNS rebinding)."""
    with open_session_shop(SECURE) as shop:
        for host in ("shop.localhost", "127.0.0.1", "[::1]", f"shop.localhost:{shop.port}"):
            assert ask(shop, host).status == 200, host
        for host in ("", "localhost", "example.org", "shop.localhost.example.org", "[::2]"):
            assert ask(shop, host).status == 421, host
    assert [is_known(f"{host}:80") for host in HOSTS] == [True] * 5


@pytest.mark.parametrize("marker", ["fixation", "csrf", "xss-theft"])
def test_every_answer_is_marked(marker: str) -> None:
    """A header on all, a banner on pages; also where the answer is a refusal."""
    with open_session_shop(POLICIES[marker]) as shop:
        for path in ("/", "/reviews", "/me", "/nowhere", "/livez"):
            answer = ask(shop, "shop.localhost", path)
            assert answer.header("X-Insecure-Lab") == marker, path
            if (answer.header("Content-Type") or "").startswith("text/html"):
                assert b"UNSAFE ON PURPOSE" in answer.body, path
        assert ask(shop, "example.org").header("X-Insecure-Lab") == marker


def test_users_and_keys_are_new_each_time() -> None:
    """Nothing that was found in one start opens anything in the next."""
    with open_token_shop(SECURE) as first, open_token_shop(SECURE) as second:
        assert first.accounts.passwords.keys() == second.accounts.passwords.keys()
        assert not set(first.accounts.passwords.values()) & set(second.accounts.passwords.values())
        assert first.deployment is not None
        assert second.deployment is not None
        assert first.deployment.keys.secret != second.deployment.keys.secret
    # One pair a process, hence one a start: a lab check opens several shops within a second.
    script = (
        "from workshop.shop.jws import fresh_keys; "
        "import hashlib; print(hashlib.sha256(fresh_keys().public.encode()).hexdigest())"
    )
    command = [sys.executable, "-c", script]
    pairs = {subprocess.run(command, capture_output=True, cwd=ROOT).stdout for _ in range(2)}
    assert len(pairs) == 2


def test_nothing_leaves_this_machine(tmp_path: Path) -> None:
    """Attacks and checks connect to loopback alone, and look up no name."""
    script = """
import sys
seen = []
def hook(event, arguments):
    if event == "socket.connect" and arguments[1][0] not in ("127.0.0.1", "::1"):
        seen.append(arguments[1])
    if event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", "::1", None):
        seen.append(arguments[0])
sys.addaudithook(hook)
from workshop.runner.catalogue import labs
from workshop.runner.judge import judge
from workshop.runner.loading import load, module_from
for lab in labs():
    if lab.number in (0, 1, 4, 6, 7, 9):
        module_from(lab.file("attack.py")).run(load(lab.file("start", "policy.py")), 7)
        judge(lab, lab.file("reference", "policy.py"))
print(seen)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_it_stops_by_itself(tmp_path: Path) -> None:
    """After the time it has said, with nothing left behind; and it says who its users are."""
    environment = {**os.environ, "WORKSHOP_PORT": str(_free_port())}
    command = [sys.executable, "-m", "workshop", "--folder", str(tmp_path), "start", "4"]
    done = subprocess.run(
        [*command, "--minutes", "0.005"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "UNSAFE ON PURPOSE (fixation)" in done.stdout
    assert re.search(r"  mallory \S{12}\n", done.stdout)
    assert done.stdout.endswith("Stopped after 0.005 minutes.\n")


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    """With the way round it, and no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**os.environ, "WORKSHOP_PORT": str(taken.getsockname()[1])}
        command = [sys.executable, "-m", "workshop", "--folder", str(tmp_path), "start", "4"]
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=30, check=False
        )
    assert done.returncode == 2
    assert done.stderr.startswith("workshop: port ")
    assert len(done.stderr.splitlines()) == 1


def test_a_shop_that_was_closed_is_gone() -> None:
    """Its port answers nobody any more."""
    with open_session_shop(SECURE) as shop:
        port = shop.port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            connection.request("GET", "/livez")
            connection.getresponse()
        except OSError:
            break
        finally:
            connection.close()
    else:
        pytest.fail("it still answers")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
