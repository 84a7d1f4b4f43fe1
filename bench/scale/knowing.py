"""Waits until a scheme that follows denials knows them all."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import valkey

from demo.auth import Scheme

from ..processes.children import BenchError
from ..proxy.distance import is_redis

LIMIT_S = 300.0
LOOKS = 5
_ASKED = ("cmdstat_exists", "cmdstat_mget")


def wait_until_known(scheme: Scheme, credential: str, urls: Sequence[str]) -> None:
    """
    Return once a verify of *credential*, which is good, asks the store no more.

    At once for a scheme that asks every time.

    A node that has not heard of everything yet asks the store: the server is looked at for that.
    """
    if not scheme.follows:
        return
    mechanism = scheme.mechanism
    assert mechanism is not None, "control has no credentials"
    client: Any = valkey.Valkey.from_url(next(filter(is_redis, urls)))
    deadline = time.monotonic() + LIMIT_S
    while time.monotonic() < deadline:
        before = _asked(client)
        for _ in range(LOOKS):
            mechanism.verify(credential)
        if _asked(client) == before:
            client.close()
            return
        time.sleep(0.05)
    raise BenchError(f"{scheme.name} does not get to know all denials within {LIMIT_S:.0f} s")


def _asked(client: Any) -> int:
    stats = client.info("commandstats")
    return sum(stats[name]["calls"] for name in _ASKED if name in stats)
