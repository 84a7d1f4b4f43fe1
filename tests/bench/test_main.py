from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from bench.processes.children import ROOT
from bench.records import read_run

# With this seed the first block is one of requests: the run is stopped before it has a cell.
RUN = ["run", "--plan", "smoke", "--seed", "1", "--only", "lookup"]
RUN += ["--schemes", "session-cookie-redis"]


def _bench(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", *arguments]
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        command, cwd=ROOT, capture_output=True, text=True, timeout=150, check=False, **options
    )


@contextmanager
def _running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _wait_for(found: Callable[[], list[psutil.Process]], seconds: float = 120.0) -> psutil.Process:
    deadline = time.monotonic() + seconds
    while not (processes := found()):
        assert time.monotonic() < deadline, "the process that is waited for did not appear"
        time.sleep(0.02)
    return processes[0]


def _below(pid: int, what: str) -> list[psutil.Process]:
    """The processes under *pid* whose command line has *what*."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        try:
            if what in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _family(pid: int) -> list[psutil.Process]:
    return list(psutil.Process(pid).children(recursive=True))


def _ports(processes: list[psutil.Process]) -> list[int]:
    return [
        connection.laddr.port
        for process in processes
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def _refuses(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _state(out: Path) -> tuple[str, str]:
    (folder,) = [path for path in out.iterdir() if not path.is_symlink()]
    run = read_run(folder)
    return run.state, run.reason


def test_help_says_what_each_option_means() -> None:
    done = _bench("run", "--help")
    assert done.returncode == 0
    for word in (
        "--plan",
        "smoke",
        "standard",
        "--seed",
        "--redis-url",
        "--schemes",
        "--only",
        "--resume",
    ):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--schemes", "session-cookie-rediss"], "did you mean session-cookie-redis"),
        (["--only", "everything"], "'everything' is not an experiment"),
        (["--plan", "huge"], "there are smoke, standard, full"),
        (["--redis-url", "redis://127.0.0.1:1"], "does not answer"),
        (["--out", "/proc/nowhere"], "--out"),
        (["--resume", "latest"], "leave --plan out"),
        (["--node-url", "http://127.0.0.1:1", "--only", "outage"], "nodes of its own"),
        (["--workers-expected", "2", "--master-host", "10.0.0.1"], "name it with --node-url"),
    ],
)
def test_a_mistake_is_one_clear_line(arguments: list[str], said: str, tmp_path: Path) -> None:
    out = [] if "--out" in arguments else ["--out", str(tmp_path)]
    done = _bench("run", "--plan", "smoke", *out, *arguments)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_run_that_is_not_there_cannot_go_on() -> None:
    done = _bench("run", "--resume", "no-such-run")
    assert done.returncode == 1
    assert "no run is called no-such-run" in done.stderr


def test_ctrl_c_leaves_no_process_and_no_port(tmp_path: Path) -> None:
    """And a second one, while the first is being obeyed, changes nothing."""
    with _running(*RUN, "--out", str(tmp_path)) as bench:
        _wait_for(lambda: _below(bench.pid, "locustfile"))
        _wait_for(lambda: _below(bench.pid, "demo"))
        family = _family(bench.pid)
        ports = _ports(family)
        bench.send_signal(signal.SIGINT)
        bench.send_signal(signal.SIGINT)
        output, _ = bench.communicate(timeout=150)
    assert bench.returncode == 128 + signal.SIGINT
    # The last of them may still be on its way out when the run has said its word.
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert ports
    assert all(map(_refuses, ports))
    assert _state(tmp_path)[0] == "interrupted"
    assert "interrupted: stopped by SIGINT" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("victim", "name"),
    [("valkey-server", "Valkey"), ("-m demo", "node-1"), ("locustfile", "Locust")],
)
def test_a_process_killed_in_mid_run_ends_it_and_is_named(
    victim: str, name: str, tmp_path: Path
) -> None:
    with _running(*RUN, "--out", str(tmp_path)) as bench:
        _wait_for(lambda: _below(bench.pid, "locustfile"))
        process = _wait_for(lambda: _below(bench.pid, victim))
        family = _family(bench.pid)
        process.kill()
        output, _ = bench.communicate(timeout=150)
    assert bench.returncode == 1
    assert f"failed: {name} was killed by SIGKILL" in output
    assert "Traceback" not in output
    # The last of them may still be on its way out when the run has said its word.
    assert psutil.wait_procs(family, timeout=10)[1] == []
    state, reason = _state(tmp_path)
    assert state == "failed"
    assert name in reason


def test_with_services_gives_the_command_its_stores_and_its_exit_code() -> None:
    code = (
        "import os, sys, urllib.parse, pathlib; "
        "redis, sqlite = os.environ['DEMO_STORE_URL'].split(); "
        "import valkey; valkey.Valkey.from_url(redis).ping(); "
        "print(redis, pathlib.Path(os.environ['DEMO_KEYS_FILE']).parent); sys.exit(7)"
    )
    done = _bench("with-services", "--", sys.executable, "-c", code)
    assert done.returncode == 7
    url, folder = done.stdout.split()
    assert _refuses(urlsplit(url).port or 0)
    assert not Path(folder).exists()


def test_with_services_of_a_command_that_is_not_there() -> None:
    done = _bench("with-services", "--", "/nowhere/command")
    assert done.returncode == 1
    assert "/nowhere/command cannot be started" in done.stderr


def test_with_services_passes_ctrl_c_on_and_waits() -> None:
    """The command ends as it likes, and the stores end after it."""
    code = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGINT, lambda *_: sys.exit(5))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)"
    )
    with _running("with-services", "--", sys.executable, "-c", code) as bench:
        assert bench.stdout is not None
        assert bench.stdout.readline() == "ready\n"
        family = _family(bench.pid)
        os.kill(bench.pid, signal.SIGINT)
        bench.communicate(timeout=30)
    assert bench.returncode == 5
    # The last of them may still be on its way out when the run has said its word.
    assert psutil.wait_procs(family, timeout=10)[1] == []
