"""The app as a real process, for the tests that need sockets and signals; and a monitor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil
import pytest

from demo.monitor import Monitor
from tests.conftest import FakeClock

START_S = 120
Start = Callable[..., "Served"]


@dataclass
class Served:
    """A running app."""

    process: subprocess.Popen[str]
    base: str

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.base.rsplit(":", 1)[1])

    def workers(self) -> list[psutil.Process]:
        """Give the processes that serve."""
        children: list[psutil.Process] = psutil.Process(self.process.pid).children(recursive=True)
        return children


def run_demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m demo` where it is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "demo", *arguments],
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )


def start_demo(*arguments: str) -> Served:
    """Start `python -m demo` on a free port, and come back when it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "demo", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    served = Served(process, line.split()[-1] if line.split() else "")
    if not line.startswith("demo: listening on http://"):
        raise AssertionError(f"it said {line!r}, and ended with {stop_demo(served)}")
    return served


def stop_demo(served: Served) -> int:
    """End it, and give its exit status."""
    served.process.terminate()
    try:
        return served.process.wait(START_S)
    finally:
        served.process.kill()
        served.process.wait()
        if served.process.stdout is not None:
            served.process.stdout.close()


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a function that starts the app; what it started is ended with the test."""
    running: list[Served] = []

    def begin(*arguments: str) -> Served:
        running.append(start_demo(*arguments))
        return running[-1]

    yield begin
    for served in running:
        stop_demo(served)


@pytest.fixture
def monitor(clock: FakeClock) -> Monitor:
    return Monitor(now=clock)
