"""Registers: small values that all nodes share, each changed by compare and set.

The accounts are kept in them, and what a credential was replaced by a moment ago. Registers over
Valkey, PostgreSQL and SQLite are in demo/builtin/registers.py.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol

MAX_REGISTERS = 10_000
"""How many values a process keeps in memory before it looks for those whose time is up."""


class Registers(Protocol):
    """Values by name. Each operation is one atomic step, also between nodes."""

    @property
    def outages(self) -> tuple[type[Exception], ...]:
        """What is raised when the store cannot answer; empty if it always can."""

    def get(self, name: str) -> bytes | None:
        """Return the value of *name*; None if it has none, or its time is up."""

    def swap(
        self, name: str, old: bytes | None, new: bytes | None, lives_s: float | None = None
    ) -> bool:
        """
        Set *name* to *new* if its value is *old*; return whether it was.

        None stands for no value. After *lives_s* seconds the new value is gone; None keeps it.
        Of concurrent calls with one *old* one wins. Values are never empty.
        """

    def close(self) -> None:
        """Release connections and files."""


class MemoryRegisters:
    """Registers of one process, gone with it."""

    outages: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self._values: dict[str, tuple[bytes, float | None]] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> bytes | None:
        with self._lock:
            return self._live(name)

    def swap(
        self, name: str, old: bytes | None, new: bytes | None, lives_s: float | None = None
    ) -> bool:
        with self._lock:
            if self._live(name) != old:
                return False
            if new is None:
                self._values.pop(name, None)
            else:
                if len(self._values) >= MAX_REGISTERS:
                    self._sweep()
                self._values[name] = (new, None if lives_s is None else time.monotonic() + lives_s)
            return True

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _live(self, name: str) -> bytes | None:
        value, until = self._values.get(name, (None, None))
        return value if until is None or time.monotonic() < until else None

    def _sweep(self) -> None:
        for name in [name for name in self._values if self._live(name) is None]:
            del self._values[name]
