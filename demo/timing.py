"""Server-Timing: what one request spent, and where, in nanoseconds, for the bench.

`auth;dur=<ms>, store;dur=<ms>;desc="reads=<n> writes=<n>", crypto;dur=<ms>;desc="checks=<n>"`
with `dur` in milliseconds of six decimals. `auth` is the whole check; `store` and `crypto` are
what the scheme counted within the request. A second field has `app;dur=<ms>`, from entering the
WSGI app until its answer is ready, with a `desc` that names the scheme (`of`), when the app was
entered (`came`, nanoseconds of CLOCK_MONOTONIC), and of the thread meanwhile its processor time
(`cpu`, and of the check alone `check`) and how long it was ready to run and waited for a processor
(`waited`), in nanoseconds.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from time import perf_counter_ns, thread_time_ns
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g

from .auth import Measured, Scheme

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LONGEST_LOOK_NS = 1000
"""What a look at the clock takes where nothing comes in between, and to spare."""
CHECK_CPU = "demo.check_cpu_ns"
"""Where the gate leaves the processor time of the check in the environment of the request."""
EMPTY_WAITS = 200
SCHEDSTAT = "/proc/thread-self/schedstat"
"""Of the calling thread: nanoseconds on a processor, nanoseconds waiting for one, turns."""


def register_timing(app: Flask, scheme: Scheme) -> None:
    """Add Server-Timing to every answer of *app*."""

    def start() -> None:
        # The thread may carry counts of work nobody collected.
        scheme.take_measured()

    def finish(response: Response) -> Response:
        response.headers["Server-Timing"] = describe(g.get("auth_ns", 0), scheme.take_measured())
        return response

    app.before_request(start)
    app.after_request(finish)
    app.wsgi_app = Timed(app.wsgi_app, scheme.name)  # type: ignore[method-assign]  # Flask's own way


class Timed:
    """A WSGI app whose answers say how long it took to make them."""

    def __init__(self, app: WSGIApplication, name: str) -> None:
        self._app = app
        self._name = name

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as the app does, with one field more."""
        # The waiting is read within what is timed, or it could be longer than that.
        cpu_ns, came_ns = thread_time_ns(), perf_counter_ns()
        waited_ns = WAITING.ns()

        def respond(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            late_ns = WAITING.ns() - waited_ns
            app_ns = perf_counter_ns() - came_ns
            used_ns, check_ns = thread_time_ns() - cpu_ns, environ.get(CHECK_CPU, 0)
            said = f"of={self._name} came={came_ns} cpu={used_ns} check={check_ns} waited={late_ns}"
            timed = ("Server-Timing", f'app;dur={app_ns / 1e6:.6f};desc="{said}"')
            return start_response(status, [*headers, timed], exc_info)

        return self._app(environ, respond)


class _Waiting(threading.local):
    """How long this thread has waited for a processor while it was ready to run."""

    def __init__(self) -> None:
        try:
            # Open for as long as the thread lives: to open it again takes longer than to read it.
            self._file = os.open(SCHEDSTAT, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self._file = -1  # only Linux says it

    def ns(self) -> int:
        return int(os.pread(self._file, 64, 0).split()[1]) if self._file >= 0 else 0

    def __del__(self, close: Callable[[int], None] = os.close) -> None:
        # Named here, since at the end of the interpreter a module may have lost it.
        if self._file >= 0:
            close(self._file)


WAITING = _Waiting()


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
    A known delay by another clock than the one that measures: the processor time of the thread.

    A wait that ended where its measurement ends would be found again on any machine, however badly
    that measures. A sleep would overshoot by more than the delays we must find, so the clock is
    looked at over and over. By how much the last look was late is taken off the next wait: one is
    as likely too long as too short.
    """

    def __init__(self, delay_ns: int) -> None:
        self._delay_ns = self._late_ns = 0
        # What a wait for nothing takes is a part of every wait.
        started_ns = thread_time_ns()
        for _ in range(EMPTY_WAITS):
            self()
        self._delay_ns = delay_ns - (thread_time_ns() - started_ns) // EMPTY_WAITS
        self._late_ns = 0

    def __call__(self) -> int:
        """Use the processor for the delay, and return how long that was in nanoseconds."""
        started_ns = thread_time_ns()
        until_ns = started_ns + self._delay_ns - self._late_ns
        while (now_ns := thread_time_ns()) < until_ns:
            pass
        # A wait that was interrupted makes no other short.
        self._late_ns = min(now_ns - until_ns, LONGEST_LOOK_NS)
        return now_ns - started_ns
