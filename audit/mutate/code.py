"""Errors in the program that measures: each is put into a copy of it, which then measures.

A copy runs in a process of its own and takes half a minute, so this is for those who change the
instrument and not for every test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..raw import ROOT, Unreadable, find, read
from ..selfchecks import checks

PACKAGES = ("sessions", "tokens", "demo", "bench", "audit", "reports")
RUN = ("-m", "bench", "run", "--plan", "smoke", "--seed", "1", "--only", "lookup")
SCHEMES = "session-cookie-redis,token-bearer-es256-expiry"


@dataclass(frozen=True)
class CodeMutation:
    """One error in a file: *old* becomes *new*, and the check that must catch it."""

    name: str
    file: str
    old: str
    new: str
    caught_by: str


CODE = (
    CodeMutation(
        "the generator forgives what it sends late",
        "bench/driving/keeper.py",
        "base_ns + due_ns, (arm",
        "max(base_ns + due_ns, time.perf_counter_ns()), (arm",
        "schedule_kept",
    ),
    CodeMutation(
        "some answers are not recorded",
        "bench/driving/keeper.py",
        "        self.recorder.add(\n",
        "        (self.recorder.add if answer.end_ns % 20 else lambda *_: 0)(\n",
        "schedule_kept",
    ),
    CodeMutation(
        "the end is stamped a millisecond late",
        "bench/driving/driver.py",
        "end_ns = time.perf_counter_ns()\n",
        "end_ns = time.perf_counter_ns() + 1_000_000\n",
        "ends_on_time",
    ),
    CodeMutation(
        "two schemes are asked for each other",
        "bench/driving/keeper.py",
        "job.arms[arm].credentials",
        "job.arms[-1 - arm].credentials",
        "expected_answers",
    ),
    CodeMutation(
        "the server rounds to 10 µs",
        "demo/timing.py",
        "auth;dur={auth_ns / 1e6:.6f}",
        "auth;dur={auth_ns / 1e6:.2f}",
        "not_rounded",
    ),
    CodeMutation(
        "the check is over before the store is asked",
        "demo/gate.py",
        "g.auth_ns = perf_counter_ns() - started",
        "g.auth_ns = thread_time_ns() - cpu_ns",
        "parts_within_span",
    ),
    CodeMutation(
        "tokens are flattered by 20 µs",
        "demo/gate.py",
        "g.auth_ns = perf_counter_ns() - started",
        "g.auth_ns = perf_counter_ns() - started - 20_000 * (self.scheme.kind == 'token')",
        "check_accounted",
    ),
    CodeMutation(
        "the store's time is counted half",
        "demo/metering.py",
        "self.store_ns += perf_counter_ns() - started",
        "self.store_ns += (perf_counter_ns() - started) // 2",
        "check_accounted",
    ),
    CodeMutation(
        "reads of the store are not counted",
        "demo/metering.py",
        "self.reads += reads",
        "self.reads += 0",
        "counts_as_declared",
    ),
    CodeMutation(
        "a delay is half as long as it says",
        "demo/timing.py",
        "started_ns + self._delay_ns - self._late_ns",
        "started_ns + self._delay_ns // 2 - self._late_ns",
        "delays_recovered",
    ),
)


@dataclass(frozen=True)
class CodeOutcome:
    """What became of one error in the code."""

    mutation: CodeMutation
    failed: frozenset[str]
    """The checks and gates that failed."""

    @property
    def caught(self) -> bool:
        """Whether the check that is to catch it did."""
        return self.mutation.caught_by in self.failed


def code_outcomes() -> Iterator[CodeOutcome]:
    """Yield what becomes of each error, once the copy with it has measured; `Unreadable` if it
    has not."""
    for mutation in CODE:
        with tempfile.TemporaryDirectory(prefix="mutant-") as name:
            yield CodeOutcome(mutation, _failed(mutation, Path(name)))


def _failed(mutation: CodeMutation, folder: Path) -> frozenset[str]:
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            folder / package,
            ignore=shutil.ignore_patterns("generated", "__pycache__"),
        )
    path = folder / mutation.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutation.old) != 1:
        raise Unreadable(f"{mutation.file} has not exactly one {mutation.old!r}: mend {__name__}")
    path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - this program, with an error in it
        [sys.executable, *RUN, "--schemes", SCHEMES, "--out", str(folder / "out")],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    try:
        records = read(find(str(folder / "out" / "latest")))
    except Unreadable as exc:
        raise Unreadable(f"{mutation.name}: {done.stderr.strip()[-300:]}") from exc
    gates = [*records.run["gates"], *(gate for cell in records.cells for gate in cell.gates)]
    named = {gate["name"] for gate in gates if not gate["passed"]}
    return frozenset(named | {check.name for check in checks(records) if not check.passed})
