"""Prove that a lab is right: start, reference, mutants, attack, texts and hints."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from . import judge as judging
from .catalogue import Lab
from .judge import judge
from .loading import load, module_from
from .mutating import steps
from .verdict import Verdict

SEEDS = (7, 8, 9)
FENCE = re.compile(r"```console\n(.*?)```", re.DOTALL)
ADDRESS = re.compile(r"https?://([A-Za-z0-9.-]+)")
OWN = re.compile(r"(^|\.)(localhost|example)$|^127\.0\.0\.1$")
FILES = ("lab.md", "lab.toml", "hints.md", "instructor.md", "attack.py", "check.py")


def problems_of(lab: Lab, every: int = 1) -> list[str]:
    """
    Return everything that is wrong with *lab*, as sentences; none is the proof.

    *every*: judge one in so many of the programs that are one step from the reference.
    """
    missing = [name for name in FILES if not lab.file(name).is_file()]
    if missing:
        return [f"{name} is missing" for name in missing]
    return [*_policies(lab), *_steps_away(lab, every), *_attack(lab), *_texts(lab), *_commands(lab)]


def _policies(lab: Lab) -> Iterator[str]:
    start = judge(lab, lab.file("start", "policy.py"))
    if start.status != "fail":
        yield f"the start must fail, and is judged {start.status}: {start.message}"
    elif start.first is None or start.first.part not in ("attack", "measured"):
        yield f"the start must fail because the attack works, and fails for {start.first}"
    for seed in SEEDS:
        verdict = judge(lab, lab.file("reference", "policy.py"), seed)
        if verdict.status != "pass":
            yield f"the reference must pass with seed {seed}: {_told(verdict)}"
    yield from _mutants(lab, _told(start))


def _mutants(lab: Lab, start_told: str) -> Iterator[str]:
    mutants = lab.mutants()
    if len(mutants) < 2:
        yield "there must be two mutants or more"
    told = {start_told: "the start"}
    for path in mutants:
        verdict = judge(lab, path)
        said = _told(verdict)
        expected = str(getattr(module_from(path), "TOLD", "?"))
        if verdict.status != "fail" or expected not in said:
            yield f"mutant {path.stem} must fail and be told {expected!r}; it is told: {said}"
        if said in told:
            yield f"mutant {path.stem} is told the same as {told[said]}: {said}"
        told[said] = path.stem


def _steps_away(lab: Lab, every: int) -> Iterator[str]:
    """Judge each program that is one step away from the reference."""
    listed = lab.file("equivalent.toml")
    known = tomllib.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else {"step": []}
    reasons = {step["change"]: step["reason"] for step in known["step"]}
    reference = lab.file("reference", "policy.py").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="workshop-proof-") as folder:
        path = Path(folder) / lab.name / "policy.py"
        path.parent.mkdir()
        for number, step in enumerate(steps(reference)):
            reason = reasons.pop(step.change, "")
            if number % every:
                continue
            path.write_text(step.source, encoding="utf-8")
            verdict = judge(lab, path)
            if problem := _noticed(verdict, reason):
                yield f"one step from the reference, {step.change}: {problem}"
    yield from (f"equivalent.toml lists what is no step: {change}" for change in reasons)


def _noticed(verdict: Verdict, reason: str) -> str:
    """Return what is wrong with the verdict on a step; empty if nothing is."""
    if verdict.status == "pass":
        return "" if reason else "it passes, and equivalent.toml does not give the reason"
    if reason:
        return f"it is listed as equivalent, and fails: {_told(verdict)}"
    if "the lab itself" in verdict.message:
        return verdict.message
    spoken = verdict.message or (verdict.first and verdict.first.effect and verdict.first.next_step)
    return "" if spoken else "it fails, and is told nothing"


def _attack(lab: Lab) -> Iterator[str]:
    module = module_from(lab.file("attack.py"))
    for which, expected in (("start", True), ("reference", False)):
        outcome = module.run(load(lab.file(which, "policy.py")), judging.SEED)
        if outcome.worked is not expected:
            yield f"the attack on the {which} must {'work' if expected else 'fail'}: {outcome.text}"


def _texts(lab: Lab) -> Iterator[str]:
    if len(lab.hints()) != 3:
        yield f"there must be three hints, and there are {len(lab.hints())}"
    for question in lab.questions:
        if question.truth and question.choices and question.truth not in question.choices:
            yield f"the truth of {question.key} is none of its choices"
    for path in sorted(lab.folder.rglob("*")):
        if path.suffix in (".md", ".toml", ".py"):
            yield from _text(path)


def _text(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    for host in ADDRESS.findall(text):
        if not OWN.search(host):
            yield f"{path.name} names an outside address: {host}"
    if path.suffix == ".md":
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > 125:
                yield f"{path.name}, line {number} is longer than a page is wide"
        if re.search(r"!\[\s*\]\(|<img(?![^>]*alt=\"[^\"]+\")", text):
            yield f"{path.name} has a picture without an alternative text"


def _commands(lab: Lab) -> Iterator[str]:
    """Run every command of lab.md, in order and in one fresh folder, and compare what it prints."""
    with _fresh_folder():
        for block in FENCE.findall(lab.file("lab.md").read_text(encoding="utf-8")):
            for command, expected in _steps(block):
                printed = _run(command)
                if not _matches(expected, printed):
                    yield f"`{command}` prints\n{printed}\nand the text says\n{expected}"


def _steps(block: str) -> Iterator[tuple[str, str]]:
    joined = block.replace("\\\n", " ")
    for part in re.split(r"^\$ ", joined, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected


def _run(command: str) -> str:
    """What a command prints. In this process: a proof of all labs would else only start Python."""
    from .commands import main

    words = shlex.split(command)
    if words[:3] != ["python", "-m", "workshop"]:
        return f"only python -m workshop is run from a text, and not {command}"
    result = CliRunner().invoke(main, words[3:])
    return result.output


def _matches(expected: str, printed: str) -> bool:
    pattern = re.escape(expected.strip()).replace("…", ".*")
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None


def _told(verdict: Verdict) -> str:
    return verdict.first.effect if verdict.first else verdict.message


@contextmanager
def _fresh_folder() -> Iterator[None]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="workshop-proof-") as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
