"""Three nodes of one deployment, as real processes: start, stop, start again at the same port."""

from __future__ import annotations

import re
import select
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from ..children import child_environment

COUNT = 3
START_S = 30.0
STOP_S = 10.0
_LISTENING = re.compile(r"demo: listening on (?P<base>http://127\.0\.0\.1:(?P<port>\d+))")


class NodeProblem(ValueError):
    """A node could not be started; the message says why."""


class Node:
    """One process that serves every scheme of the deployment."""

    def __init__(self, name: str, arguments: Sequence[str], folder: Path) -> None:
        self.name = name
        self.base = ""
        self._arguments = [*arguments, "--node", name]
        self._said = folder / f"{name}.txt"
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def begin(self) -> None:
        """Start the process, and come back before it answers."""
        with self._lock:
            if self.running:
                return
            command = [sys.executable, "-m", "demo.teaching.node", *self._arguments]
            with self._said.open("w", encoding="utf-8") as said:
                self._process = subprocess.Popen(  # noqa: S603 - this program, and options of its own
                    [*command, "--port", self._port],
                    stdin=subprocess.PIPE,  # The node ends when this end of it does.
                    stdout=subprocess.PIPE,
                    stderr=said,
                    env=child_environment(),
                    encoding="utf-8",
                    errors="replace",
                )

    def ready(self) -> None:
        """Come back when it answers; NodeProblem if it does not come to that."""
        assert self._process is not None and self._process.stdout is not None  # noqa: PT018
        readable, _, _ = select.select([self._process.stdout], [], [], START_S)
        found = _LISTENING.search(self._process.stdout.readline() if readable else "")
        if found is None:
            self.stop()
            said = self._said.read_text(errors="replace", encoding="utf-8").strip().splitlines()
            raise NodeProblem(said[-1] if said else f"{self.name} did not start")
        self.base, self._port = found["base"], found["port"]

    def start(self) -> None:
        """Start it, and come back when it answers."""
        self.begin()
        self.ready()

    def stop(self) -> None:
        """End it; harmless twice."""
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return
            process.terminate()
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def start_nodes(arguments: Sequence[str], folder: Path) -> list[Node]:
    """Start every node with the options *arguments*; all of them, or none and a NodeProblem."""
    nodes = [Node(f"node-{number + 1}", arguments, folder) for number in range(COUNT)]
    try:
        for node in nodes:
            node.begin()
        for node in nodes:
            node.ready()
    except BaseException:
        for node in nodes:
            node.stop()
        raise
    return nodes
