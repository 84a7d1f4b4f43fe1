"""What labs there are: order, minutes, tracks and faults from labs.toml, the rest beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LABS = Path(__file__).parent.parent / "labs"


class NoSuchLab(ValueError):
    """There is no lab of that number or name."""


@dataclass(frozen=True)
class Question:
    """One prediction: what the learner is asked before anything runs."""

    key: str
    text: str
    choices: Sequence[str] = ()
    """What may be answered; empty: a number."""
    unit: str = ""
    truth: str = ""
    """What the lab shows; empty where only the learner's own run can say."""


@dataclass(frozen=True)
class Measuring:
    """The part of the real harness that a lab runs."""

    only: str
    schemes: str
    plan: str = "workshop"


@dataclass(frozen=True)
class Lab:
    """One lab."""

    folder: Path
    number: int
    title: str
    minutes: int
    ninety: int
    """Minutes in the 90-minute track; 0: not in it."""
    topics: Sequence[str]
    measures: Sequence[str]
    faults: Sequence[str]
    needs: Sequence[str]
    edits: str
    """The function that the learner writes."""
    objective: str
    surprise: str
    questions: Sequence[Question]
    measuring: Measuring | None
    breaks_after: int = 0

    @property
    def name(self) -> str:
        """As its folder is called."""
        return self.folder.name

    def file(self, *parts: str) -> Path:
        """A file of the lab's."""
        return self.folder.joinpath(*parts)

    def mutants(self) -> list[Path]:
        """The plausible wrong fixes."""
        return sorted(self.file("mutants").glob("*.py"))

    def hints(self) -> list[str]:
        """The rungs of the ladder, the gentlest first."""
        text = self.file("hints.md").read_text(encoding="utf-8")
        return [part.strip() for part in text.split("\n## ")[1:]]


@cache
def labs() -> tuple[Lab, ...]:
    """Every lab, in order."""
    known = tomllib.loads((LABS / "labs.toml").read_text(encoding="utf-8"))
    return tuple(_lab(number, entry) for number, entry in enumerate(known["lab"]))


def find(text: str) -> Lab:
    """The lab of that number or name; NoSuchLab with the remedy."""
    for lab in labs():
        if text.lower() in (str(lab.number), f"{lab.number:02}", f"l{lab.number}", lab.name):
            return lab
    raise NoSuchLab(f"there is no lab {text!r}; python -m workshop list shows all {len(labs())}")


def _lab(number: int, entry: Mapping[str, Any]) -> Lab:
    folder = LABS / entry["folder"]
    own = tomllib.loads((folder / "lab.toml").read_text(encoding="utf-8"))
    measuring = own.get("measure")
    return Lab(
        folder=folder,
        number=number,
        title=own["title"],
        minutes=entry["minutes"],
        ninety=entry.get("ninety", 0),
        topics=entry["topics"],
        measures=entry.get("measures", []),
        faults=entry.get("faults", []),
        needs=own.get("needs", []),
        edits=own["edits"],
        objective=own["objective"],
        surprise=own["surprise"],
        questions=[Question(**question) for question in own.get("predict", [])],
        measuring=Measuring(**measuring) if measuring else None,
        breaks_after=entry.get("break_after", 0),
    )
