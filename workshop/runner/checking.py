"""What check, attack and measure do: judge, keep the result, and say it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.records import FILE
from demo.children import child_environment

from ..shop.client import recorded
from . import showing
from .attacking import run_attack, told
from .catalogue import Lab
from .folder import Folder, write
from .judge import judge_apart
from .loading import load, module_from
from .verdict import Verdict, failed

JUDGED = (0, 3, 4)
"""Exit statuses of a run that was completed: 3 withholds some figures, 4 broke a guarantee."""

Say = Callable[[str], None]


def check(folder: Folder, lab: Lab, judge: Callable[[Lab, Path], Verdict] = judge_apart) -> Verdict:
    """Judge the learner's policy and keep what came of it."""
    verdict = judge(lab, folder.policy(lab))
    wire = folder.of(lab) / "wire.txt"
    write(wire, "\n".join(verdict.wire) + "\n")
    write(
        folder.of(lab) / "result.json",
        json.dumps(showing.as_exercism(verdict), indent=2) + "\n",
    )
    write(folder.of(lab) / "result.txt", text(folder, lab, verdict) + "\n")
    return verdict


def text(folder: Folder, lab: Lab, verdict: Verdict) -> str:
    """A verdict, and after a pass what was predicted beside what is so."""
    shown = showing.as_text(lab, verdict, short(folder.of(lab) / "wire.txt"))
    if verdict.status != "pass":
        return shown
    return "\n".join([shown, *showing.predictions(lab, folder.predictions(lab), {})])


def attack(folder: Folder, lab: Lab, which: str) -> str:
    """Run the lab's attack on the start, the reference or the learner's policy, and tell it."""
    path = folder.policy(lab) if which == "mine" else lab.file(which, "policy.py")
    with recorded() as wire:
        story = told(lab, which, run_attack(lab, path))
    write(folder.of(lab) / "wire.txt", "\n".join(wire) + "\n")
    write(folder.of(lab) / "attack.txt", story + "\n")
    return story


def measure(folder: Folder, lab: Lab, say: Say, run: Path | None = None) -> Verdict:
    """Run the real harness with a short plan, and judge the learner's own run."""
    if lab.measuring is None:
        return failed(f"lab {lab.number} measures nothing; labs 5, 8, 9 and 10 do")
    if run is None:
        runs = folder.of(lab) / "runs"
        command = [sys.executable, "-m", "bench", "run", "--plan", lab.measuring.plan]
        command += ["--only", lab.measuring.only, "--schemes", lab.measuring.schemes]
        command += ["--out", str(runs)]
        say(f"Running: {' '.join(['python', *command[1:]])}")
        code = subprocess.call(command, env=child_environment())  # noqa: S603 - the project's own
        if code not in JUDGED:
            return failed(f"the harness ended with {code}; python -m workshop doctor may say why")
        finished = [path for path in runs.iterdir() if (path / FILE).is_file()]
        # Not the link to the latest: it would point elsewhere after the next one.
        run = max((path for path in finished if not path.is_symlink()), key=_age)
    return judge_run(folder, lab, run)


def judge_run(folder: Folder, lab: Lab, run: Path) -> Verdict:
    """The verdict on a run that is there, kept beside the learner's other results."""
    from . import runs

    policy = load(folder.policy(lab))
    judged = module_from(lab.file("measured.py"))
    gates = runs.failed_gates(run)
    if gates and lab.measuring is not None and lab.measuring.only != "payload":
        verdict = Verdict()
        why = f"these gates of the run did not pass: {'; '.join(gates)}"
        verdict.cannot_tell("the run", why, "close what else is running, and measure again")
    else:
        verdict = judged.judge(run, policy)
        _keep_numbers(folder, runs.numbers(run))
    if policy.mistakes:
        return failed(policy.mistakes[0])
    lines = [showing.as_text(lab, verdict)]
    seen = judged.answers(run, policy) if verdict.status != "inconclusive" else {}
    lines += showing.predictions(lab, folder.predictions(lab), seen)
    write(folder.of(lab) / "measured.txt", "\n".join(lines) + "\n")
    write(folder.of(lab) / "measured.json", json.dumps(seen) + "\n")
    return verdict


def short(path: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _keep_numbers(folder: Folder, found: dict[str, dict[str, float]]) -> None:
    """Add a run's numbers to those that the decision card quotes."""
    import tomllib

    path = folder.path / "my-numbers.toml"
    known = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    merged = {arm: {**known.get(arm, {}), **found.get(arm, {})} for arm in {*known, *found}}
    tables = [
        "\n".join([f"[{arm}]", *(f"{key} = {value!r}" for key, value in row.items())])
        for arm, row in sorted(merged.items())
        if row
    ]
    write(path, "\n\n".join(tables) + "\n")


def _age(path: Path) -> float:
    return path.stat().st_mtime
