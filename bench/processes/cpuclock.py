"""Processor time of a server, sampled while it is under load, read off between two instants."""

from __future__ import annotations

import time

import numpy as np
import psutil


class CpuClock:
    """Samples what processes and their children have used."""

    def __init__(self, *pids: int) -> None:
        """0 for a process on another machine, of which nothing is known; nor is it of none."""
        self.known = bool(pids) and all(pids)
        roots = [psutil.Process(pid) for pid in pids] if self.known else []
        self._processes = [
            each for root in roots for each in (root, *root.children(recursive=True))
        ]
        self._at_ns: list[int] = []
        self._used_ns: list[int] = []

    def sample(self) -> None:
        """Look at the clock; to be called some 20 times a second."""
        try:
            total_ns = sum(used_ns(process) for process in self._processes)
        except (OSError, psutil.Error):
            return  # it has ended: whoever waits for it says so
        self._at_ns.append(time.perf_counter_ns())
        self._used_ns.append(total_ns)

    def used_between_s(self, start_ns: int, end_ns: int) -> float:
        """Seconds used between two instants of `perf_counter_ns`, interpolated."""
        if not self._at_ns:
            return 0.0
        before, after = np.interp([start_ns, end_ns], self._at_ns, self._used_ns)
        return float(after - before) / 1e9


def used_ns(process: psutil.Process) -> int:
    """Return the processor time that *process* has used, in nanoseconds."""
    try:
        # The processor clock of another process (clock_getcpuclockid(3)), in nanoseconds; the
        # times in /proc have hundredths of a second.
        return time.clock_gettime_ns((~process.pid << 3) | 2)
    except OSError:
        times = process.cpu_times()
        return int((times.user + times.system) * 1e9)
