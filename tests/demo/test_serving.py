"""`python -m demo`: starting, ending without orphans, and saying in one line what is wrong."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
import sys
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest
from valkey import Valkey

from bench.services import Services
from demo.auth import Settings
from demo.serving import Plan, _load
from demo.testing import Visitor, over_sockets

from .conftest import Served, Start, run_demo


def assert_nothing_is_left(served: Served, processes: list[psutil.Process]) -> None:
    """No worker lives on and nobody listens: a port that is taken is not free to bind."""
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", served.port))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (signal.SIGTERM, 0),
        (signal.SIGINT, 0),
        (signal.SIGHUP, 0),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_a_signal_leaves_no_orphan(
    start: Start, sent: signal.Signals, status: int, workers: int
) -> None:
    """Whatever ends the parent, also kill -9, ends every worker."""
    served = start("--scheme", "control", "--workers", str(workers))
    processes = served.workers()
    assert len(processes) == workers
    served.process.send_signal(sent)
    assert served.process.wait(15) == status
    assert_nothing_is_left(served, processes)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("ignored", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_was_ignored_at_the_start_stays_so(
    start: Start, ignored: signal.Signals
) -> None:
    """As under nohup, or in the background of a script; SIGTERM ends it nevertheless."""
    before = signal.signal(ignored, signal.SIG_IGN)
    try:
        served = start("--scheme", "control")
    finally:
        signal.signal(ignored, before)
    workers = served.workers()
    status = Path(f"/proc/{served.process.pid}/status").read_text(encoding="utf-8")
    (mask,) = [line.split()[1] for line in status.splitlines() if line.startswith("SigIgn:")]
    assert int(mask, 16) & 1 << (ignored - 1)
    served.process.send_signal(ignored)
    assert Visitor(over_sockets(served.base)).get("/livez").status == 200
    assert served.workers() == workers
    served.process.terminate()
    assert served.process.wait(15) == 0


def test_an_idle_connection_does_not_hold_up_the_end(start: Start) -> None:
    """A client that keeps its connection open does not keep the server alive."""
    served = start("--scheme", "control")
    processes = served.workers()
    with socket.create_connection(("127.0.0.1", served.port)) as idle:
        idle.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(15) == b"HTTP/1.1 200 OK"
        served.process.terminate()
        assert served.process.wait(15) == 0
    assert_nothing_is_left(served, processes)


def test_workers_share_a_login(start: Start, services: Services, valkey_client: Valkey) -> None:
    """What one worker let in, the others know; also tokens, with no keys file given."""
    url = services.redis_url
    for name in ("session-cookie-redis", "token-bearer-hs256-denylist-redis"):
        served = start("--scheme", name, "--store-url", url, "--workers", "2")
        alice = Visitor(over_sockets(served.base))
        alice.log_in()
        nodes: set[str | None] = set()
        # The kernel spreads connections: in a thousand, both workers have had some.
        for _ in range(1000):
            answer = alice.get("/me")
            assert answer.json["subject"] == "alice"
            nodes.add(answer.header("X-Node"))
            if len(nodes) == 2:
                break
        assert len(nodes) == 2


def test_one_scheme_can_be_mounted_twice(start: Start) -> None:
    """The pair of equals that every measurement is held against."""
    served = start("--scheme", "control", "--scheme", "again=control", "--node", "seven")
    for alias in ("control", "again"):
        me = over_sockets(f"{served.base}/s/{alias}")("GET", "/me", {}, b"")
        assert (me.json["subject"], me.header("X-Node")) == ("alice", "seven")


def test_a_port_in_use_is_one_clear_line(start: Start) -> None:
    """Also where the other server would have shared the port."""
    served = start("--scheme", "control")
    ended = run_demo("--scheme", "control", "--port", str(served.port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert f"port {served.port}" in ended.stderr
    assert "--port 0" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--scheme", "sesion-cookie-redis"], 1, "did you mean session-cookie-redis"),
        (["--scheme", "session-cookie-redis"], 1, "--store-url"),
        (["--scheme", "session-cookie-memory", "--workers", "2"], 1, "--workers 1"),
        (["--scheme", "control", "--lab", "--host", "0.0.0.0"], 2, "--lab"),
        (["--scheme", "a/b=control"], 2, "path"),
        (["--scheme", "control", "--scheme", "control"], 2, "ALIAS=control"),
        (["--scheme", "token-bearer-hs256-expiry", "--access-s", "7200"], 1, "inactivity"),
    ],
)
def test_a_mistake_is_a_clear_line(arguments: list[str], status: int, said: str) -> None:
    """It names the remedy, the status is not zero, and there is no traceback."""
    ended = run_demo("--port", "0", *arguments)
    assert ended.returncode == status
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_keys_file_that_is_none_is_a_clear_line(tmp_path: Path) -> None:
    """It is named, and left as it was."""
    keys = tmp_path / "keys.json"
    keys.write_text("not keys")
    ended = run_demo(
        "--port", "0", "--scheme", "token-bearer-hs256-expiry", "--keys-file", str(keys)
    )
    assert ended.returncode == 1
    assert str(keys) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert keys.read_text() == "not keys"


def test_a_store_that_is_down_is_said_and_does_not_stop_the_start(start: Start) -> None:
    """The node is alive, not ready, and serves what asks nobody."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{unused.getsockname()[1]}/0"
        served = start("--scheme", "session-cookie-redis", "--store-url", url)
        send = over_sockets(served.base)
        statuses = {
            path: send("GET", path, {"Cookie": f"__Host-session={'A' * 43}"}, b"").status
            for path in ("/livez", "/public", "/readyz", "/me")
        }
    assert statuses == {"/livez": 200, "/public": 200, "/readyz": 503, "/me": 503}


def test_a_worker_never_looks_through_the_program_for_garbage() -> None:
    """A collection that does stops every request of the worker for as long as dozens of them take.

    What the collector still looks through is what came since: next to nothing.
    """
    plan = Plan({"control": "control"}, Settings())
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=_load_and_tell, args=(plan, os.getpid(), theirs))
    worker.start()
    assert ours.recv_bytes() == b"ready"
    frozen, watched = ours.recv()
    worker.join(10)
    assert watched < frozen / 20


def _load_and_tell(plan: Plan, parent: int, found: Connection) -> None:
    _load(plan, parent, found)
    found.send((gc.get_freeze_count(), len(gc.get_objects())))
