"""What the tests of a store are made of: records, keys, instants, and calls that start together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from ..identifiers import digest, new_handle, new_id
from ..record import Record

NOW = float(int(time.time()))
LATER = NOW + 3600
LIMIT = 1000
THREADS = 8


def a_record(subject: str | None = "alice", seen_at: float = NOW, **data: bytes) -> Record:
    """A record with a fresh handle."""
    return Record(new_handle(), subject, NOW, seen_at, NOW, "192.0.2.1", "Agent/1.0", data)


def a_key() -> bytes:
    """A fresh key, such as `digest` gives."""
    return digest(new_id())


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each of *calls* gives, or the exception it raises, all started together."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[index] = call()
        except Exception as exc:  # the caller asserts on it
            results[index] = exc

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
