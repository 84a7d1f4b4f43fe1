"""A wire between client and server that counts how often the client has waited for an answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from urllib.parse import urlsplit


class Turns:
    """Listens in front of the server of *url*, for any number of clients.

    Counted where it happens and not by our own word: each time a client says something after it
    was answered is a round trip, whatever protocol they speak.
    """

    def __init__(self, url: str) -> None:
        self._server = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [self._listener]
        self.taken = 0
        host, port = "127.0.0.1", self._listener.getsockname()[1]
        login, at, _ = self._server.netloc.rpartition("@")
        query = "sslmode=disable&gssencmode=disable"
        self.url = f"{self._server.scheme}://{login}{at}{host}:{port}{self._server.path}"
        if self._server.scheme.startswith("postgres"):
            # What comes first must be the start-up message, and not an offer to encrypt.
            self.url += f"?{query}"

    def __enter__(self) -> Turns:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for each in self._sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                where = (self._server.hostname or "", self._server.port or 0)
                server = socket.create_connection(where)
                self._sockets += [client, server]
                answered = threading.Event()
                answered.set()
                for source, target in ((client, server), (server, client)):
                    asks = source is client
                    arguments = (source, target, answered, asks)
                    threading.Thread(target=self._pass_on, args=arguments, daemon=True).start()

    def _pass_on(
        self, source: socket.socket, target: socket.socket, answered: threading.Event, asks: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while heard := source.recv(65536):
                if not asks:
                    answered.set()
                elif answered.is_set():
                    answered.clear()
                    self.taken += 1
                target.sendall(heard)
