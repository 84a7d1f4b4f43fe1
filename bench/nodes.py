"""App nodes as real processes: start, pin, wait until they answer, kill, stop."""

from __future__ import annotations

import http.client
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType

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

    def __init__(self, children: dict[Node, Child]) -> None:
        self._children = children

    def __iter__(self) -> Iterator[Node]:
        return iter(list(self._children))

    def __len__(self) -> int:
        return len(self._children)

    def __getitem__(self, index: int) -> Node:
        return list(self._children)[index]

    def alive(self) -> list[Node]:
        """The nodes whose process runs."""
        return [node for node, child in self._children.items() if not child.ended()]

    def kill(self, node: Node) -> None:
        """End *node* with kill -9, on purpose: the run goes on."""
        self._children[node].kill()

    def close(self) -> None:
        """Stop every node; harmless twice."""
        for child in self._children.values():
            child.stop()

    def __enter__(self) -> Nodes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self.close()


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
    timing: bool = True,
    cores: Sequence[int] | None = None,
) -> Nodes:
    """
    Start *count* nodes that answer.

    *mounts* are schemes, or `ALIAS=SCHEME`; durations left out are the app's own. Each node
    picks a free port by itself. Logs are in *folder*.
    """
    options = {
        "--access-s": access_s,
        "--inactivity-s": inactivity_s,
        "--absolute-s": absolute_s,
        "--touch-s": touch_s,
    }
    command = [sys.executable, "-m", "demo", "--site", "--host", "127.0.0.1", "--port", "0"]
    command += [part for mount in mounts for part in ("--scheme", mount)]
    command += [part for url in store_urls for part in ("--store-url", url)]
    command += ["--keys-file", str(keys_file), *(["--timing"] if timing else [])]
    command += [
        part
        for name, value in options.items()
        if value is not None
        for part in (name, f"{value:g}")
    ]
    started: list[tuple[str, Child]] = []
    try:
        for number in range(1, count + 1):
            name = f"node-{number}"
            log = folder / f"{name}.log"
            log.unlink(missing_ok=True)  # its first line is to be this process's
            node = Child(name, [*command, "--node", name], log=log, cores=cores or ())
            started.append((name, node))
        return Nodes(dict(_ready(name, child) for name, child in started))
    except BaseException:
        for _, child in started:
            child.stop()
        raise


def _ready(name: str, child: Child) -> tuple[Node, Child]:
    """The node once it answers, with its process."""
    wait_until(partial(_announced, child), child, START_TIMEOUT_S, name)
    found = _LISTENING.search(child.log.read_text(errors="replace"))
    assert found is not None, "announced a moment ago"
    node = Node(name=name, host=found["host"], port=int(found["port"]), pid=child.pid)
    wait_until(partial(_answers, node), child, START_TIMEOUT_S, name)
    return node, child


def _announced(child: Child) -> bool:
    return _LISTENING.search(child.log.read_text(errors="replace")) is not None


def _answers(node: Node) -> bool:
    connection = http.client.HTTPConnection(node.host, node.port, timeout=1)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
