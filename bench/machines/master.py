"""Locust's master in a run over several machines: parts the schedule, and gathers the rows."""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import gevent
import msgspec
import numpy as np
from gevent.queue import Empty, Queue
from locust.env import Environment
from locust.runners import MasterRunner

from .. import recorder
from ..driving import job as jobs
from ..driving.schedule import Schedule
from .clocks import Clock, Exchange, compare
from .parts import Returned, merged, packed, part_of

EXCHANGES = 40
PATIENCE_S = 10.0
HEAD_START_NS = 500_000_000
"""Until the first request: every worker has its part by then."""
POLL_S = 0.02


class WorkerLost(Exception):
    """A worker said nothing any more; the message names it."""


class Master:
    """One block: waits for its job and its workers, conducts them, and ends Locust."""

    def __init__(self, environment: Environment) -> None:
        runner, options = environment.runner, environment.parsed_options
        assert isinstance(runner, MasterRunner)
        assert options is not None
        self._runner = runner
        self._options = options
        self._job = Path(self._options.job)
        self._workers: list[str] = []
        self._inbox: dict[str, Queue] = defaultdict(Queue)
        self._runner.register_message("bench_ready", self._ready)
        self._runner.register_message("bench_pong", self._pong)
        self._runner.register_message("bench_rows", self._rows)

    def conduct(self) -> None:
        """Keep the schedule with all workers, and write rows and outcome as one generator would."""
        wanted = self._options.expect_workers
        while not self._job.exists() or len(self._workers) < wanted:
            gevent.sleep(POLL_S)
        job = jobs.read_job(self._job)
        try:
            outcome = self._keep(job)
        except Exception as exc:  # Locust would log it and wait for ever.
            outcome = jobs.Outcome(failure=f"{type(exc).__name__}: {exc}")
        jobs.write(Path(job.outcome), outcome)
        self._runner.quit()

    def _keep(self, job: jobs.Job) -> jobs.Outcome:
        schedule = Schedule.load(Path(job.schedule))
        before = {worker: self._exchanges(worker) for worker in self._workers}
        base_ns = time.perf_counter_ns() + HEAD_START_NS
        for index, worker in enumerate(self._workers):
            own = part_of(schedule, index, len(self._workers))
            # By the worker's own clock: the quickest exchange so far says best how far it is ahead.
            ahead_ns = compare(worker, before[worker], before[worker]).ahead_ns
            message = packed(_for(job, index), own, base_ns + ahead_ns)
            self._runner.send_message("bench_part", message, worker)
        Path(job.rows).touch()
        returned = []
        for worker in self._workers:
            patience_s = schedule.duration_s + job.timeout_s + PATIENCE_S
            data = self._next(worker, patience_s)
            clock = compare(worker, before[worker], self._exchanges(worker))
            outcome = msgspec.json.decode(data["outcome"], type=jobs.Outcome)
            rows = np.frombuffer(data["rows"], dtype=recorder.ROW)
            returned.append(Returned(rows, outcome, clock))
        rows, outcome = merged(returned, base_ns)
        Path(job.rows).write_bytes(rows.tobytes())
        clocks: list[Clock] = [each.clock for each in returned]
        return msgspec.structs.replace(outcome, clocks=clocks)

    def _exchanges(self, worker: str) -> list[Exchange]:
        found = []
        for _ in range(EXCHANGES):
            self._runner.send_message("bench_ping", {"sent": time.perf_counter_ns()}, worker)
            found.append(self._next(worker, PATIENCE_S))
        return found

    def _next(self, worker: str, patience_s: float) -> Any:
        """What *worker* says next."""
        try:
            return self._inbox[worker].get(timeout=patience_s)
        except Empty:
            raise WorkerLost(f"the worker {worker} did not answer any more") from None

    def _ready(self, environment: Environment, msg: Any) -> None:  # noqa: ARG002 - Locust's signature
        if msg.node_id not in self._workers:
            self._workers.append(msg.node_id)

    def _pong(self, environment: Environment, msg: Any) -> None:  # noqa: ARG002
        back = time.perf_counter_ns()
        data = msg.data
        exchange = Exchange(data["sent"], data["received"], data["answered"], back)
        self._inbox[msg.node_id].put(exchange)

    def _rows(self, environment: Environment, msg: Any) -> None:  # noqa: ARG002
        self._inbox[msg.node_id].put(msg.data)


def _for(job: jobs.Job, index: int) -> jobs.Job:
    """The job of the worker at *index*: nodes are taken in turn."""
    addresses = [(job.host, job.port), *job.others]
    host, port = addresses[index % len(addresses)]
    return msgspec.structs.replace(job, host=host, port=port, others=[])
