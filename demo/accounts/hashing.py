"""Password hashing with Argon2id (RFC 9106), a bounded number of hashes at once.

One hash takes some 30 ms of a core. Without a bound, strangers who guess would take every core
and thread, and pages that need no login would wait for them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

AT_ONCE = max(1, min(2, (os.cpu_count() or 1) // 2))
"""How many passwords a process hashes at the same time: half of the cores at most."""
WAITING = 32
"""How many more may wait for their turn: about a second of work."""
WAIT_S = 1.5
"""How long one waits at most, in seconds, on a machine that is slow as well."""

# The smallest setting of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
OWASP = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
LIGHT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""The lightest setting there is: for measurements, where no reported time holds a login."""


class Busy(Exception):
    """So many passwords are waiting to be checked that one more is turned away."""


class Hashing:
    """Hashes and checks passwords, *at_once* at a time, while at most *waiting* more wait."""

    def __init__(
        self, hasher: PasswordHasher = OWASP, at_once: int = AT_ONCE, waiting: int = WAITING
    ) -> None:
        self._hasher = hasher
        self._room = threading.BoundedSemaphore(at_once + waiting)
        self._turn = threading.BoundedSemaphore(at_once)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, which lasts as long as the block; `Busy` if too many wait already."""
        if not self._room.acquire(blocking=False):
            raise Busy
        try:
            if not self._turn.acquire(timeout=WAIT_S):
                raise Busy
            try:
                yield
            finally:
                self._turn.release()
        finally:
            self._room.release()

    def hash(self, password: str) -> str:
        """Return the hash of *password*, which says itself how it is checked. Needs a turn."""
        return self._hasher.hash(password)

    def matches(self, hashed: str, password: str) -> bool:
        """Return whether *hashed* is a hash of *password*. Needs a turn."""
        try:
            return self._hasher.verify(hashed, password)
        except (VerifyMismatchError, InvalidHashError):
            return False

    def known(self, password: str) -> str:
        """Return a hash of *password*, which is public anyway; made once in this process."""
        return _known(self._hasher, password)


@cache
def _known(hasher: PasswordHasher, password: str) -> str:
    return hasher.hash(password)
