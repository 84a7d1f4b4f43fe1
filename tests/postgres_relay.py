"""A wire between a client and PostgreSQL that counts what the client sends."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import Counter
from types import TracebackType
from urllib.parse import urlsplit

# Of the frontend's messages, those after which it waits for an answer: Sync, Query, Flush.
WAITING = frozenset("SQH")


class Relay:
    """Listens in front of the server of *url*, for one client at a time."""

    def __init__(self, url: str) -> None:
        self._server = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets = [self._listener]
        self.sent: Counter[str] = Counter()
        port = self._listener.getsockname()[1]
        where = f"{self._server.username}:{self._server.password}@127.0.0.1:{port}"
        # What comes first must be the start-up message, and not an offer to encrypt.
        self.url = f"postgresql://{where}{self._server.path}?sslmode=disable&gssencmode=disable"

    @property
    def round_trips(self) -> int:
        """How often the client has waited for the server."""
        return sum(count for kind, count in self.sent.items() if kind in WAITING)

    def __enter__(self) -> Relay:
        threading.Thread(target=self._serve, daemon=True).start()
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

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            client, _ = self._listener.accept()
            server = socket.create_connection((self._server.hostname or "", self._server.port or 0))
            self._sockets += [client, server]
            threading.Thread(target=self._answers, args=(server, client), daemon=True).start()
            size = _exactly(client, 4)
            server.sendall(size + _exactly(client, struct.unpack("!i", size)[0] - 4))
            while True:
                head = _exactly(client, 5)
                body = _exactly(client, struct.unpack("!i", head[1:])[0] - 4)
                self.sent[chr(head[0])] += 1
                server.sendall(head + body)

    @staticmethod
    def _answers(server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while heard := server.recv(65536):
                client.sendall(heard)


def _exactly(source: socket.socket, size: int) -> bytes:
    """The next *size* bytes; OSError if the other side is gone."""
    heard = b""
    while len(heard) < size:
        part = source.recv(size - len(heard))
        if not part:
            raise OSError("the other side is gone")
        heard += part
    return heard
