"""A server for the raw client: it answers as it is told, and keeps what it was sent."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from bench.payload.wire import Connection

Serve = Callable[..., "Server"]


class Server:
    """A server that answers the n-th request with the n-th answer, and keeps what it was sent."""

    def __init__(self, answers: list[bytes], *, close_after: int = 1000) -> None:
        self.received: list[bytes] = []
        self.connections = 0
        self.hung_up = threading.Event()
        self._answers = iter(answers)
        self._close_after = close_after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                with client:
                    self._answer(client)
                self.hung_up.set()

    def _answer(self, client: socket.socket) -> None:
        for _ in range(self._close_after):
            data = client.recv(1 << 20)
            if not data:
                return
            self.received.append(data)
            client.sendall(next(self._answers, b""))


def talk(server: Server, timeout_s: float = 5.0) -> contextlib.closing[Connection]:
    return contextlib.closing(Connection("127.0.0.1", server.port, timeout_s=timeout_s))
