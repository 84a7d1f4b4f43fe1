"""Stands between the nodes and their store, so that the store can be cut off and come back.

To the nodes it looks as if the server had been stopped: connections end, new ones are refused.
The server itself goes on and keeps what it has.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import parse_qs, urlsplit

CHUNK = 65536


class Relay:
    """A port on this machine that leads to the store at *url*."""

    def __init__(self, url: str) -> None:
        self._target = _target(url)
        self._listening: socket.socket | None = None
        self._pairs: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._port = 0
        self.open()
        self.url = _url(url, self._port)

    @property
    def running(self) -> bool:
        """Whether the store can be reached through this."""
        return self._listening is not None

    def open(self) -> None:
        """Let the nodes reach the store, at the same port as before; harmless twice."""
        with self._lock:
            if self._listening is not None:
                return
            listening = socket.create_server(("127.0.0.1", self._port), backlog=64)
            self._port = listening.getsockname()[1]
            self._listening = listening
        threading.Thread(target=self._accept, args=(listening,), daemon=True).start()

    def cut(self) -> None:
        """End every connection and refuse new ones; harmless twice."""
        with self._lock:
            listening, self._listening = self._listening, None
            pairs, self._pairs = self._pairs, set()
        if listening is not None:
            # A close alone would not wake who waits in accept.
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()
        for each in pairs:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            try:
                far = self._connect()
            except OSError:
                near.close()
                continue
            with self._lock:
                if self._listening is not listening:
                    near.close()
                    far.close()
                    return
                self._pairs |= {near, far}
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self._target, str):
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            return far
        return socket.create_connection(self._target, timeout=None)

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(CHUNK):
                other.sendall(data)
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        with self._lock:
            self._pairs -= {one, other}


def can_relay(url: str) -> bool:
    """Whether *url* names a server that this can stand before: without TLS, on a stream."""
    return url.startswith(("redis://", "valkey://", "unix://"))


def _target(url: str) -> tuple[str, int] | str:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return parts.path
    return parts.hostname or "127.0.0.1", parts.port or 6379


def _url(url: str, port: int) -> str:
    parts = urlsplit(url)
    secret = parts.netloc.rpartition("@")[0]
    place = f"{secret}@127.0.0.1:{port}" if secret else f"127.0.0.1:{port}"
    if parts.scheme == "unix":
        number = parse_qs(parts.query).get("db", ["0"])[0]
        return f"redis://{place}/{number}"
    return parts._replace(netloc=place).geturl()
