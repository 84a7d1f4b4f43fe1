"""Counts and times what a request asks of the store and of cryptography, for Server-Timing.

The counts are taken where the calls are made, so they are exact; the tests hold them against
what the server itself counted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, TypeVar

from .auth import Measured

READS = ("read", "list_subject", "is_denied", "standing", "denied_since")
WRITES = (
    "create",
    "touch",
    "merge",
    "replace",
    "delete",
    "delete_handle",
    "delete_subject",
    "deny",
    "advance",
    "reap",
)
UNCOUNTED = ("outages", "strength", "listen", "ping", "close")
"""What a store has besides: facts about it, and calls that serve no request."""

T = TypeVar("T")


class Meter(threading.local):
    """What this thread spent since it last asked."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Start again from zero."""
        self.reads = self.writes = self.store_ns = self.checks = self.crypto_ns = 0

    def take(self) -> Measured:
        """What was spent, and start again from zero."""
        taken = Measured(self.reads, self.writes, self.store_ns, self.checks, self.crypto_ns)
        self.reset()
        return taken

    def store(self, store: T) -> T:
        """*store*, whose operations are counted and timed."""
        watched: Any = _Watched()
        for name in (name for name in UNCOUNTED + READS + WRITES if hasattr(store, name)):
            found = getattr(store, name)
            counted = name not in UNCOUNTED
            setattr(watched, name, self._store_call(found, name in READS) if counted else found)
        return watched  # type: ignore[no-any-return]

    def signer(self, signer: T) -> T:
        """*signer*, whose signatures are counted and timed."""
        watched: Any = _Watched()
        for name in ("sign", "verify"):
            setattr(watched, name, self._crypto_call(getattr(signer, name), name == "verify"))
        return watched  # type: ignore[no-any-return]

    def _store_call(self, call: Callable[..., T], reads: bool) -> Callable[..., T]:
        def timed(*arguments: Any, **named: Any) -> T:
            started = perf_counter_ns()
            try:
                return call(*arguments, **named)
            finally:
                self.store_ns += perf_counter_ns() - started
                self.reads += reads
                self.writes += not reads

        return timed

    def _crypto_call(self, call: Callable[..., T], checks: bool) -> Callable[..., T]:
        def timed(argument: Any) -> T:
            started = perf_counter_ns()
            try:
                return call(argument)
            finally:
                self.crypto_ns += perf_counter_ns() - started
                self.checks += checks

        return timed


class _Watched:
    """Takes the place of what is measured, with the same methods."""
