"""What the tests of a store are made of: records, keys, instants, and calls that start together."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from ..record import Record, Rotation
from ..stores.base import LINEAGE_BYTES, TokenStore

NOW = float(int(time.time()))
LATER = NOW + 3600
GRACE_SINCE = NOW - 10
THREADS = 8


def a_record(subject: str | None = "alice", data: bytes = b"{}") -> Record:
    """A record with a fresh handle."""
    return Record(secrets.token_urlsafe(12), subject, NOW, NOW, "192.0.2.1", "Agent/1.0", data)


def a_key(of: bytes | None = None) -> bytes:
    """Return a fresh key, such as `digest` gives; of the family of *of* if that is given."""
    lineage = secrets.token_bytes(LINEAGE_BYTES) if of is None else of[:LINEAGE_BYTES]
    return lineage + secrets.token_bytes(32)


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


def rotate(
    store: TokenStore,
    handle: str,
    key: bytes,
    new_key: bytes,
    nonce: bytes = b"nonce",
    seen_at: float = NOW,
    grace_since: float = GRACE_SINCE,
) -> Rotation:
    """Rotate with what a test does not care about filled in."""
    return store.replace(handle, key, new_key, nonce, seen_at, LATER, grace_since)
