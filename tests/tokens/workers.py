"""Verbs that begin together, in threads of this process or in processes of their own.

A call is a verb's name and its arguments; what it gave comes back as plain data, so that a test
need not know where it ran.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Protocol

Call = tuple[str, list[Any]]


class Crew(Protocol):
    """Whoever makes calls at once."""

    def at_once(self, calls: Sequence[Call], now: float) -> list[dict[str, Any]]:
        """What each of *calls* gave, in their order."""


def perform(manager: Any, call: Call) -> dict[str, Any]:
    """What *call* gives: the fields of it, or that it was refused and why."""
    verb, arguments = call
    try:
        given = getattr(manager, verb)(*arguments)
    except manager.rejection as exc:
        return {"refused": exc.reason.value}
    names = ("credential", "renewal", "handle", "subject", "data")
    return {name: getattr(given, name) for name in names if hasattr(given, name)}


class Threads:
    """Threads that share one manager."""

    def __init__(self, manager: Any, set_clock: Callable[[float], None]) -> None:
        self._manager = manager
        self._set_clock = set_clock

    def at_once(self, calls: Sequence[Call], now: float) -> list[dict[str, Any]]:
        """What each of *calls* gave."""
        self._set_clock(now)
        barrier = threading.Barrier(len(calls))
        found: list[dict[str, Any]] = [{}] * len(calls)

        def run(number: int, call: Call) -> None:
            barrier.wait()
            found[number] = perform(self._manager, call)

        threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found


class Processes:
    """Processes with a manager each, over what they share; *program* calls `serve`."""

    def __init__(self, program: str, *arguments: str, count: int = 3) -> None:
        command = [sys.executable, "-c", program, *arguments]
        self._workers = [
            subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
            )
            for _ in range(count)
        ]

    def at_once(self, calls: Sequence[Call], now: float) -> list[dict[str, Any]]:
        """What each of *calls* gave; each worker has at most one of them."""
        assert len(calls) <= len(self._workers)
        own = list(zip(self._workers, calls, strict=False))
        for worker, call in own:
            assert worker.stdin is not None
            worker.stdin.write(json.dumps([*call, now]) + "\n")
        found = []
        for worker, _ in own:
            assert worker.stdout is not None
            found.append(json.loads(worker.stdout.readline()))
        return found

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            with worker:
                worker.kill()


def serve(manager: Any, set_clock: Callable[[float], None]) -> None:
    """Answer calls, one a line, until there are no more."""
    for line in sys.stdin:
        verb, arguments, now = json.loads(line)
        set_clock(now)
        print(json.dumps(perform(manager, (verb, arguments))), flush=True)  # noqa: T201 - an answer
