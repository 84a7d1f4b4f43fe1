"""Judge one policy in one lab: by what it does, never by what it says."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import logging
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from demo.children import child_environment

from ..shop.client import recorded
from .catalogue import Lab, find
from .loading import BrokenPolicy, load, module_from
from .verdict import Finding, Verdict, failed

LIMIT_S = 30.0
SEED = 7
PRINTED_LINES = 20


def judge(lab: Lab, path: Path, seed: int = SEED) -> Verdict:
    """Check the policy in *path*; what is wrong with it is in the verdict, never a traceback."""
    # What the app says of a learner's mistake is said better below.
    logging.disable(logging.CRITICAL)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            verdict = _judged(lab, path, seed)
        verdict.printed = printed.getvalue().splitlines()[-PRINTED_LINES:]
        return verdict
    finally:
        logging.disable(logging.NOTSET)


def _judged(lab: Lab, path: Path, seed: int) -> Verdict:
    try:
        policy = load(path)
        check = module_from(lab.file("check.py"))
        with recorded() as wire:
            try:
                verdict: Verdict = check.check(policy, seed)
            except BrokenPolicy:
                raise
            except Exception as exc:
                # Not the learner's: what their functions stumbled over is in `mistakes`.
                why = f"the lab itself could not be run: {type(exc).__name__}: {exc}"
                verdict = failed(policy.mistakes[0] if policy.mistakes else why)
        if policy.mistakes:
            verdict = failed(policy.mistakes[0])
        verdict.wire = wire
        return verdict
    except BrokenPolicy as exc:
        return failed(str(exc))


def judge_apart(lab: Lab, path: Path, seed: int = SEED) -> Verdict:
    """The same in a process of its own, which a loop without an end cannot hold up."""
    command = [sys.executable, "-m", "workshop.runner.judge", lab.name, str(path), str(seed)]
    command.append(str(LIMIT_S))
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and the learner's own file
            command,
            capture_output=True,
            env=child_environment(),
            encoding="utf-8",
            errors="replace",
            timeout=LIMIT_S + 5,
            check=False,
        )
        is_late = "Timeout (" in done.stderr
    except subprocess.TimeoutExpired:
        is_late, done = True, subprocess.CompletedProcess(command, 1, "", "")
    if is_late:
        return failed(
            f"{_busy_at(path, done.stderr)}the check did not end within {LIMIT_S:.0f} s: "
            "is there a loop in your code?"
        )
    return from_json(done.stdout) or failed(_last_line(done.stderr) or "the check ended early")


def to_json(verdict: Verdict) -> str:
    """For the process that asked."""
    return json.dumps(asdict(verdict))


def from_json(text: str) -> Verdict | None:
    """And back; None if it is not one. What a policy printed stands before it."""
    try:
        found = json.loads(text.strip().splitlines()[-1])
        findings = [Finding(**finding) for finding in found.pop("findings")]
        return Verdict(findings=findings, **found)
    except (ValueError, IndexError, KeyError, TypeError):
        return None


def _busy_at(path: Path, trace: str) -> str:
    """Where the policy was when the time was over, from the stacks of all threads."""
    found = re.search(rf'"{re.escape(str(path.absolute()))}", line (\d+)', trace)
    return f"{path.name}, line {found[1]}: " if found else ""


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


if __name__ == "__main__":
    # Ends the process and writes where each thread is, for whoever waits for a loop.
    faulthandler.dump_traceback_later(float(sys.argv[4]), exit=True)
    print(to_json(judge(find(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))))  # noqa: T201
