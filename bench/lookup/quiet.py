"""Waits until the host serves nobody else: a block that is begun in a burst of it is lost too."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ..environment import Steal
from ..processes.speed import fixed_work_us

LOOK_S = 2.0
QUIET_PERCENT = 0.5
"""Stolen of all cores while one of them is kept busy: of one that idles nothing is stolen."""
PATIENCE_SHARE = 0.15
"""Of the time a run was announced with, in all of it: a host may never be quiet."""


class Quiet:
    """Lets no block begin while the host takes time away, as long as it has patience."""

    def __init__(self, cores: Sequence[int], run_s: float) -> None:
        """*cores* are where the servers run, *run_s* is how long the run was announced with."""
        self.waited_s = 0.0
        self._cores = cores
        self._patience_s = PATIENCE_SHARE * run_s

    def wait(self, tell: Callable[[], None] = lambda: None) -> bool:
        """Look until it is quiet, and say whether it is; *tell* runs before each look."""
        while self.waited_s < self._patience_s:
            tell()
            steal, started_s = Steal(), time.monotonic()
            while time.monotonic() - started_s < LOOK_S:
                fixed_work_us(self._cores)
            self.waited_s += time.monotonic() - started_s
            if steal.percent() < QUIET_PERCENT:
                return True
        return False
