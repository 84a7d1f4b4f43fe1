"""Ends all logins of one subject, again and again, and times the call."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from pathlib import Path

from demo.auth import Settings
from demo.schemes import build

from ..processes.children import BenchError
from .filling import Filler
from .job import Point, ScaleJob, ScaleResult


def revoke_points(job: ScaleJob) -> dict[int, tuple[ScaleResult, list[int]]]:
    """
    What `revoke_all` takes at each point, by its number: all of one place, fewest logins first.

    Each time the subject is given its logins anew, as copies of one that the mechanism wrote, and
    afterwards there must be none left.
    """
    settings = Settings(store_url=" ".join(job.store_urls[0]), keys_file=Path(job.keys_file))
    scheme = build(job.scheme, settings)
    mechanism = scheme.mechanism
    assert mechanism is not None, "control has nothing to revoke"
    filler = Filler(scheme, job.store_urls[0])
    found = {}
    for number, point in _by_population(job.points):
        filler.fill(int(point.conditions["population"]), 0)
        sessions = int(point.conditions["subject_sessions"])
        took_ns: list[int] = []
        started_at = time.time()
        for call in range(point.calls):
            subject = f"leaver-{call:09d}"
            filler.fill_subject(subject, sessions)
            if call == 0 and len(mechanism.entries(subject) or ()) != sessions:
                raise BenchError(f"{job.scheme} does not find the logins it was filled with")
            gc.disable()
            started = time.perf_counter_ns()
            mechanism.revoke_all(subject)
            took_ns.append(time.perf_counter_ns() - started)
            gc.enable()
            if mechanism.entries(subject):
                raise BenchError(f"{job.scheme} left logins behind that it was to end")
        result = ScaleResult(correct=point.calls, of=point.calls, started_at=started_at, figures={})
        found[number] = (result, took_ns)
    filler.close()
    scheme.close()
    return found


def _by_population(points: Sequence[Point]) -> list[tuple[int, Point]]:
    return sorted(enumerate(points), key=lambda pair: pair[1].conditions["population"])
