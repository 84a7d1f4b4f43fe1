"""Puts a store a stated round trip away, and shows that it is: measured, not assumed.

A relay costs something itself: more system calls, and processors that fell asleep meanwhile. That
much is measured first and taken off the delay that is asked for; then the store is asked through
it and past it once more, and both are kept.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter_ns
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import numpy as np
import psycopg
import valkey

from ..processes.children import Child, wait_until
from ..processes.placement import Placement, running_on

START_TIMEOUT_S = 15.0
ATTEMPTS = 6
NEAR_ENOUGH_US = 15.0
"""Off at the first attempt, and twice as much at each that follows."""
OWN_US_MOST = 300.0
PINGS = 300
PING_LIMIT_NS = 400_000_000
"""Of one round: with a store far away there are fewer pings."""
NOWHERE = Placement()
_LISTENING = re.compile(r"proxy: listening on 127\.0\.0\.1:(\d+)")

Ping = Callable[[], object]


@dataclass(frozen=True)
class Distance:
    """A store that is farther away than it was."""

    url: str
    """Of the store, through the relay."""
    proxy_rtt_us: float
    direct_rtt_us: float

    @property
    def added_us(self) -> float:
        """What the round trip was made longer by, at the median."""
        return self.proxy_rtt_us - self.direct_rtt_us


@contextlib.contextmanager
def farther(
    url: str, rtt_ms: float, folder: Path, placement: Placement = NOWHERE, *, naps: bool = False
) -> Iterator[Distance]:
    """
    The store at *url*, *rtt_ms* farther away, until the end of the block.

    A relay that *naps* leaves its core to the load generator meanwhile.
    """
    wanted_us = rtt_ms * 1000
    own_us = 0.0
    for attempt in range(ATTEMPTS):
        with _relay(url, max(0.0, wanted_us - own_us), folder, placement, naps) as far:
            distance = measure(url, far, placement.server)
            over_us = distance.added_us - wanted_us
            if abs(over_us) < NEAR_ENOUGH_US * 2**attempt or attempt == ATTEMPTS - 1:
                yield distance
                return
        # A machine that is busy for a moment must not be taken for what a relay costs.
        own_us = min(max(own_us + over_us, 0.0), OWN_US_MOST)


def measure(direct: str, through: str, cores: Sequence[int] = ()) -> Distance:
    """Ping the store at *direct*, and the same one *through* a relay, in turns, from *cores*."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(running_on(cores))
        pings = [stack.enter_context(_pinging(url)) for url in (direct, through)]
        took: list[list[int]] = [[], []]
        until_ns = perf_counter_ns() + PING_LIMIT_NS
        while len(took[0]) < PINGS and (len(took[0]) < 20 or perf_counter_ns() < until_ns):
            for ping, found in zip(pings, took, strict=True):
                # Twice: what the processor forgot while it waited for the other is not distance.
                ping()
                started = perf_counter_ns()
                ping()
                found.append(perf_counter_ns() - started)
    near_us, far_us = (float(np.median(each)) / 1000 for each in took)
    return Distance(through, far_us, near_us)


@contextlib.contextmanager
def _relay(
    url: str, added_us: float, folder: Path, placement: Placement, naps: bool
) -> Iterator[str]:
    descriptor, name = tempfile.mkstemp(dir=folder, prefix="proxy-", suffix=".log")
    os.close(descriptor)
    log = Path(name)
    command: list[str | Path] = [sys.executable, "-m", "bench.proxy", "--to", address_in(url)]
    command += ["--round-trip-us", f"{added_us:.1f}", *(["--naps"] if naps else [])]
    # Beside the store and not on its core: it polls all the while.
    cores = placement.generator
    with Child("the delay proxy", command, log=log, cores=cores) as child:
        wait_until(partial(_announced, child), child, START_TIMEOUT_S, "the delay proxy")
        yield at_port(
            url, int(_LISTENING.findall(log.read_text(errors="replace", encoding="utf-8"))[0])
        )


def _announced(child: Child) -> bool:
    return bool(_LISTENING.search(child.log.read_text(errors="replace", encoding="utf-8")))


def is_redis(url: str) -> bool:
    """Whether *url* is of a Valkey or a Redis."""
    return urlsplit(url).scheme in ("redis", "valkey", "unix")


def is_networked(url: str) -> bool:
    """Whether a relay can stand before the store at *url*."""
    return is_redis(url) or urlsplit(url).scheme in ("postgres", "postgresql")


def address_in(url: str) -> str:
    """Where the store at *url* listens: `HOST:PORT`, or the path of its socket."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return unquote(parts.path)
    if is_redis(url):
        return f"{parts.hostname or '127.0.0.1'}:{parts.port or 6379}"
    known = psycopg.conninfo.conninfo_to_dict(url)
    host, port = str(known.get("host") or "127.0.0.1"), str(known.get("port") or 5432)
    # libpq takes a host that is a folder for the folder of the server's socket.
    return f"{host}/.s.PGSQL.{port}" if host.startswith("/") else f"{host}:{port}"


def at_port(url: str, port: int) -> str:
    """*url*, but for a server at *port* of this machine."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":
        return f"redis://127.0.0.1:{port}/{query.get('db', '0')}"
    user, at, _ = parts.netloc.rpartition("@")
    for name in ("host", "port"):
        query.pop(name, None)
    if not is_redis(url):
        # What comes first must be the start-up message, and not an offer to encrypt.
        query |= {"sslmode": "disable", "gssencmode": "disable"}
    netloc = f"{user}{at}127.0.0.1:{port}"
    return urlunsplit(parts._replace(netloc=netloc, query=urlencode(query)))


@contextlib.contextmanager
def _pinging(url: str) -> Iterator[Ping]:
    if is_redis(url):
        client: Any = valkey.Valkey.from_url(url, single_connection_client=True)
        with contextlib.closing(client):
            yield client.ping
        return
    with psycopg.connect(url, autocommit=True) as connection:
        libpq = connection.pgconn
        libpq.prepare(b"ping", b"SELECT 1")
        yield lambda: libpq.exec_prepared(b"ping", None)
