"""How large a header real servers take, with their defaults: found by bisection, at the socket."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..processes.children import BenchError, Child, ChildDied, wait_until
from .echo import SERVERS
from .sizing import largest
from .wire import Connection, Headers, WireError

CAP_BYTES = 1024 * 1024
"""Where the search ends: no credential is that large."""
FIELD_BYTES = 1000
"""Of each of many fields, when it is their sum that is sought."""
START_TIMEOUT_S = 20.0
ANSWER_S = 5.0
ATTEMPTS = 3
TRIES = 3
"""Of a size that was refused: what reaches the app once is not over the limit."""
NO_ANSWER = 0


@dataclass(frozen=True)
class HeaderLimit:
    """What one server, at one version, takes of header fields."""

    server: str
    version: str
    field_bytes: int
    """The largest value of a single field that reached the app."""
    field_status: int
    """What one byte more gets; 0: the connection closed without an answer."""
    sum_bytes: int
    """The most that reached the app in fields of 1,000 bytes each."""
    sum_status: int


def find_header_limit(server: str, folder: Path) -> HeaderLimit | None:
    """The limits of *server*; None if it is not installed. Raises BenchError if it does not run."""
    try:
        installed = version(server)
    except PackageNotFoundError:
        return None
    with _running(server, folder) as port:
        field = partial(_status, port, _one_field)
        many = partial(_status, port, _many_fields)
        field_bytes, field_status = _edge(field, CAP_BYTES)
        fields, sum_status = _edge(many, CAP_BYTES // FIELD_BYTES)
    return HeaderLimit(
        server, installed, field_bytes, field_status, fields * FIELD_BYTES, sum_status
    )


def _edge(status: Callable[[int], int], cap: int) -> tuple[int, int]:
    def reaches(size: int) -> bool:
        return status(size) == 200

    most = largest(reaches, cap)
    while most < cap:
        if (beyond := status(most + 1)) != 200:
            return most, beyond
        # The search was misled by a refusal that was no limit: it goes on from there.
        most = largest(reaches, cap, known=most + 1)
    return most, 200


def _one_field(size: int) -> Headers:
    return (("X-Field", "x" * size),) if size else ()


def _many_fields(number: int) -> Headers:
    return tuple((f"X-Field-{each:04d}", "x" * FIELD_BYTES) for each in range(number))


def _status(port: int, make: Callable[[int], Headers], size: int) -> int:
    """The status of a request with so much in its header; 200 only if all of it reached the app."""
    for _ in range(TRIES):
        if (status := _try(port, make(size))) == 200:
            break
    return status


def _try(port: int, headers: Headers) -> int:
    # A connection each: after a refusal a server may close, with bytes of ours still unread.
    with Connection("127.0.0.1", port, timeout_s=ANSWER_S) as connection:
        try:
            response = connection.request("GET", "/", headers)
        except WireError:
            return NO_ANSWER
    if response.status != 200:
        return response.status
    whole = {"fields": len(headers), "bytes": sum(len(value) for _, value in headers)}
    return 200 if response.json() == whole else NO_ANSWER


@contextlib.contextmanager
def _running(server: str, folder: Path) -> Iterator[int]:
    assert server in SERVERS, f"{server} is not one of {', '.join(SERVERS)}"
    for attempt in range(ATTEMPTS):
        port = _free_port()
        command = [sys.executable, "-m", "bench.payload.echo", server, str(port)]
        log = folder / f"limits-{server}-{attempt}.log"
        with Child(server, command, log=log, serves=False) as child:
            try:
                wait_until(partial(_answers, port), child, START_TIMEOUT_S, server)
            except ChildDied:
                # Somebody took the port between our look and its bind.
                if attempt == ATTEMPTS - 1:
                    raise
                continue
            yield port
            return
    raise BenchError(f"{server} found no free port")


def _answers(port: int) -> bool:
    return _status(port, _one_field, 1) == 200


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
