"""The Locust side of a block: one user who keeps a schedule for everybody.

Locust's own pacing waits for answers and drops the slots it misses; so there is one `User`, who
sends each request when it is due. Every answer still fires `events.request`, so that Locust's
tables and its page show the run; the figures come from the recorder's rows.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import gevent
from locust import User, task
from locust.exception import StopUser

from ..answers import Spans, fault_of, spans_of
from ..recorder import Recorder
from . import job as jobs
from .driver import Answer, Driver, Request
from .schedule import Schedule

HEAD_START_NS = 100_000_000
POLL_S = 0.02


class ScheduleKeeper(User):
    """Sends every request of the job's schedule when it is due, and ends the run."""

    fixed_count = 1

    @task
    def keep(self) -> None:
        """Keep the schedule once, as soon as there is one."""
        path = Path(self.environment.parsed_options.job)
        while not path.exists():
            gevent.sleep(POLL_S)
        job = jobs.read_job(path)
        try:
            outcome = _keep(job, self.environment.events.request)
        except Exception as exc:  # Locust would log it, and try again for ever.
            outcome = jobs.Outcome(failure=f"{type(exc).__name__}: {exc}")
        jobs.write(Path(job.outcome), outcome)
        # A greenlet of its own: this one is among those that quitting ends.
        gevent.spawn(self.environment.runner.quit)
        # Locust runs a task again as soon as it returns.
        raise StopUser


def _keep(job: jobs.Job, request_event: Any) -> jobs.Outcome:
    schedule = Schedule.load(Path(job.schedule))
    with Recorder(Path(job.rows)) as recorder:
        base_ns = time.perf_counter_ns() + HEAD_START_NS
        return drive(job, schedule, recorder, request_event, base_ns)


def drive(
    job: jobs.Job, schedule: Schedule, recorder: Recorder, request_event: Any, base_ns: int
) -> jobs.Outcome:
    """Send every request of *schedule*, which begins at *base_ns*, and record every answer."""
    examiner = _Examiner(job, recorder, request_event)
    driver = Driver(job.host, job.port, job.connections, job.timeout_s, examiner.look)
    arms = schedule.arm.tolist()
    draws = schedule.draw.tolist()
    cpu_started = time.process_time()
    for due_ns, arm, draw in zip(schedule.due_ns.tolist(), arms, draws, strict=True):
        credentials = job.arms[arm].credentials
        credential = credentials[draw % len(credentials)]
        driver.send(Request(credential.raw, base_ns + due_ns, (arm, credential.subject)))
        examiner.recorder.flush_if_due()
    wall_s = (time.perf_counter_ns() - base_ns) / 1e9
    cpu_s = time.process_time() - cpu_started - driver.spun_s
    driver.finish()
    return jobs.Outcome(
        base_ns=base_ns,
        wall_s=wall_s,
        cpu_s=cpu_s,
        sent=len(schedule),
        correct=examiner.correct,
        faults=dict(examiner.faults.most_common(5)),
    )


class _Examiner:
    """Decides for each answer whether it is a sample, and records it either way."""

    def __init__(self, job: jobs.Job, recorder: Recorder, request_event: Any) -> None:
        self.recorder = recorder
        self.correct = 0
        self.faults: Counter[str] = Counter()
        self._arms = job.arms
        self._request_event = request_event

    def look(self, answer: Answer) -> None:
        """Record *answer*, and tell Locust."""
        arm, subject = answer.request.tag
        response, spans, fault = answer.response, None, answer.fault
        if response is not None:
            spans = spans_of(response)
            fault = fault_of(response, subject) or self._not_of(arm, spans)
        self._count(fault)
        spans = spans or Spans()
        self.recorder.add(
            answer.request.due_ns,
            answer.start_ns,
            answer.end_ns,
            spans[:-1],
            arm,
            response.status if response else 0,
            not fault,
        )
        self._request_event.fire(
            request_type="GET",
            name=self._arms[arm].name,
            response_time=(answer.end_ns - answer.request.due_ns) / 1e6,
            response_length=response.received_bytes if response else 0,
            exception=ValueError(fault) if fault else None,
            context={"arm": self._arms[arm].name},
        )

    def _not_of(self, arm: int, spans: Spans | None) -> str:
        """Return why an answer tells nothing of *arm*; empty if it does."""
        if spans is None:
            return "no Server-Timing"
        wanted = self._arms[arm].scheme
        return "" if spans.scheme == wanted else f"{spans.scheme} answered and not {wanted}"

    def _count(self, fault: str) -> None:
        if fault:
            self.faults[fault] += 1
        else:
            self.correct += 1
