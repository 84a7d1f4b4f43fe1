"""Passes bytes on between a client and a store, each way half of a round trip later.

Nothing is looked into, so it carries Valkey's protocol as well as PostgreSQL's. While anything is
under way, and for a moment after, it polls without sleeping: a timer would be late by more than
the shortest delay is long. Where it shares a core with others it naps until shortly before
something is due, and is late only by what it takes to be woken by what arrives.
"""

from __future__ import annotations

import contextlib
import select
import socket
from collections import deque
from time import perf_counter_ns

CHUNK_BYTES = 262_144
BACKLOG = 128
AWAKE_NS = 50_000_000
"""How long it stays awake after the last byte: to be woken takes tens of microseconds."""
NAP_MARGIN_NS = 120_000
"""How long before something is due a nap ends."""

Address = tuple[str, int] | str
"""Of a TCP server, or the path of its socket."""


class Relay:
    """One listening socket on loopback, and for each client a connection to *upstream*."""

    def __init__(self, upstream: Address, one_way_ns: int, *, naps: bool = False) -> None:
        self._upstream = upstream
        self._naps = naps
        self._one_way_ns = one_way_ns
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self.port: int = self._listener.getsockname()[1]
        self.asked = 0
        """How often a client has sent something: round trips, of clients that wait for answers."""
        self._clients: set[socket.socket] = set()
        self._poll = select.epoll()
        self._poll.register(self._listener.fileno(), select.EPOLLIN)
        self._sockets: dict[int, socket.socket] = {}
        self._peers: dict[socket.socket, socket.socket] = {}
        # One delay for all: what was read first is due first. No data is the end of a connection.
        self._due: deque[tuple[int, socket.socket, bytes]] = deque()
        self._awake_until_ns = 0

    def run(self) -> None:
        """Relay until the process is ended."""
        due = self._due
        while True:
            now_ns = perf_counter_ns()
            while due and due[0][0] <= now_ns:
                _, target, data = due.popleft()
                self._pass_on(target, data)
            for descriptor, _ in self._ready(now_ns):
                if descriptor == self._listener.fileno():
                    self._accept()
                elif descriptor in self._sockets:
                    self._read(self._sockets[descriptor])

    def _ready(self, now_ns: int) -> list[tuple[int, int]]:
        """What can be read now; returns in time for what is due next."""
        due = self._due
        if not self._naps:
            awake = bool(due) or now_ns < self._awake_until_ns
            return self._poll.poll(0 if awake else -1)
        left_s = max(0.0, (due[0][0] - now_ns - NAP_MARGIN_NS) / 1e9) if due else None
        # Not by epoll itself, which counts in whole milliseconds.
        select.select([self._poll], [], [], left_s)
        return self._poll.poll(0)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        try:
            server = _connect(self._upstream)
        except OSError:
            client.close()  # as a store does that is gone
            return
        for one, other in ((client, server), (server, client)):
            one.setblocking(False)
            if one.family == socket.AF_INET:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._sockets[one.fileno()] = one
            self._peers[one] = other
            self._poll.register(one.fileno(), select.EPOLLIN)
        self._clients.add(client)

    def _read(self, source: socket.socket) -> None:
        try:
            data = source.recv(CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        now_ns = perf_counter_ns()
        self._awake_until_ns = now_ns + AWAKE_NS
        self._due.append((now_ns + self._one_way_ns, self._peers[source], data))
        if not data:
            self._poll.unregister(source.fileno())
            del self._sockets[source.fileno()]
        elif source in self._clients:
            self.asked += 1

    def _pass_on(self, target: socket.socket, data: bytes) -> None:
        if target not in self._peers:
            return  # closed meanwhile, and what was on the way to it is lost
        try:
            left = memoryview(data)
            while left:
                try:
                    left = left[target.send(left) :]
                except BlockingIOError:
                    select.select([], [target], [])
        except OSError:
            data = b""
        if not data:
            self._close(target)

    def _close(self, target: socket.socket) -> None:
        for each in (self._peers[target], target):
            del self._peers[each]
            self._clients.discard(each)
            if self._sockets.pop(each.fileno(), None) is not None:
                with contextlib.suppress(OSError):
                    self._poll.unregister(each.fileno())
            each.close()


def _connect(address: Address) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=5)
    server = socket.socket(socket.AF_UNIX)
    server.settimeout(5)
    server.connect(address)
    return server
