"""/nodes: three real processes, lamps that go dark, and no process that stays behind."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import psutil
import pytest

from bench.services import Services
from demo.contract.visitor import Answer
from demo.testing import Visitor, over_sockets

from ..conftest import Served, run_demo, start_demo, stop_demo

FORM = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
SESSION, TOKEN = "session-cookie-redis", "token-bearer-hs256-expiry"
PATIENCE_S = 30.0


class Teacher:
    """Presses the page's buttons, and looks at its lamps."""

    def __init__(self, served: Served) -> None:
        self.visitor = Visitor(over_sockets(served.base))

    def press(self, action: str, **fields: str) -> Answer:
        body = urlencode({"action": action, **fields}).encode()
        return self.visitor.request("POST", "/nodes", headers=FORM, body=body)

    def state(self) -> Any:
        return self.visitor.get("/nodes/state").json

    def lamps(self, mount: str) -> list[str]:
        return [lamp["state"] for lamp in self.state()["lamps"].get(mount, {}).values()]

    def until(self, holds: Callable[[], bool]) -> None:
        """Look until it holds; fail with what was seen if that never comes."""
        ends = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < ends, self.state()
            time.sleep(0.05)


@pytest.fixture(scope="module")
def served(services: Services) -> Iterator[Served]:
    """A session in Valkey beside a token that nobody can call back, over a store to be cut off."""
    served = start_demo(
        "--teaching", "--scheme", SESSION, "--scheme", TOKEN, "--store-url", services.redis_url,
        "--access-s", "3600", "--inactivity-s", "7200",
    )  # fmt: skip
    yield served
    stop_demo(served)


@pytest.fixture
def teacher(served: Served) -> Iterator[Teacher]:
    teacher = Teacher(served)
    yield teacher
    for mount in (SESSION, TOKEN):
        teacher.press("end", mount=mount)
    teacher.press("start-store")
    for number in (1, 2, 3):
        assert teacher.press("start-node", node=f"node-{number}").status == 303


def watch(teacher: Teacher, mount: str) -> None:
    assert teacher.press("watch", mount=mount, interval="20").status == 303
    teacher.until(lambda: teacher.lamps(mount) == ["lit"] * 3)


def test_a_session_goes_dark_on_every_node_and_a_token_does_not(teacher: Teacher) -> None:
    """With the time it took, counted from the revoke."""
    for mount in (SESSION, TOKEN):
        watch(teacher, mount)
        assert teacher.press("revoke", mount=mount).status == 303
    teacher.until(lambda: teacher.lamps(SESSION) == ["dark"] * 3)
    words = [lamp["words"] for lamp in teacher.state()["lamps"][SESSION].values()]
    assert all(each.startswith("refuses after ") and each.endswith(" ms") for each in words)
    teacher.until(lambda: "still after" in str(teacher.state()["lamps"][TOKEN]))
    assert teacher.lamps(TOKEN) == ["lit"] * 3


def test_a_node_that_is_stopped_is_seen_and_comes_back(teacher: Teacher) -> None:
    """At the same port, so that its lamp is lit again; the others never were in doubt."""
    watch(teacher, SESSION)
    assert teacher.press("stop-node", node="node-2").status == 303
    teacher.until(lambda: teacher.lamps(SESSION) == ["lit", "down", "lit"])
    assert teacher.state()["nodes"] == {"node-1": True, "node-2": False, "node-3": True}
    assert teacher.press("start-node", node="node-2").status == 303
    teacher.until(lambda: teacher.lamps(SESSION) == ["lit"] * 3)


def test_a_store_that_is_cut_off_makes_sessions_unsure_and_tokens_not(teacher: Teacher) -> None:
    """503 is neither in nor out; when the store is back, so is the login."""
    watch(teacher, SESSION)
    watch(teacher, TOKEN)
    assert teacher.press("stop-store").status == 303
    teacher.until(lambda: teacher.lamps(SESSION) == ["unsure"] * 3)
    assert teacher.lamps(TOKEN) == ["lit"] * 3
    assert teacher.press("revoke", mount=SESSION).status == 409
    teacher.press("start-store")
    teacher.until(lambda: teacher.lamps(SESSION) == ["lit"] * 3)


def test_what_cannot_be_done_is_said(teacher: Teacher) -> None:
    """On the page, as an answer that is no success."""
    for action, fields, words in (
        ("revoke", {"mount": SESSION}, "log in first"),
        ("watch", {"mount": "x", "interval": "20"}, "choose a scheme"),
        ("watch", {"mount": SESSION, "interval": "0"}, "choose a scheme"),
        ("stop-node", {"node": "node-9"}, "there is no such node"),
        ("explode", {}, "there is no such button"),
    ):
        answer = teacher.press(action, **fields)
        assert answer.status == 409
        assert words in answer.body.decode()


def test_only_this_machine_may_press(teacher: Teacher) -> None:
    """Neither another site, nor somebody behind a proxy, nor under another name."""
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.test"},
        {"X-Forwarded-For": "10.0.0.9"},
        {"Host": "evil.test"},
    ):
        body = b"action=stop-node&node=node-1"
        answer = teacher.visitor.request("POST", "/nodes", headers={**FORM, **headers}, body=body)
        assert answer.status == 403, headers
    for headers in ({"Forwarded": "for=x"}, {"Host": "evil.test"}):
        assert teacher.visitor.get("/nodes/state", headers).status == 403
        page = teacher.visitor.get("/nodes", {**FORM, **headers}).body.decode()
        assert "own machine alone" in page
        assert "stop-node" not in page
    assert all(teacher.state()["nodes"].values())


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_app_ends_the_nodes(sent: signal.Signals) -> None:
    """Started with nothing but --teaching; also when it is killed."""
    served = start_demo("--teaching")
    try:
        processes = psutil.Process(served.process.pid).children(recursive=True)
        assert len(processes) == 1 + 2 * 3
        nodes = Teacher(served).state()["nodes"]
        assert list(nodes.values()) == [True] * 3
        served.process.send_signal(sent)
        _, alive = psutil.wait_procs(processes, timeout=20)
        assert alive == []
    finally:
        stop_demo(served)


def test_without_teaching_the_page_says_how_to_start_it() -> None:
    """And there is nothing to press."""
    served = start_demo("--scheme", "control")
    try:
        visitor = Visitor(over_sockets(served.base))
        assert "python -m demo --teaching" in visitor.get("/nodes", FORM).body.decode()
        assert visitor.get("/nodes/state").status == 403
        assert Teacher(served).press("stop-node", node="node-1").status == 403
    finally:
        stop_demo(served)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--teaching", "--host", "0.0.0.0"], "--teaching is for this machine alone"),
        (["--teaching", "--workers", "2"], "leave out --workers"),
        (["--teaching", "--scheme", "session-cookie-memory"], "three nodes cannot serve it"),
        ([], "name a --scheme"),
    ],
)
def test_it_is_refused_where_it_cannot_work(arguments: list[str], words: str) -> None:
    """With the remedy, in one line and without a traceback."""
    done = run_demo("--port", "0", *arguments)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr
