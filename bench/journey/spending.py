"""Processor time of the app and of its stores, in nanoseconds, read around a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import psutil

from ..processes.cpuclock import used_ns


class Spent(NamedTuple):
    """Processor time since the processes were started."""

    app_ns: int
    store_ns: int

    def since(self, before: Spent) -> Spent:
        """Return what was spent after *before*."""
        return Spent(self.app_ns - before.app_ns, self.store_ns - before.store_ns)


class Purse:
    """Reads what an app node and the store servers have spent, their children included."""

    def __init__(self, app: int, stores: Sequence[int] = (), forking: Sequence[int] = ()) -> None:
        """
        Take the process IDs of the node, of stores, and of stores that fork for each connection.

        A store on another machine is not among them; 0 for *app* is no node.
        """
        self._app = _family(app) if app else []
        self._stores = [psutil.Process(pid) for pid in stores]
        self._forking = forking

    @classmethod
    def of_stores(cls, stores: Sequence[int], forking: Sequence[int] = ()) -> Purse:
        """Return one that reads stores alone."""
        return cls(0, stores, forking)

    def read(self) -> Spent:
        """Return what was spent until now."""
        forked = [each for pid in self._forking for each in _family(pid)]
        return Spent(_sum(self._app), _sum([*self._stores, *forked]))


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _sum(processes: Sequence[psutil.Process]) -> int:
    total = 0
    for process in processes:
        try:
            total += used_ns(process)
        except psutil.NoSuchProcess:
            continue  # the process of a connection that has ended
    return total
