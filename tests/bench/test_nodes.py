from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from bench.caller import Caller
from bench.nodes import Node, Nodes, start_nodes
from bench.payload.wire import Connection
from bench.processes.children import ChildDied, casualties
from bench.services import Services


@contextmanager
def _nodes(services: Services, folder: Path, count: int = 1) -> Iterator[Nodes]:
    mounts = ["control", "control-again=control", "session-cookie-memory"]
    urls, keys = services.store_urls, services.keys_file
    with start_nodes(count, mounts, store_urls=urls, keys_file=keys, folder=folder) as nodes:
        yield nodes


def _listens(node: Node) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((node.host, node.port)) == 0


def test_nodes_answer_under_every_mount_and_name_themselves(
    services: Services, tmp_path: Path
) -> None:
    with _nodes(services, tmp_path, count=2) as nodes:
        assert len({node.port for node in nodes}) == 2
        for node in nodes:
            with Connection(node.host, node.port) as connection:
                for mount in ("control", "control-again"):
                    answer = connection.request("GET", node.base(mount) + "/me")
                    assert answer.status == 200
                    assert answer.all("x-node") == [node.name]
                    assert answer.all("server-timing")


def test_their_passwords_are_hashed_lightly(services: Services, tmp_path: Path) -> None:
    """What a password deserves would take a run its time; what opens an account is the same."""
    with _nodes(services, tmp_path) as nodes, Connection(nodes[0].host, nodes[0].port) as to:
        caller = Caller(to, nodes[0].base("session-cookie-memory"))
        assert caller.login("alice").status == 200
        command = psutil.Process(nodes[0].pid).cmdline()
    assert "--light-hashes" in command


def test_stopped_nodes_leave_no_process_and_no_port(services: Services, tmp_path: Path) -> None:
    with _nodes(services, tmp_path) as nodes:
        node = nodes[0]
        family = [node.pid, *(p.pid for p in psutil.Process(node.pid).children(recursive=True))]
        assert len(family) > 1
    assert not [pid for pid in family if psutil.pid_exists(pid)]
    assert not _listens(node)


def test_a_node_killed_on_purpose_is_gone_at_once(services: Services, tmp_path: Path) -> None:
    """Its workers too: what still answered would spoil what the kill was for."""
    with _nodes(services, tmp_path, count=2) as nodes:
        first, second = nodes
        nodes.kill(first)
        assert not _listens(first)
        assert nodes.alive() == [second]
        assert casualties() == []


def test_a_killed_node_is_started_again_at_its_port(services: Services, tmp_path: Path) -> None:
    """A new process under the old name, in its old place."""
    with _nodes(services, tmp_path, count=2) as nodes:
        first, second = nodes
        nodes.kill(first)
        again = nodes.restart(first)
        assert (again.name, again.port) == (first.name, first.port)
        assert again.pid != first.pid
        assert list(nodes) == nodes.alive() == [again, second]
    assert not _listens(again)


def test_a_node_that_dies_is_noticed(services: Services, tmp_path: Path) -> None:
    with _nodes(services, tmp_path) as nodes:
        os.kill(nodes[0].pid, signal.SIGKILL)
        os.waitid(os.P_PID, nodes[0].pid, os.WEXITED | os.WNOWAIT)
        assert [child.name for child in casualties()] == ["node-1"]
        assert nodes.alive() == []


def test_a_node_that_cannot_start_says_why(services: Services, tmp_path: Path) -> None:
    """The message is the app's own, with the nearest names."""
    with pytest.raises(ChildDied, match=r"session-cookie-redis") as raised:
        start_nodes(
            1,
            ["session-cookie-rediss"],
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=tmp_path,
        )
    assert "\n" not in str(raised.value)
