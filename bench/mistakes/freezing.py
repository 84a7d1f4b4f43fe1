"""A node that stands still for a while, as one does whose garbage, disk or host takes its time."""

from __future__ import annotations

import contextlib
import signal
import time
from types import TracebackType

import psutil


class Freeze:
    """Stops a process and its children some time after the load began, and lets them go on."""

    def __init__(self, pid: int, after_s: float, for_s: float) -> None:
        process = psutil.Process(pid)
        self._processes = [process, *process.children(recursive=True)]
        self._after_s = after_s
        self._for_s = for_s
        self._began: float | None = None
        self._stopped_at: float | None = None
        self.frozen_s = 0.0
        """How long it stood still in the end."""

    def tick(self, loaded: bool) -> None:
        """Look at the clock; *loaded*: the load has begun."""
        now = time.monotonic()
        if self._began is None:
            self._began = now if loaded else None
        elif self._stopped_at is None and not self.frozen_s:
            if now - self._began >= self._after_s:
                self._send(signal.SIGSTOP)
                self._stopped_at = now
        elif self._stopped_at is not None and now - self._stopped_at >= self._for_s:
            self._thaw()

    def _thaw(self) -> None:
        if self._stopped_at is not None:
            self._send(signal.SIGCONT)
            self.frozen_s = time.monotonic() - self._stopped_at
            self._stopped_at = None

    def _send(self, number: int) -> None:
        for process in self._processes:
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)

    def __enter__(self) -> Freeze:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._thaw()
