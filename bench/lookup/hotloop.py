"""The hot loop: `mechanism.verify` without HTTP, in a process of its own that does nothing else.

`python -m bench.lookup.hotloop JOBS` is how hotbench.py starts a block: a fresh process, which
imports everything once and then forks for each scheme, so that no scheme inherits another's heap.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from demo.auth import Floor, Mechanism, Scheme, Settings
from demo.schemes import build

from ..processes.launch import end_with
from .counting import count_calls

WARM_SHARE = 0.1
ISSUE_LIMIT_S = 5.0
LEAST_CALLS = 100
COUNTED = ("store_reads", "store_writes", "signature_checks")


class HotJob(msgspec.Struct, frozen=True, kw_only=True):
    """What one process measures."""

    scheme: str
    store_urls: list[str]
    keys_file: str
    pool: int
    calls: int
    seed: list[int]
    hit_rate: float | None = None
    """Share of calls that a cache is to answer; None where nothing is remembered."""
    result: str
    """Where the result goes: `.npz` with the arrays, `.json` with a `HotResult`."""


class HotResult(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted; the times are in the arrays."""

    population: int
    """Credentials in the pool."""
    warm_calls: int
    """Calls made before the first that counts."""
    correct: bool
    """Whether every credential gave the subject it was issued to."""
    figures: dict[str, float]
    """Exact counts a call."""


def measure(job: HotJob) -> tuple[HotResult, dict[str, NDArray[np.int64]]]:
    """Issue a pool of credentials, then time calls of verify and of its floor in turn."""
    settings = Settings(store_url=" ".join(job.store_urls), keys_file=Path(job.keys_file))
    figures = count_calls(job.scheme, settings)
    scheme = build(job.scheme, settings)
    mechanism = _mechanism(scheme)
    issued = _issue(mechanism, job.pool)
    credentials = list(issued)
    floor = scheme.floor(credentials)
    correct = all(mechanism.verify(each).subject == issued[each] for each in credentials)
    warm = max(LEAST_CALLS, round(job.calls * WARM_SHARE))
    if job.hit_rate is None:
        order = _order(job, len(credentials))
        used = [credentials[place] for place in order]
    else:
        # One that has seen none of them yet, and counts: what misses is told by the loop itself.
        scheme.close()
        scheme = build(job.scheme, replace(settings, timing=True))
        mechanism = _mechanism(scheme)
        used = _in_turns(credentials, job.hit_rate, warm + job.calls)
    calls = min(job.calls, len(used) - warm)
    _time(used[:warm], mechanism, floor)
    scheme.take_measured()
    arrays = _time(used[-calls:], mechanism, floor)
    if job.hit_rate is not None:
        seen = scheme.take_measured()
        counted = (seen.store_reads, seen.store_writes, seen.signature_checks)
        figures = {name: count / calls for name, count in zip(COUNTED, counted, strict=True)}
    scheme.close()
    result = HotResult(
        population=len(credentials), warm_calls=warm, correct=correct, figures=figures
    )
    return result, arrays


def _time(
    credentials: list[str], mechanism: Mechanism, floor: Floor | None
) -> dict[str, NDArray[np.int64]]:
    verify, now = mechanism.verify, time.perf_counter_ns
    verify_ns = np.zeros(len(credentials), dtype=np.int64)
    floor_ns = np.zeros(len(credentials), dtype=np.int64)
    gc.collect()
    gc.freeze()
    gc.disable()
    for call, credential in enumerate(credentials):
        started = now()
        verify(credential)
        verified = now()
        verify_ns[call] = verified - started
        if floor is not None:
            started = now()
            floor(call)
            floor_ns[call] = now() - started
    gc.enable()
    return {"verify_ns": verify_ns} | ({} if floor is None else {"floor_ns": floor_ns})


def _issue(mechanism: Mechanism, pool: int) -> dict[str, str]:
    """Credentials and whom they are for; fewer than *pool* where issuing is slow."""
    issued: dict[str, str] = {}
    deadline = time.monotonic() + ISSUE_LIMIT_S
    while len(issued) < pool and (len(issued) < LEAST_CALLS or time.monotonic() < deadline):
        # Each a person of its own: ten thousand logins of one would be found again by whoever
        # logs that one out everywhere, and nobody has so many.
        subject = f"caller-{len(issued)}"
        issued[mechanism.issue(subject).credential] = subject
    return issued


def _order(job: HotJob, pool: int) -> list[int]:
    """Which credential each call takes: all of them before any again, in random order."""
    generator = random.Random(repr(job.seed))
    order: list[int] = []
    while len(order) < job.calls + max(LEAST_CALLS, round(job.calls * WARM_SHARE)):
        order += generator.sample(range(pool), pool)
    return order


def _in_turns(credentials: list[str], hit_rate: float, calls: int) -> list[str]:
    """Each credential as often in a row as makes *hit_rate*; none comes again later."""
    times = round(1 / (1 - hit_rate))
    used = [credential for credential in credentials for _ in range(times)]
    return used[: calls - calls % times] if len(used) > calls else used


def _mechanism(scheme: Scheme) -> Mechanism:
    if scheme.mechanism is None:
        raise ValueError(f"{scheme.name} has no mechanism to measure")
    return scheme.mechanism


def main(path: str) -> None:
    """Measure each of the jobs in *path*, one after the other, and write their results."""
    for job in msgspec.json.decode(Path(path).read_bytes(), type=list[HotJob]):
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            end_with(parent, signal.SIGKILL)
            try:
                _write(job)
            except Exception as exc:  # whatever it is, the bench shows the last line
                sys.exit(f"{job.scheme} could not be measured: {exc}")
            sys.exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(1)


def _write(job: HotJob) -> None:
    result, arrays = measure(job)
    np.savez(f"{job.result}.npz", **arrays)  # type: ignore[arg-type]  # numpy's stub
    # Last, and in one step: that it is there says that the scheme is done.
    unfinished = Path(f"{job.result}.part")
    unfinished.write_bytes(msgspec.json.encode(result))
    unfinished.replace(f"{job.result}.json")


if __name__ == "__main__":
    main(sys.argv[1])
