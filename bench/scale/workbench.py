"""The process that does the jobs of the scale experiment, there for all of them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from ..processes.children import BenchError, Child
from .job import ScaleJob

LIMIT_S = 3600.0
POLL_S = 0.02


class Workbench:
    """
    One `bench.scale.worker`; `with` starts and ends it.

    To start one for each job would be to wait for the same imports twenty times.
    """

    def __init__(self, folder: Path, cores: Sequence[int]) -> None:
        """*folder* is for jobs and the log."""
        self._job = folder / "scale-job.json"
        self._log = folder / "scale.log"
        self._cores = cores

    def work(self, job: ScaleJob, tick: Callable[[], None]) -> None:
        """Have *job* done; *tick* is called meanwhile. Raises `BenchError` if it cannot be."""
        unfinished = self._job.with_suffix(".part")
        unfinished.write_bytes(msgspec.json.encode(job))
        unfinished.replace(self._job)
        deadline = time.monotonic() + LIMIT_S
        while self._job.exists():
            if self._worker.ended():
                raise BenchError(self._worker.obituary())
            if time.monotonic() > deadline:
                raise BenchError(f"{job.scheme} over {job.axis} did not end within {LIMIT_S:.0f} s")
            tick()
            time.sleep(POLL_S)

    def __enter__(self) -> Workbench:
        command: list[str | Path] = [sys.executable, "-m", "bench.scale.worker", self._job]
        self._worker = Child(
            "the scale loop", command, log=self._log, cores=self._cores, serves=False
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._worker.stop()
