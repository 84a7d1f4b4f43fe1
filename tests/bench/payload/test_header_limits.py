"""A header that a server refused by chance is not over its limit; one that it always refuses is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.payload.header_limits import TRIES, _edge, _one_field, _status

LIMIT = 300


class Moody(ThreadingHTTPServer):
    """Takes fields of up to `LIMIT` bytes, but refuses each size the first *refusals* times."""

    daemon_threads = True

    def __init__(self, refusals: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.refusals = refusals
        self.asked: dict[int, int] = {}


class Handler(BaseHTTPRequestHandler):
    server: Moody

    def do_GET(self) -> None:
        size = len(self.headers.get("X-Field", ""))
        asked = self.server.asked[size] = self.server.asked.get(size, 0) + 1
        taken = size <= LIMIT and asked > self.server.refusals
        body = json.dumps({"fields": min(size, 1), "bytes": size}).encode() if taken else b""
        self.send_response(200 if taken else 431)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def moody(refusals: int) -> Iterator[int]:
    with Moody(refusals) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("refusals", [0, TRIES - 1])
def test_the_edge_is_found_whatever_was_refused_by_chance(refusals: int) -> None:
    with moody(refusals) as port:
        edge = _edge(lambda size: _status(port, _one_field, size), 1000)
    assert edge == (LIMIT, 431)


def test_what_is_refused_every_time_is_over_the_limit() -> None:
    with moody(TRIES) as port:
        assert _status(port, _one_field, LIMIT) == 431


def test_a_search_that_was_misled_goes_on_from_where_it_ended() -> None:
    """281 is asked on the way to 300: refused by chance, it would end the search at 280."""
    asked: list[int] = []

    def status(size: int) -> int:
        asked.append(size)
        misled = size == 281 and asked.count(size) == 1
        return 200 if size <= LIMIT and not misled else 431

    assert _edge(status, 1000) == (LIMIT, 431)
    assert asked.count(281) == 2


def test_what_is_never_refused_has_no_edge() -> None:
    assert _edge(lambda _: 200, 10) == (10, 200)
