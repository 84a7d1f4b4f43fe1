"""Persistent connections for the prober: one request at a time each, and never waited for."""

from __future__ import annotations

import socket
import time

import msgspec

from ..payload.wire import Parser, Response, WireError, connect
from .history import ACCEPT

CONNECT_LIMIT_S = 1.0

NO_ANSWER = 0
"""The status of a probe whose connection broke, or that nobody answered in time."""
SOMEBODY_ELSE = -1
"""The status of a probe that was accepted, but not as the expected subject."""


class Line:
    """One persistent connection, with at most one request under way."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self.socket = self._connected()
        self._parser = Parser()
        self.invoke_ns = 0
        self.free_ns = 0
        """Since when no request is under way."""
        self.busy = False

    def send(self, raw: bytes) -> None:
        """Send one request; `OSError` if the connection is broken."""
        if self.socket.fileno() < 0:
            self.socket = self._connected()
        self._parser = Parser()
        self.busy = True
        self.invoke_ns = time.perf_counter_ns()
        if self.socket.send(raw) != len(raw):
            raise WireError("the request did not fit into the socket")

    def receive(self) -> Response | None:
        """The answer if it is whole; `OSError` if there will be none."""
        data = self.socket.recv(65536)
        if not data:
            raise WireError("closed before the answer was whole")
        response = self._parser.feed(data)
        if response is not None:
            self._freed()
        return response

    def drop(self) -> None:
        """Close; the next request opens a new connection."""
        self._freed()
        self.socket.close()

    def _freed(self) -> None:
        self.busy = False
        self.free_ns = time.perf_counter_ns()

    def _connected(self) -> socket.socket:
        connected = connect(*self._address, CONNECT_LIMIT_S)
        connected.setblocking(False)
        return connected


class ProbeLine(Line):
    """A credential at one node, and when it is used there next."""

    def __init__(self, host: str, port: int, node: int) -> None:
        super().__init__(host, port)
        self.node = node
        self.due_ns = 0
        self.is_held = False
        """Not to be used yet."""
        self.accepts = 0


class _Subject(msgspec.Struct):
    subject: str | None


_decode = msgspec.json.Decoder(_Subject).decode


def status_of(response: Response, subject: str) -> int:
    """The status of an answer to /me; `SOMEBODY_ELSE` if it is a 200 that names not *subject*."""
    if response.status != ACCEPT:
        return response.status
    try:
        named = _decode(response.body).subject
    except msgspec.MsgspecError:
        return SOMEBODY_ELSE
    return ACCEPT if named == subject else SOMEBODY_ELSE
