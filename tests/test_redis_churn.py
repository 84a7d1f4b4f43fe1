"""Threads and greenlets that come and go: descriptors and the server's connections stay few."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bench.services import Services

COMMON = """
import os, sys, threading
from valkey import Valkey
from tests.redis_halves import HALVES
from sessions.stores.pool import MAX_CONNECTIONS
url, kind = sys.argv[1:]
def descriptors():
    return len(os.listdir("/proc/self/fd"))
asking = Valkey.from_url(url)
def connections():
    return len(asking.client_list())
half = HALVES[kind](Valkey.from_url(url))
read, merge = half.operations()["read"], half.operations()["merge"]
half.write()
first = descriptors(), connections()
failed = []
def both():
    try:
        read(); merge()
    except BaseException as exc:
        failed.append(repr(exc))
def see():
    assert not failed, failed[:3]
    found = descriptors(), connections()
    assert all(one <= other + MAX_CONNECTIONS for one, other in zip(found, first)), (found, first)
    half.read()
    half.write()
"""
THREADS = """
for _ in range(40):
    threads = [threading.Thread(target=both) for _ in range(50)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
see()
"""
GREENLETS = """
import gevent
for _ in range(20):
    gevent.joinall([gevent.spawn(both) for _ in range(100)])
see()
"""
BURSTS = """
import sessions.stores.pool, tokens.stores.pool
now = [0.0]
for module in (sessions.stores.pool, tokens.stores.pool):
    real = module.monotonic
    module.monotonic = lambda: real() + now[0]
for _ in range(5):
    threads = [threading.Thread(target=both) for _ in range(100)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    now[0] += module.IDLE_S + 1
    both(); both()
    assert connections() <= first[1] + 1, (connections(), first)
see()
"""
PATCH = "from gevent import monkey; monkey.patch_all()\n"


@pytest.mark.parametrize("kind", ["sessions", "tokens"])
@pytest.mark.parametrize(
    "code",
    [COMMON + THREADS, PATCH + COMMON + GREENLETS, COMMON + BURSTS],
    ids=["threads", "greenlets", "bursts"],
)
def test_many_callers_need_few_connections(
    code: str, kind: str, services: Services, valkey_client: object
) -> None:
    """2,000 that come and go, or a hundred at a time with quiet in between."""
    command = [sys.executable, "-c", code, services.redis_url, kind]
    done = subprocess.run(command, check=False, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
