"""Child processes that never outlive the bench: own session, own log, ended as a group.

Error tree:
    BenchError(Exception)    what a user is told in one line
        ChildDied            a process of the run ended by itself
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

import psutil

from demo.children import ROOT as ROOT
from demo.children import child_environment

LAUNCHER = Path(__file__).with_name("launch.py")
POLL_S = 0.01
END_POLL_S = 0.002
END_LIMIT_S = 5.0


class BenchError(Exception):
    """A run that cannot start or go on; the message says why and what to do."""


class ChildDied(BenchError):
    """A process of the run ended by itself, or was killed from outside."""


class Child:
    """A running program with everything it prints in a log file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        cores: Sequence[int] = (),
        variables: Mapping[str, str] | None = None,
        stop_signal: int = signal.SIGTERM,
        serves: bool = True,
    ) -> None:
        """
        Start *command*; `stop` must be called, a `with` block does.

        *serves*: it is to run until it is stopped, so that its end is a failure of the run.
        *stop_signal* is also what it receives should the bench itself be killed.
        """
        self.name = name
        self.log = log
        self.serves = serves
        self._stop_signal = stop_signal
        launch: list[str | Path] = [sys.executable, "-I", "-S", LAUNCHER, str(os.getpid())]
        launch += [str(int(stop_signal)), ",".join(map(str, cores))]
        with log.open("ab") as output:
            # A session of its own: Ctrl-C on the terminal reaches the bench alone, which then
            # stops its children in order.
            self._process = subprocess.Popen(
                [*launch, *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Not where one stands: what lies about there is not meant for it.
                cwd=log.parent,
                env=environment_of_children(variables),
                start_new_session=True,
            )
        _living.append(self)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> bool:
        """Whether it is gone; does not reap, so it is safe in a signal handler."""
        if self._process.returncode is not None:
            return True
        try:
            done = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return True
        return done is not None

    def exit_code(self) -> int | None:
        """The exit status, negative for a signal as `subprocess` has it; None while it runs."""
        return self._process.poll()

    def last_words(self, lines: int = 1) -> str:
        """The end of its log: what it said before it went."""
        text = self.log.read_text(errors="replace", encoding="utf-8") if self.log.is_file() else ""
        said = [line.strip() for line in text.splitlines() if line.strip()]
        return " / ".join(said[-lines:])

    def obituary(self) -> str:
        """How it ended and what it said last, in one line."""
        code = self.exit_code()
        how = f"was killed by {_signal_name(-code)}" if code and code < 0 else f"ended with {code}"
        words = self.last_words()
        return f"{self.name} {how}" + (f": {words}" if words and (code or 0) >= 0 else "")

    def kill(self) -> None:
        """End it and everything it started at once, and wait until it is gone."""
        self._forget()
        family = self._family()
        self._signal_group(signal.SIGKILL)
        self._process.wait()
        _end(family)

    def stop(self, patience_s: float = 5.0) -> None:
        """End it in good order, or by force after *patience_s*; harmless if it is gone."""
        self._forget()
        family = self._family()
        if self._process.poll() is None:
            self._signal_group(self._stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_s)
        # Whatever it started and did not end itself is still in its group, or among its children.
        self._signal_group(signal.SIGKILL)
        self._process.wait()
        _end(family)

    def wait(self, timeout_s: float, tick: Callable[[], None] = lambda: None) -> int:
        """Wait for its end and give the exit status; *tick* runs about 20 times a second."""
        deadline = time.monotonic() + timeout_s
        while (code := self._process.poll()) is None:
            if time.monotonic() > deadline:
                raise BenchError(
                    f"{self.name} did not end within {timeout_s:.0f} s: {self.last_words(3)}"
                )
            tick()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
        return code

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _family(self) -> list[psutil.Process]:
        """What it has started, as long as that can be told."""
        try:
            return psutil.Process(self.pid).children(recursive=True) if not self.ended() else []
        except psutil.Error:
            return []

    def _forget(self) -> None:
        if self in _living:
            _living.remove(self)

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


_living: list[Child] = []


def environment_of_children(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child: ours, the project importable from any folder, *variables*."""
    # Locust's settings for somebody's own load test.
    ours = {k: v for k, v in child_environment().items() if not k.startswith("LOCUST_")}
    return {**ours, **(variables or {})}


def casualties() -> list[Child]:
    """The children that should be serving and are gone."""
    return [child for child in _living if child.serves and child.ended()]


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """Raise `ChildDied` in the block as soon as a serving child ends unasked."""

    def look(_number: int, _frame: FrameType | None) -> None:
        if dead := casualties():
            # Once is enough: clean-up must not be interrupted by what it finds.
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            raise ChildDied("; ".join(child.obituary() for child in dead))

    before = signal.signal(signal.SIGCHLD, look)
    try:
        yield
    finally:
        signal.signal(signal.SIGCHLD, before)


def wait_until(ready: Callable[[], bool], child: Child, timeout_s: float, what: str) -> None:
    """Poll *ready* until it holds; `BenchError` if *child* ends first or time is up."""
    deadline = time.monotonic() + timeout_s
    while not ready():
        if child.ended():
            raise ChildDied(f"{what} did not start: {child.obituary()}")
        if time.monotonic() > deadline:
            words = child.last_words(3) or "it said nothing"
            raise BenchError(f"{what} did not answer within {timeout_s:.0f} s: {words}")
        time.sleep(POLL_S)


def _end(processes: Sequence[psutil.Process]) -> None:
    """Kill those that are left, and wait until they have ended: they may hold a port."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()
    deadline = time.monotonic() + END_LIMIT_S
    while any(map(_runs, processes)) and time.monotonic() < deadline:
        time.sleep(END_POLL_S)


def _runs(process: psutil.Process) -> bool:
    """
    Whether any thread of it does.

    Whose parent is dead belongs to the machine's first process, and in some containers that lets
    it lie for seconds, or for ever. It holds nothing any more.
    """
    try:
        is_zombie = process.status() == psutil.STATUS_ZOMBIE
        return process.is_running() and not (is_zombie and process.num_threads() == 1)
    except psutil.Error:
        return False


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
