"""Drives a schedule in the open loop: requests leave when they are due, answered or not.

gevent's timers overshoot by most of a millisecond, so the driver sleeps until shortly before a
request is due and then polls until it is. It polls with `gevent.idle`, which looks at the sockets
every time; `gevent.sleep(0)` does so every 5 ms only, and would stamp answers that much too late.
Answers are stamped when they arrive and looked at when none is awaited, so that looking at one
never delays the stamp of another.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import gevent
import gevent.socket

from ..payload.wire import Parser, Response, WireError

SLEEP_MARGIN_S = 0.0015
LOOK_MARGIN_S = 0.0005
BACKLOG = 500
"""Answers that may wait to be looked at before one is looked at in spite of others to come."""


class Request(NamedTuple):
    """What is sent, and when it is due."""

    raw: bytes
    due_ns: int
    tag: Any
    """Comes back with the answer."""


class Answer(NamedTuple):
    """What came back; *response* None if nothing did, and *fault* says why."""

    request: Request
    start_ns: int
    end_ns: int
    response: Response | None
    fault: str


class Driver:
    """Sends requests over persistent connections and hands every answer to *look*."""

    def __init__(
        self,
        host: str,
        port: int,
        connections: int,
        timeout_s: float,
        look: Callable[[Answer], None],
    ) -> None:
        self._look = look
        self._timeout_s = timeout_s
        self._answers: deque[Answer] = deque()
        self._awaited = 0
        self._events = 0
        self.spun_s = 0.0
        """Processor time that went into waiting and nothing else."""
        self._idle = [_Connection(host, port, self) for _ in range(connections)]
        self._all = list(self._idle)

    def send(self, request: Request) -> None:
        """Send *request* at the instant it is due, or as soon after as a connection is free."""
        self._wait_until(request.due_ns)
        while not self._idle:
            gevent.idle()
        # The one used last is the one the server has warm.
        connection = self._idle.pop()
        self._awaited += 1
        connection.send(request)

    def finish(self) -> None:
        """Wait for the answers still to come, look at all of them, and close."""
        deadline = time.perf_counter() + self._timeout_s
        while self._awaited and time.perf_counter() < deadline:
            gevent.sleep(0.001)
        for connection in self._all:
            connection.give_up("no answer in time")
        while self._answers:
            self._look(self._answers.popleft())

    def took(self, connection: _Connection, answer: Answer, usable: bool) -> None:
        """Called by a connection: an answer came, or never will."""
        self._answers.append(answer)
        self._awaited -= 1
        self._events += 1
        if usable:
            self._idle.append(connection)

    def event(self) -> None:
        """Called by a connection that did something else."""
        self._events += 1

    def reopened(self, connection: _Connection) -> None:
        """Called by a connection that can be used again."""
        self._idle.append(connection)

    def dropped(self, connection: _Connection) -> None:
        """Called by a connection the server closed while nothing was asked."""
        if connection in self._idle:
            self._idle.remove(connection)

    def _wait_until(self, due_ns: int) -> None:
        while (left_s := (due_ns - time.perf_counter_ns()) / 1e9) > 0:
            if self._answers and self._may_look(left_s):
                self._look(self._answers.popleft())
            elif left_s > SLEEP_MARGIN_S:
                gevent.sleep(left_s - SLEEP_MARGIN_S)
            else:
                self._spin()
        if len(self._answers) > BACKLOG:
            self._look(self._answers.popleft())

    def _may_look(self, left_s: float) -> bool:
        return left_s > LOOK_MARGIN_S and (not self._awaited or len(self._answers) > BACKLOG)

    def _spin(self) -> None:
        events, started = self._events, time.thread_time()
        gevent.idle()
        if events == self._events:
            self.spun_s += time.thread_time() - started


class _Connection:
    """One persistent connection, and the greenlet that waits for what comes back on it."""

    def __init__(self, host: str, port: int, driver: Driver) -> None:
        self._address = (host, port)
        self._driver = driver
        self._request: Request | None = None
        self._start_ns = 0
        self._socket = self._connect()
        self._reader = gevent.spawn(self._read)

    def send(self, request: Request) -> None:
        self._request = request
        self._start_ns = time.perf_counter_ns()
        try:
            self._socket.sendall(request.raw)
        except OSError as exc:
            self._end(None, f"not sent: {exc.strerror or exc}", usable=False)

    def give_up(self, fault: str) -> None:
        """Close for good; a request still open counts as *fault*."""
        self._reader.kill()
        self._socket.close()
        if self._request is not None:
            self._end(None, fault, usable=False)

    def _connect(self) -> Any:
        connected = gevent.socket.create_connection(self._address, timeout=5)
        connected.settimeout(None)
        connected.setsockopt(gevent.socket.IPPROTO_TCP, gevent.socket.TCP_NODELAY, 1)
        return connected

    def _read(self) -> None:
        while True:
            fault = self._read_until_closed()
            self._socket.close()
            if self._request is not None:
                self._end(None, fault, usable=False)
            else:
                self._driver.dropped(self)
            try:
                self._socket = self._connect()
            except OSError:
                return
            self._driver.reopened(self)

    def _read_until_closed(self) -> str:
        """Take answers until the connection ends, and say how it did."""
        parser = Parser()
        while True:
            try:
                data = self._socket.recv(65536)
                end_ns = time.perf_counter_ns()
                if not data:
                    return "the connection was closed"
                response = parser.feed(data)
            except (OSError, WireError) as exc:
                return str(exc)
            if response is None:
                self._driver.event()
            else:
                self._end(response, "", usable=True, end_ns=end_ns)

    def _end(
        self, response: Response | None, fault: str, *, usable: bool, end_ns: int | None = None
    ) -> None:
        request, self._request = self._request, None
        if request is None:
            return
        answer = Answer(request, self._start_ns, end_ns or time.perf_counter_ns(), response, fault)
        self._driver.took(self, answer, usable)
