"""App nodes that somebody else started, given by URL."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from ..nodes import Node
from ..payload.wire import Connection, build_request
from ..processes.children import BenchError

NO_PROCESS = 0
"""The process ID of a node on another machine: its processor time cannot be seen from here."""


@dataclass(frozen=True)
class Machines:
    """Where a run gets its load and its nodes from, if not from this machine alone."""

    node_urls: tuple[str, ...] = ()
    """Empty: nodes are started here."""
    workers: int = 0
    """Locust workers that must have come before a block begins; 0: one generator, here."""
    master_host: str = "127.0.0.1"
    """The address of this machine that workers know it by."""
    master_port: int = 5557


class GivenNodes:
    """Nodes at *urls*; as `bench.nodes.Nodes`, but nothing is started, stopped or restarted."""

    def __init__(self, urls: Sequence[str], mounts: Sequence[str]) -> None:
        """`BenchError` if one does not answer, or does not serve all of *mounts*."""
        self._nodes = [_node(number, url) for number, url in enumerate(urls, 1)]
        for node, url in zip(self._nodes, urls, strict=True):
            _check(node, url, mounts)

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def __getitem__(self, index: int) -> Node:
        return self._nodes[index]

    def __enter__(self) -> GivenNodes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Nothing: they are not ours to stop."""


def _node(number: int, url: str) -> Node:
    parts = urlsplit(url)
    try:
        port = parts.port or 80
    except ValueError:
        port = 0
    if parts.scheme != "http" or not parts.hostname or not port or parts.path not in ("", "/"):
        raise BenchError(f"--node-url {url} is not of the form http://HOST:PORT")
    return Node(name=f"node-{number}", host=parts.hostname, port=port, pid=NO_PROCESS)


def _check(node: Node, url: str, mounts: Sequence[str]) -> None:
    missing = []
    try:
        with Connection(node.host, node.port) as connection:
            for mount in mounts:
                path = node.base(mount.partition("=")[0]) + "/me"
                response = connection.exchange(build_request("GET", path))
                if response.status == 404:
                    missing.append(mount)
                elif not response.all("server-timing"):
                    raise BenchError(f"{url} does not say what it spent; start it with --timing")
    except OSError as exc:
        raise BenchError(f"{url} does not answer: {exc}; start a node there first") from exc
    if missing:
        options = [part for mount in mounts for part in ("--scheme", mount)]
        command = shlex.join(["python", "-m", "demo", "--site", "--timing", *options])
        raise BenchError(
            f"{url} does not serve {', '.join(missing)}; start it with: {command} "
            f"--host {node.host} --port {node.port} --store-url ... --keys-file ..."
        )
