"""A server with just enough HTTP/2 to be asked; it keeps what each request's headers weighed."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from dataclasses import dataclass

from hpack import Decoder

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING, CONTINUATION = 0, 1, 4, 6, 9
ACK = END_STREAM = 1
END_HEADERS, PADDED, PRIORITY = 4, 8, 32
STATUS_200 = b"\x88"


@dataclass(frozen=True)
class Block:
    """One request as it came: its header fields, and the bytes they took."""

    connection: int
    size: int
    fields: tuple[tuple[str, str], ...]


class Http2Server:
    """Answers every request with 200 and *page*; ends with its `with` block."""

    def __init__(self, page: bytes = b"", tls: ssl.SSLContext | None = None) -> None:
        self.blocks: list[Block] = []
        self._page = page
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._connections = 0
        self._threads = [threading.Thread(target=self._accept)]
        self._open: list[socket.socket] = []

    def __enter__(self) -> Http2Server:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                self._connections += 1
                thread = threading.Thread(target=self._serve, args=(client, self._connections))
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket, number: int) -> None:
        # A browser looks around and hangs up as it likes.
        with contextlib.suppress(OSError, ValueError):
            spoken = self._tls.wrap_socket(client, server_side=True) if self._tls else client
            self._open.append(spoken)
            with spoken, spoken.makefile("rb") as stream:
                if stream.read(len(PREFACE)) != PREFACE:
                    return
                spoken.sendall(_frame(SETTINGS, 0, 0, b""))
                decoder = Decoder()
                while head := stream.read(9):
                    body = stream.read(int.from_bytes(head[:3]))
                    self._take(spoken, number, decoder, head, body)

    def _take(
        self, client: socket.socket, number: int, decoder: Decoder, head: bytes, body: bytes
    ) -> None:
        kind, flags, stream_id = head[3], head[4], int.from_bytes(head[5:]) & 0x7FFFFFFF
        if kind == SETTINGS and not flags & ACK:
            client.sendall(_frame(SETTINGS, ACK, 0, b""))
        elif kind == PING and not flags & ACK:
            client.sendall(_frame(PING, ACK, 0, body))
        elif kind == HEADERS:
            if not flags & END_HEADERS or flags & PADDED:
                raise ValueError("a header block in one unpadded frame is all this understands")
            block = body[5:] if flags & PRIORITY else body
            fields = tuple((str(n), str(v)) for n, v in decoder.decode(block))
            self.blocks.append(Block(number, len(block), fields))
            client.sendall(
                _frame(HEADERS, END_HEADERS, stream_id, STATUS_200)
                + _frame(DATA, END_STREAM, stream_id, self._page)
            )


def _frame(kind: int, flags: int, stream_id: int, body: bytes) -> bytes:
    return len(body).to_bytes(3) + bytes([kind, flags]) + stream_id.to_bytes(4) + body
