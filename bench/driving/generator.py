"""Starts Locust, gives it a schedule to keep, and brings back its rows."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from numpy.typing import NDArray

from .. import recorder
from ..nodes import Node
from ..processes.children import BenchError, Child
from . import job as jobs
from .job import Job, Load, Outcome
from .schedule import Schedule

ALLOWANCE_S = 30.0
_LOCUSTFILE = Path(__file__).parent.parent / "locustfile.py"


class Generator:
    """
    One Locust process, which waits for its job and ends after it.

    It takes Locust a second or two to start: start it, then the server, then give it the job.
    """

    def __init__(self, folder: Path, cores: Sequence[int] = ()) -> None:
        self._job = folder / "load-job"
        self._schedule = folder / "load-schedule.npz"
        self._rows = folder / "load-rows"
        self._outcome = folder / "load-outcome"
        log = folder / "locust.log"
        for path in (self._job, self._schedule, self._rows, self._outcome, log):
            path.unlink(missing_ok=True)
        command: list[str | Path] = [sys.executable, "-m", "locust", "-f", _LOCUSTFILE]
        command += ["--headless", "--users", "1", "--exit-code-on-error", "0"]
        command += ["--stop-timeout", "5", "--only-summary", "--loglevel", "WARNING"]
        command += ["--job", self._job]
        self._child = Child("Locust", command, log=log, cores=cores, serves=False)

    def keep(
        self,
        node: Node,
        loads: Sequence[Load],
        schedule: Schedule,
        tick: Callable[[], None] = lambda: None,
    ) -> tuple[NDArray[Any], Outcome]:
        """
        Send *schedule* to *node*, and give the recorded rows and how the generator did.

        *tick* runs about 20 times a second meanwhile. `BenchError` if Locust fails or is killed.
        """
        schedule.save(self._schedule)
        job = Job(
            host=node.host,
            port=node.port,
            arms=list(loads),
            schedule=str(self._schedule),
            rows=str(self._rows),
            outcome=str(self._outcome),
        )
        jobs.write(self._job, job)
        if self._child.wait(schedule.duration_s * 1.5 + ALLOWANCE_S, tick) != 0:
            raise BenchError(f"{self._child.obituary()}; the block is lost")
        try:
            outcome = jobs.read_outcome(self._outcome)
        except (OSError, msgspec.MsgspecError) as exc:
            raise BenchError(f"Locust ended without a word: {self._child.last_words(3)}") from exc
        if outcome.failure:
            raise BenchError(f"Locust could not keep the schedule: {outcome.failure}")
        return recorder.read(self._rows), outcome

    def __enter__(self) -> Generator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._child.stop(patience_s=1.0)
