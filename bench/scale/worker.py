"""Fills stores and calls verify in them: `python -m bench.scale.worker JOB`.

It imports everything once and takes the jobs that appear in the file JOB, one after the other.
It forks for each, and within it for each round, so that no round inherits another's heap. What is
filled stays for all rounds of a job, but for what lives in the process itself.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np
import psutil

from demo.auth import Scheme, Settings
from demo.schemes import build

from ..lookup.counting import count_calls
from ..processes.children import BenchError
from ..processes.launch import end_with
from .chunks import Timed, measure, wanted
from .filling import Filler, deny
from .job import REVOKE_AXIS, Point, ScaleJob, ScaleResult
from .knowing import wait_until_known
from .revoking import revoke_points

REST_S = 0.06
"""Longer than a relay stays awake: two that poll would take turns on one core."""
LIFE_S = 3600.0
POLL_S = 0.01

Issued = dict[str, str]
"""Credentials, and whom they are for."""


def run_job(job: ScaleJob) -> None:
    """Fill, then measure every round in a process of its own."""
    if job.axis == REVOKE_AXIS:
        for number, (result, took_ns) in revoke_points(job).items():
            _write(job.path(0, number), result, {"revoke_all_ns": took_ns})
        return
    opened = _open(job, job.store_urls)
    if not opened[0].shared:  # what it is filled with lives in one process
        for scheme in opened:
            scheme.close()
        opened = []
    issued: list[Issued] = _fill(job, opened) if opened else []
    for round_ in range(job.rounds):
        _forked(job.scheme, lambda round_=round_: _round(job, round_, issued))  # type: ignore[misc]  # mypy has no type for a default


def _open(job: ScaleJob, places: Sequence[Sequence[str]]) -> list[Scheme]:
    """The scheme once for each place."""
    return [
        build(job.scheme, Settings(store_url=" ".join(urls), keys_file=Path(job.keys_file)))
        for urls in places
    ]


def _fill(job: ScaleJob, schemes: Sequence[Scheme], close: bool = True) -> list[Issued]:
    """Bring every point's store to what its conditions say; give its credentials."""
    fill = _fill_population if job.axis == "population" else _issue
    issued = [fill(schemes[point.place], job, point) for point in job.points]
    for scheme in schemes if close else ():
        scheme.close()
    return issued


def _fill_population(scheme: Scheme, job: ScaleJob, point: Point) -> Issued:
    filler = Filler(scheme, job.store_urls[point.place])
    try:
        return filler.fill(int(point.conditions["population"]), wanted(point.calls))
    finally:
        filler.close()


def _issue(scheme: Scheme, job: ScaleJob, point: Point) -> Issued:  # noqa: ARG001 - as the other
    mechanism = scheme.mechanism
    assert mechanism is not None, "control has no credentials"
    claims, denied = (int(point.conditions[name]) for name in ("claims", "denied"))
    data = {f"claim-{number:03d}": "twelve-chars" for number in range(claims)}
    issued = {}
    for number in range(wanted(point.calls)):
        subject = f"caller-{number:09d}"
        issued[mechanism.issue(subject, data).credential] = subject
    if denied:
        deny(mechanism, denied, time.time() + LIFE_S)
    return issued


def _round(job: ScaleJob, round_: int, issued: list[Issued]) -> None:
    """Measure every point once."""
    started_at, before = time.time(), psutil.Process().memory_info().rss
    if issued:
        schemes = _open(job, [job.urls(point) for point in job.points])
    else:
        opened = _open(job, job.store_urls)
        issued = _fill(job, opened, close=False)
        schemes = [opened[point.place] for point in job.points]
    figures = _counts(job)
    timed = []
    for scheme, point, known in zip(schemes, job.points, issued, strict=True):
        if point.conditions["denied"]:
            wait_until_known(scheme, next(iter(known)), job.urls(point))
        timed.append(_timed(job, scheme, point, known))
    memory_bytes = float(psutil.Process().memory_info().rss - before)
    measure(timed, random.Random(repr([*job.seed, round_])))
    for number, done in enumerate(timed):
        own = figures | {"credential_bytes": float(np.mean([*map(len, done.credentials)]))}
        if len(job.points) == 1:
            own["process_bytes"] = memory_bytes
        of = len(done.verify_ns)
        result = ScaleResult(correct=done.correct, of=of, started_at=started_at, figures=own)
        arrays = {"verify_ns": done.verify_ns, "floor_ns": done.floor_ns}
        _write(job.path(round_, number), result, {n: a for n, a in arrays.items() if a})
    for scheme in schemes:
        scheme.close()


def _counts(job: ScaleJob) -> dict[str, float]:
    """Exact counts, the same at every point; what they leave behind weighs least in the last."""
    settings = Settings(store_url=" ".join(job.store_urls[-1]), keys_file=Path(job.keys_file))
    return count_calls(job.scheme, settings)


def _timed(job: ScaleJob, scheme: Scheme, point: Point, issued: Issued) -> Timed:
    assert scheme.mechanism is not None, "control has no credentials"
    credentials = list(issued)
    # As they were issued they lie in memory side by side; nobody calls in that order.
    random.Random(repr([*job.seed, point.place])).shuffle(credentials)
    return Timed(
        mechanism=scheme.mechanism,
        floor=scheme.floor(credentials),
        credentials=credentials,
        subjects=[issued[each] for each in credentials],
        calls=point.calls,
        rest_s=REST_S if point.conditions["store_rtt_ms"] else 0.0,
    )


def _write(path: str, result: ScaleResult, arrays: dict[str, list[int]]) -> None:
    whole = {name: np.array(values, dtype=np.int64) for name, values in arrays.items()}
    np.savez(f"{path}.npz", **whole)  # type: ignore[arg-type]  # numpy's stub
    # Last, and in one step: that it is there says that the point is done.
    unfinished = Path(f"{path}.part")
    unfinished.write_bytes(msgspec.json.encode(result))
    unfinished.replace(f"{path}.json")


def _forked(what: str, act: Callable[[], None]) -> None:
    """Do *act* in a process of its own; this one ends with what it said if it fails."""
    parent, child = os.getpid(), os.fork()
    if child == 0:
        end_with(parent, signal.SIGKILL)
        code = 1
        try:
            act()
            code = 0
        except BenchError as exc:
            print(f"{what} could not be scaled: {exc}", file=sys.stderr)  # noqa: T201 - the log
        except Exception as exc:  # whatever it is, the bench shows the last line
            print(f"{what} could not be scaled: {type(exc).__name__}: {exc}", file=sys.stderr)  # noqa: T201
        finally:
            # No clean-up of what the parent still uses, such as its connections.
            sys.stderr.flush()
            os._exit(code)
    if os.waitpid(child, 0)[1] != 0:
        os._exit(1)


def main(path: str) -> None:
    """Measure the job in *path*, which goes when its results are there; then the next, for ever."""
    file = Path(path)
    while True:
        while not file.exists():
            time.sleep(POLL_S)
        job = msgspec.json.decode(file.read_bytes(), type=ScaleJob)
        _forked(job.scheme, lambda job=job: run_job(job))  # type: ignore[misc]  # as above
        file.unlink()


if __name__ == "__main__":
    main(sys.argv[1])
