"""App nodes as real processes: start, pin, wait until they answer, kill, start again, stop."""

from __future__ import annotations

import http.client
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType

import psutil

from .processes.children import Child, wait_until

START_TIMEOUT_S = 30.0
_LISTENING = re.compile(r"demo: listening on http://(?P<host>[^:/\s]+):(?P<port>\d+)")


@dataclass(frozen=True)
class Node:
    """One app process that serves every mount."""

    name: str
    """As its answers name it in X-Node."""
    host: str
    port: int
    pid: int

    def base(self, mount: str) -> str:
        """The path prefix of a scheme, or of its alias."""
        return f"/s/{mount}"


class Nodes:
    """Several app nodes that share their stores and keys; ends them with the `with` block."""

    def __init__(self, programs: Sequence[_Program]) -> None:
        self._programs = programs
        self._running: list[tuple[Node, Child]] = []
        started: list[Child] = []
        try:
            # All at once, since each takes its time to be ready.
            for program in programs:
                started.append(program.start())  # noqa: PERF401 - those before a failure are kept
            ready = zip(programs, started, strict=True)
            self._running = [(program.node(child), child) for program, child in ready]
        except BaseException:
            for child in started:
                child.stop()
            raise

    def __iter__(self) -> Iterator[Node]:
        return iter([node for node, _ in self._running])

    def __len__(self) -> int:
        return len(self._running)

    def __getitem__(self, index: int) -> Node:
        return self._running[index][0]

    def alive(self) -> list[Node]:
        """The nodes whose process runs."""
        return [node for node, child in self._running if not child.ended()]

    def kill(self, node: Node) -> None:
        """End *node* with kill -9, on purpose: the run goes on."""
        self._running[self._index(node)][1].kill()

    def restart(self, node: Node) -> Node:
        """*node* as a new process at the same port, once it answers; the old one has ended."""
        index = self._index(node)
        child = self._programs[index].start(node.port)
        try:
            new = self._programs[index].node(child)
        except BaseException:
            child.stop()
            raise
        self._running[index] = (new, child)
        return new

    def pause(self, node: Node) -> None:
        """Stop the processes of *node* that serve, as SIGSTOP does, until `resume`."""
        for worker in psutil.Process(node.pid).children(recursive=True):
            worker.suspend()

    def resume(self, node: Node) -> None:
        """Let *node* go on after `pause`."""
        for worker in psutil.Process(node.pid).children(recursive=True):
            worker.resume()

    def close(self) -> None:
        """Stop every node; harmless twice."""
        for _, child in self._running:
            child.stop()

    def __enter__(self) -> Nodes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()

    def _index(self, node: Node) -> int:
        return list(self).index(node)


@dataclass(frozen=True)
class _Program:
    """How one node is started."""

    name: str
    command: Sequence[str]
    log: Path
    cores: Sequence[int]

    def start(self, port: int = 0) -> Child:
        """A process of it that may not answer yet; at a free port unless *port* says which."""
        self.log.unlink(missing_ok=True)  # its first line is to be this process's
        command = [*self.command, "--port", str(port), "--node", self.name]
        return Child(self.name, command, log=self.log, cores=self.cores)

    def node(self, child: Child) -> Node:
        """The node once it answers."""
        wait_until(partial(_announced, child), child, START_TIMEOUT_S, self.name)
        found = _LISTENING.search(child.log.read_text(errors="replace", encoding="utf-8"))
        assert found is not None, "announced a moment ago"
        node = Node(name=self.name, host=found["host"], port=int(found["port"]), pid=child.pid)
        wait_until(partial(_answers, node), child, START_TIMEOUT_S, self.name)
        return node


def start_nodes(
    count: int,
    mounts: Sequence[str],
    *,
    store_urls: Sequence[str],
    keys_file: Path,
    folder: Path,
    access_s: float | None = None,
    inactivity_s: float | None = None,
    absolute_s: float | None = None,
    touch_s: float | None = None,
    access_of: Mapping[str, float] | None = None,
    timing: bool = True,
    cores: Sequence[int] | None = None,
    first: int = 1,
    clock_s: float = 0.0,
) -> Nodes:
    """
    Start *count* nodes that answer, numbered from *first*.

    *mounts* are schemes, or `ALIAS=SCHEME`; durations left out are the app's own, and *access_of*
    has those of access tokens by alias. Each node picks a free port by itself. Logs are in
    *folder*. Passwords are hashed lightly. The nodes' clocks are *clock_s* seconds fast.
    """
    options = {
        "--access-s": access_s,
        "--inactivity-s": inactivity_s,
        "--absolute-s": absolute_s,
        "--touch-s": touch_s,
    }
    program = ["bench.revocation.skewed", f"{clock_s:g}"] if clock_s else ["demo"]
    command = [sys.executable, "-m", *program, "--site", "--host", "127.0.0.1", "--light-hashes"]
    command += [part for mount in mounts for part in ("--scheme", mount)]
    command += [part for url in store_urls for part in ("--store-url", url)]
    command += ["--keys-file", str(keys_file), *(["--timing"] if timing else [])]
    command += [
        part
        for name, value in options.items()
        if value is not None
        for part in (name, f"{value:g}")
    ]
    own = (access_of or {}).items()
    command += [part for alias, own_s in own for part in ("--access-of", f"{alias}={own_s:g}")]
    names = [f"node-{number}" for number in range(first, first + count)]
    return Nodes([_Program(name, command, folder / f"{name}.log", cores or ()) for name in names])


def _announced(child: Child) -> bool:
    return _LISTENING.search(child.log.read_text(errors="replace", encoding="utf-8")) is not None


def _answers(node: Node) -> bool:
    connection = http.client.HTTPConnection(node.host, node.port, timeout=1)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
