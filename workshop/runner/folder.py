"""A learner's folder: policies, predictions and results, as files that a person can read.

`my-workshop/<lab>/` holds policy.py (theirs), predictions.toml, result.json, result.txt, wire.txt
and, after measuring, runs/. What is written appears whole or not at all.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .catalogue import Lab, labs
from .verdict import Status


class Frozen(ValueError):
    """A prediction that comes too late."""


class BadAnswer(ValueError):
    """An answer that is none of those asked for."""


@dataclass(frozen=True)
class Folder:
    """Where a learner's work is."""

    path: Path

    def of(self, lab: Lab) -> Path:
        """The folder of one lab."""
        return self.path / lab.name

    def policy(self, lab: Lab) -> Path:
        """The file that the learner edits, put there if it is missing."""
        path = self.of(lab) / "policy.py"
        if not path.exists():
            self.of(lab).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(lab.file("start", "policy.py"), path)
        return path

    def predictions(self, lab: Lab) -> dict[str, str]:
        """What was predicted, by the key of the question."""
        path = self.of(lab) / "predictions.toml"
        if not path.is_file():
            return {}
        return {
            key: str(value)
            for key, value in tomllib.loads(path.read_text(encoding="utf-8")).items()
        }

    def predict(self, lab: Lab, answers: Mapping[str, str]) -> None:
        """Save predictions; Frozen once something has been seen, BadAnswer for what fits none."""
        if self.has_seen(lab):
            raise Frozen(
                f"lab {lab.number} has a result already, so its predictions stay as they are; "
                f"python -m workshop reset {lab.number} begins it again"
            )
        known = {question.key: question for question in lab.questions}
        for key, answer in answers.items():
            if key not in known:
                raise BadAnswer(f"lab {lab.number} asks {', '.join(known)}, and not {key!r}")
            check_answer(known[key].choices, key, answer)
        merged = {**self.predictions(lab), **answers}
        lines = [f"# {known[k].text}\n{k} = {json.dumps(v)}\n" for k, v in merged.items()]
        write(self.of(lab) / "predictions.toml", "\n".join(lines))

    def has_seen(self, lab: Lab) -> bool:
        """Whether the learner has seen any result of this lab."""
        return (self.of(lab) / "result.json").exists() or (self.of(lab) / "attack.txt").exists()

    def status(self, lab: Lab) -> Status | None:
        """The last verdict; None if there is none."""
        try:
            found = json.loads((self.of(lab) / "result.json").read_text(encoding="utf-8"))[
                "verdict"
            ]
        except (OSError, ValueError, KeyError):
            return None
        return found if found in ("pass", "fail", "error", "inconclusive") else None

    def progress(self, lab: Lab) -> dict[str, Any]:
        """How many hints were given, and whether the learner asked to see the solution."""
        try:
            found: dict[str, Any] = json.loads(
                (self.of(lab) / "progress.json").read_text(encoding="utf-8")
            )
        except (OSError, ValueError):
            return {}
        return found

    def note(self, lab: Lab, **changes: Any) -> None:
        """Change the progress."""
        write(self.of(lab) / "progress.json", json.dumps({**self.progress(lab), **changes}) + "\n")

    def reset(self, lab: Lab) -> Path | None:
        """Begin a lab again; the policy that was there is kept beside, and its path given."""
        folder = self.of(lab)
        policy = folder / "policy.py"
        kept = None
        if policy.exists() and policy.read_bytes() != lab.file("start", "policy.py").read_bytes():
            kept = folder / "policy.before-reset.py"
            policy.replace(kept)
        for name in ("policy.py", "predictions.toml", "result.json", "result.txt"):
            (folder / name).unlink(missing_ok=True)
        for name in ("attack.txt", "wire.txt", "progress.json", "measured.txt", "measured.json"):
            (folder / name).unlink(missing_ok=True)
        self.policy(lab)
        return kept

    def current(self, among: Sequence[Lab] | None = None) -> Lab | None:
        """The first lab, of all or *among* some, that is not passed; None if all are."""
        chosen = labs() if among is None else among
        return next((lab for lab in chosen if self.status(lab) != "pass"), None)


def write(path: Path, text: str) -> None:
    """Replace a file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def check_answer(choices: Any, key: str, answer: str) -> None:
    """Raise BadAnswer for what is neither a choice nor, without choices, a number."""
    if choices and answer not in choices:
        raise BadAnswer(f"{key}: choose one of: {', '.join(choices)}")
    if not choices:
        try:
            float(answer)
        except ValueError:
            raise BadAnswer(f"{key}: give a number, and not {answer!r}") from None
