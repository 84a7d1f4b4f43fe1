"""Failed logins are counted, for each account and for each address; too many are a pause.

Only failures count, so an address from which many people log in is none the worse for it. The
counters are those of the library `limits`: in Valkey if one was given, so that all nodes share
them, else in this process. A Valkey that does not answer is an outage, as it is for the login
itself: nobody gets more guesses while the store is down.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from hashlib import blake2b
from math import ceil

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from ..auth import MAX_FAILURES_ACCOUNT, MAX_FAILURES_ADDRESS

WINDOW = timedelta(minutes=5)
"""Failures are forgotten this long after the first of them; a pause is over then."""


class Locked(Exception):
    """Too many failed logins; none is taken for *retry_after_s* seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"too many failed logins: wait {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Limiter:
    """Counts failures, at most *account* for an account and *address* for an address."""

    def __init__(
        self,
        storage: Storage | None = None,
        *,
        account: int = MAX_FAILURES_ACCOUNT,
        address: int = MAX_FAILURES_ADDRESS,
        window: timedelta = WINDOW,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._strategy = FixedWindowRateLimiter(storage or MemoryStorage())
        window_s = ceil(window.total_seconds())
        self.max_account = account
        self._account = RateLimitItemPerSecond(account, window_s, "account")
        self._address = RateLimitItemPerSecond(address, window_s, "address")
        self._now = now

    def check(self, name: str, address: str) -> None:
        """Raise `Locked` if no login for *name*, or none from *address*, is taken now."""
        for item, key in ((self._account, _key(name)), (self._address, address)):
            if not self._strategy.test(item, key):
                raise Locked(self._left_s(item, key))

    def failed(self, name: str, address: str) -> bool:
        """Count a failure; return whether it was the last that *name* may have for now."""
        self._strategy.hit(self._address, address)
        self._strategy.hit(self._account, _key(name))
        return not self._strategy.test(self._account, _key(name))

    def failures(self, name: str) -> int:
        """Return how many failures *name* has at present."""
        left = self._strategy.get_window_stats(self._account, _key(name)).remaining
        return self.max_account - left

    def forget(self, name: str) -> None:
        """Forget the failures of *name*, whose owner has just logged in."""
        # Those of the address stay: whoever has an account could start over as often as they like.
        self._strategy.clear(self._account, _key(name))

    def _left_s(self, item: RateLimitItem, key: str) -> int:
        ends_at = self._strategy.get_window_stats(item, key).reset_time
        return max(1, ceil(ends_at - self._now()))


def _key(name: str) -> str:
    # What a client calls itself may be long, and may be a password in the wrong field.
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
