"""Starts Locust, gives it a schedule to keep, and brings back its rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from msgspec.structs import replace
from numpy.typing import NDArray

from .. import recorder
from ..environment import Steal
from ..machines.given import Machines
from ..nodes import Node
from ..processes.children import BenchError
from ..processes.locust import locust
from . import job as jobs
from .job import Job, Load, Outcome
from .schedule import Schedule

ALLOWANCE_S = 30.0
WORKERS_ALLOWANCE_S = 60.0
"""For the workers to come; when Locust itself gives up waiting for them."""
_BENCH = Path(__file__).parent.parent
_AS_ONE: list[str | Path] = ["-f", _BENCH / "driving" / "locustfile.py", "--users", "1"]


class Generator:
    """
    One Locust process, which waits for its job and ends after it.

    It takes Locust a second or two to start: start it, then the server, then give it the job.
    """

    def __init__(
        self, folder: Path, cores: Sequence[int] = (), machines: Machines | None = None
    ) -> None:
        """With *machines* that names workers, Locust's master, which parts the work among them."""
        self._job = folder / "load-job"
        self._schedule = folder / "load-schedule.npz"
        self._rows = folder / "load-rows"
        self._outcome = folder / "load-outcome"
        log = folder / "locust.log"
        for path in (self._job, self._schedule, self._rows, self._outcome, log):
            path.unlink(missing_ok=True)
        self._workers = machines.workers if machines else 0
        options: list[str | Path] = ["--headless"]
        options += _as_master(machines) if machines and machines.workers else _AS_ONE
        options += ["--exit-code-on-error", "0"]
        options += ["--stop-timeout", "5", "--only-summary", "--loglevel", "WARNING"]
        options += ["--job", self._job]
        self._child = locust(options, log, cores)

    def keep(
        self,
        node: Node,
        loads: Sequence[Load],
        schedule: Schedule,
        tick: Callable[[], None] = lambda: None,
        others: Sequence[Node] = (),
    ) -> tuple[NDArray[Any], Outcome]:
        """
        Send *schedule* to *node*, and give the recorded rows and how the generator did.

        *tick* runs about 20 times a second meanwhile; *others* share the load, if there are several
        workers to drive them. `BenchError` if Locust fails or is killed.
        """
        schedule.save(self._schedule)
        job = Job(
            host=node.host,
            port=node.port,
            others=[(other.host, other.port) for other in others],
            arms=list(loads),
            schedule=str(self._schedule),
            rows=str(self._rows),
            outcome=str(self._outcome),
        )
        jobs.write(self._job, job)
        stolen = Steal()
        allowance_s = ALLOWANCE_S + (WORKERS_ALLOWANCE_S if self._workers else 0.0)
        if self._child.wait(schedule.duration_s * 1.5 + allowance_s, tick) != 0:
            remedy = "; start a worker on each machine: python -m bench worker --master-host ..."
            lost = f"{self._child.obituary()}; the block is lost"
            raise BenchError(lost + (remedy if self._workers else ""))
        try:
            outcome = jobs.read_outcome(self._outcome)
        except (OSError, msgspec.MsgspecError) as exc:
            raise BenchError(f"Locust ended without a word: {self._child.last_words(3)}") from exc
        if outcome.failure:
            raise BenchError(f"Locust could not keep the schedule: {outcome.failure}")
        return recorder.read(self._rows), replace(outcome, steal_percent=stolen.percent())

    def began(self) -> bool:
        """Whether the first request of the schedule is about to be sent, or was."""
        return self._rows.exists()

    def __enter__(self) -> Generator:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._child.stop(patience_s=1.0)


def _as_master(machines: Machines) -> list[str | Path]:
    number = str(machines.workers)
    options = ["--master", "--master-bind-host", machines.master_host]
    options += ["--master-bind-port", str(machines.master_port), "--expect-workers", number]
    options += ["--expect-workers-max-wait", f"{WORKERS_ALLOWANCE_S:.0f}"]
    options += ["--users", number, "--spawn-rate", number]
    return ["-f", _BENCH / "machines" / "locustfile.py", *options]
