"""Server-Timing: what one request spent on knowing its caller, in nanoseconds, for the bench.

`auth;dur=<ms>, store;dur=<ms>;desc="reads=<n> writes=<n>", crypto;dur=<ms>;desc="checks=<n>"`
with `dur` in milliseconds of six decimals. `auth` is the whole check; `store` and `crypto` are
what the scheme counted within the request.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns

from flask import Flask, Response, g

from .auth import Measured

LONGEST_LOOK_NS = 1000
"""What a look at the clock takes where nothing comes in between, and to spare."""


def register_timing(app: Flask, take_measured: Callable[[], Measured]) -> None:
    """Add Server-Timing to every answer of *app*."""

    def start() -> None:
        # The thread may carry counts of work nobody collected.
        take_measured()

    def finish(response: Response) -> Response:
        response.headers["Server-Timing"] = describe(g.get("auth_ns", 0), take_measured())
        return response

    app.before_request(start)
    app.after_request(finish)


def describe(auth_ns: int, spent: Measured) -> str:
    """Return the value of Server-Timing."""
    return (
        f"auth;dur={auth_ns / 1e6:.6f}, "
        f'store;dur={spent.store_ns / 1e6:.6f};desc="reads={spent.store_reads}'
        f' writes={spent.store_writes}", '
        f'crypto;dur={spent.crypto_ns / 1e6:.6f};desc="checks={spent.signature_checks}"'
    )


class Wait:
    """
    A known delay that is exact on average, though no clock can be looked at at every instant.

    A sleep would overshoot by more than the delays we must find again, so the clock is looked at
    over and over. By how much the last look was late is taken off the next wait: one is as likely
    too long as too short.
    """

    def __init__(self, delay_ns: int) -> None:
        self._delay_ns = delay_ns
        self._late_ns = 0

    def until_after(self, started_ns: int) -> int:
        """Wait until the delay after *started_ns* is over, and give what the clock shows then."""
        until_ns = started_ns + self._delay_ns - self._late_ns
        while (now := perf_counter_ns()) < until_ns:
            pass
        # A wait that was interrupted makes no other short.
        self._late_ns = min(now - until_ns, LONGEST_LOOK_NS)
        return now
