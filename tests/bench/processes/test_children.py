from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench.processes.children import BenchError, Child, ChildDied, casualties, wait_until, watched

from ..waiting import eventually

FOREVER = "import time; print('up', flush=True); time.sleep(600)"
# A child that has one of its own, in a group of its own, and says both process IDs.
WITH_ORPHAN = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], process_group=0)
print(child.pid, flush=True)
time.sleep(600)
"""

# One that listens, with a thread beside its first one.
LISTENING = """
import os, socket, threading, time
server = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
print(os.getpid(), server.getsockname()[1], flush=True)
time.sleep(600)
"""
LISTENING_ORPHAN = f"""
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", {LISTENING!r}], process_group=0)
time.sleep(600)
"""


def _python(name: str, code: str, log: Path, **options: object) -> Child:
    return Child(name, [sys.executable, "-c", code], log=log, **options)  # type: ignore[arg-type]


def test_stop_ends_it_and_what_it_started(tmp_path: Path) -> None:
    """A grandchild that made a group of its own does not escape."""
    log = tmp_path / "log"
    child = _python("parent", WITH_ORPHAN, log)
    assert eventually(lambda: log.read_text().endswith("\n"))
    grandchild = int(log.read_text())
    child.stop()
    assert not _runs(child.pid)
    assert not _runs(grandchild)


def test_it_has_ended_when_it_is_said_to_whoever_is_to_bury_it(tmp_path: Path) -> None:
    """An orphan is the first process's to bury, which takes its time: its port is free before."""
    log = tmp_path / "log"
    child = _python("parent", LISTENING_ORPHAN, log)
    assert eventually(lambda: log.read_text().endswith("\n"))
    grandchild, port = map(int, log.read_text().split())
    child.kill()
    assert not _runs(grandchild)
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_stop_of_one_that_will_not_go_is_by_force(tmp_path: Path) -> None:
    log = tmp_path / "log"
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + FOREVER
    child = _python("stubborn", stubborn, log)
    assert eventually(lambda: "up" in log.read_text())
    child.stop(patience_s=0.1)
    assert child.exit_code() == -signal.SIGKILL


def test_it_ends_with_a_bench_that_is_killed(tmp_path: Path) -> None:
    """kill -9 of the bench leaves nothing behind."""
    code = f"""
import sys, time
from pathlib import Path
from bench.processes.children import Child
child = Child("it", [sys.executable, "-c", {FOREVER!r}], log=Path({str(tmp_path / "log")!r}))
print(child.pid, flush=True)
time.sleep(600)
"""
    bench = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert bench.stdout is not None
        pid = int(bench.stdout.readline())
        bench.kill()
        bench.wait()
        assert eventually(lambda: not _runs(pid))
    finally:
        bench.kill()
        bench.wait()
        assert bench.stdout is not None
        bench.stdout.close()


def test_it_runs_on_the_cores_it_is_given(tmp_path: Path) -> None:
    core = max(os.sched_getaffinity(0))
    with _python("pinned", FOREVER, tmp_path / "log", cores=[core]) as child:
        assert eventually(lambda: os.sched_getaffinity(child.pid) == {core})


def test_one_that_ends_unasked_is_noticed(tmp_path: Path) -> None:
    """The message names it and the signal."""
    with _python("the store", FOREVER, tmp_path / "log") as child:
        with pytest.raises(ChildDied, match="the store was killed by SIGKILL"):
            _kill_while_watched(child)
        assert casualties() == [child]


def test_one_that_was_stopped_is_not_missed(tmp_path: Path) -> None:
    with watched(), _python("node", FOREVER, tmp_path / "log") as child:
        child.kill()
        assert casualties() == []


def test_waiting_for_one_that_fails_says_what_it_said(tmp_path: Path) -> None:
    with (
        _python("node", "import sys; sys.exit('port 80 is taken')", tmp_path / "log") as child,
        pytest.raises(ChildDied, match="port 80 is taken"),
    ):
        wait_until(lambda: False, child, 10.0, "node")


def test_waiting_ends(tmp_path: Path) -> None:
    with (
        _python("node", FOREVER, tmp_path / "log") as child,
        pytest.raises(BenchError, match="did not answer within"),
    ):
        wait_until(lambda: False, child, 0.1, "node")


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with Child("it", ["/nowhere/program"], log=tmp_path / "log", serves=False) as child:
        assert child.wait(10.0) == 1
    assert "/nowhere/program cannot be started" in child.last_words()


def _kill_while_watched(child: Child) -> None:
    with watched():
        os.kill(child.pid, signal.SIGKILL)
        eventually(lambda: False)  # the handler ends the wait


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
