"""A wire to a server that can be cut, and led to another server."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType


class Wire:
    """Listens for any number of clients; each new one is led to the port in `leads_to`."""

    def __init__(self, port: int) -> None:
        self.leads_to = port
        self.cut_after = b""
        """A client that sends this is cut off as soon as the server has answered."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Wire:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _end(self._listener)
        self.cut()

    def cut(self) -> None:
        """End every connection, as what sits in between does with those that are idle."""
        while self._sockets:
            _end(self._sockets.pop())

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self.leads_to))
            self._sockets += [client, server]
            while said := client.recv(65536):
                server.sendall(said)
                answer = server.recv(65536)
                if self.cut_after and self.cut_after in said:
                    _end(client)
                client.sendall(answer)
        _end(client)


def _end(each: socket.socket) -> None:
    with contextlib.suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
