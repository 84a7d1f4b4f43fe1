from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.driving.driver import Answer, Driver, Request

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
RAW = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
FREEZE_S = 0.3


class Server:
    """Answers each connection at once, but for one freeze; can hang up instead."""

    def __init__(self, freeze_at: int | None = None, hang_up_at: int | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._freeze_at, self._hang_up_at = freeze_at, hang_up_at
        self._count = 0
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        # Wakes the thread that accepts, which a close alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            while connection.recv(65536):
                with self._lock:  # one at a time, so that a freeze holds everybody up
                    self._count += 1
                    if self._count == self._hang_up_at:
                        return
                    if self._count == self._freeze_at:
                        time.sleep(FREEZE_S)
                connection.sendall(ANSWER)


@contextmanager
def _server(freeze_at: int | None = None, hang_up_at: int | None = None) -> Iterator[Server]:
    server = Server(freeze_at, hang_up_at)
    try:
        yield server
    finally:
        server.close()


def _drive(server: Server, count: int, gap_s: float, connections: int = 64) -> list[Answer]:
    answers: list[Answer] = []
    driver = Driver("127.0.0.1", server.port, connections, 5.0, answers.append)
    base_ns = time.perf_counter_ns() + 50_000_000
    for number in range(count):
        driver.send(Request(RAW, base_ns + int(number * gap_s * 1e9), number))
    driver.finish()
    return sorted(answers, key=lambda answer: int(answer.request.tag))


def _latency_s(answer: Answer) -> float:
    return (answer.end_ns - answer.request.due_ns) / 1e9


def test_every_request_is_answered_once() -> None:
    with _server() as server:
        answers = _drive(server, 50, 0.002)
    assert [answer.request.tag for answer in answers] == list(range(50))
    assert all(answer.response and answer.response.status == 200 for answer in answers)


def test_no_request_leaves_before_it_is_due() -> None:
    with _server() as server:
        answers = _drive(server, 50, 0.002)
    assert all(answer.start_ns >= answer.request.due_ns for answer in answers)


def test_a_freeze_is_charged_to_every_request_that_was_due_in_it() -> None:
    """A closed loop would send one request into the freeze and call the rest fast."""
    gap_s = 0.01
    with _server(freeze_at=10) as server:
        answers = _drive(server, 60, gap_s)
    slow = [answer for answer in answers if _latency_s(answer) > gap_s * 5]
    due_in_it = FREEZE_S / gap_s
    assert len(slow) >= due_in_it * 0.6
    assert max(map(_latency_s, answers)) > FREEZE_S * 0.9


def test_too_few_connections_are_charged_too() -> None:
    """What waits for a connection leaves late, and its latency counts from when it was due."""
    with _server(freeze_at=1) as server:
        answers = _drive(server, 10, 0.005, connections=1)
    assert all(answer.response for answer in answers)
    assert (answers[1].start_ns - answers[1].request.due_ns) / 1e9 > FREEZE_S * 0.5
    assert _latency_s(answers[1]) > FREEZE_S * 0.5


def test_waiting_for_a_connection_does_not_hide_the_answer_that_frees_it() -> None:
    """Sockets are looked at all the while; with gevent.sleep(0) this took half a minute."""
    with _server(freeze_at=1) as server:
        answers = _drive(server, 10, 0.005, connections=1)
    assert _latency_s(answers[-1]) < FREEZE_S + 1.0


def test_a_lost_connection_is_a_fault_and_the_next_request_is_answered() -> None:
    with _server(hang_up_at=5) as server:
        answers = _drive(server, 20, 0.005, connections=2)
    assert [answer.request.tag for answer in answers if answer.response is None] == [4]
    assert answers[4].fault == "the connection was closed"
