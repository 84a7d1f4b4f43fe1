"""A class at a glance: what every learner predicted, saw and passed, from one shared folder.

Each learner works in a folder of their own below the shared one. Nothing is sent: what the
workshop writes there is read, and a file that cannot be read counts as missing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from .catalogue import Lab, Question, labs
from .folder import Folder
from .showing import agree

MOST_LEARNERS = 200
STUCK_AFTER_HINTS = 2
LONGEST_BYTES = 64 * 1024
COLUMNS = ("learner", "lab", "status", "hints", "stuck", "question", "predicted", "seen", "agrees")

STYLE = """
body{font:1.25rem/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;
color:#111;background:#fff}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.2rem .8rem;
border-bottom:1px solid #ccc;vertical-align:top}td.n{text-align:right}h2{margin-bottom:.2rem}
"""


class NoClass(ValueError):
    """The folder holds no learners, or too many."""


@dataclass(frozen=True)
class Seat:
    """One learner in one lab."""

    learner: str
    lab: Lab
    status: str
    """The last verdict; empty if nothing was checked."""
    hints: int
    predicted: Mapping[str, str]
    measured: Mapping[str, str]
    """What the learner's own run answered, by question."""

    @property
    def is_stuck(self) -> bool:
        """Whether the lab is not passed in spite of two hints or more."""
        return self.status != "pass" and self.hints >= STUCK_AFTER_HINTS

    def seen(self, question: Question) -> str:
        """Return what was measured, else what the lab shows; empty before the learner saw it."""
        return self.measured.get(question.key) or (question.truth if self.status else "")


def gather(shared: Path, salt: bytes = b"") -> list[Seat]:
    """
    Return the seats of every learner below *shared*; NoClass if there are none or over 200.

    With a *salt*, learners are numbered in an order that it decides, and have no names.
    """
    labs_known = {lab.name for lab in labs()}
    found = [
        path
        for path in sorted(shared.iterdir())
        if path.is_dir() and not path.is_symlink() and labs_known & _names_in(path)
    ]
    if not found:
        raise NoClass(
            f"{shared} holds no learners yet: each works with "
            f"python -m workshop --folder {shared / 'NAME'} walk"
        )
    if len(found) > MOST_LEARNERS:
        raise NoClass(f"{shared} holds {len(found)} learners; {MOST_LEARNERS} is the most")
    names = {path: path.name[:40] for path in found}
    if salt:
        found.sort(key=lambda path: hashlib.sha256(salt + path.name.encode()).digest())
        names = {path: f"learner {number}" for number, path in enumerate(found, 1)}
    return [_seat(names[path], Folder(path), lab) for path in found for lab in labs()]


def _names_in(path: Path) -> set[str]:
    try:
        return {inner.name for inner in path.iterdir()}
    except OSError:
        return set()


def _seat(learner: str, folder: Folder, lab: Lab) -> Seat:
    place = folder.of(lab)
    hints = _json(place / "progress.json").get("hints", 0)
    measured = _json(place / "measured.json")
    try:
        small = _is_small(place / "predictions.toml")
        predicted = folder.predictions(lab) if small else {}
    except (OSError, ValueError):
        predicted = {}
    status = _json(place / "result.json").get("verdict", "")
    return Seat(
        learner,
        lab,
        status if status in ("pass", "fail", "error", "inconclusive") else "",
        hints if isinstance(hints, int) else 0,
        predicted,
        {key: str(value)[:40] for key, value in measured.items()},
    )


def _is_small(path: Path) -> bool:
    return path.is_file() and path.stat().st_size <= LONGEST_BYTES


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if _is_small(path) else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def as_csv(seats: Sequence[Seat]) -> str:
    """Return one row for each learner, lab and question; labs that nobody began are left out."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for seat in seats:
        if not (seat.status or seat.predicted):
            continue
        stuck = "yes" if seat.is_stuck else "no"
        head = [_cell(seat.learner), seat.lab.number, seat.status, seat.hints, stuck]
        for question in seat.lab.questions:
            predicted, seen = seat.predicted.get(question.key, ""), seat.seen(question)
            agrees = ("yes" if agree(predicted, seen) else "no") if predicted and seen else ""
            writer.writerow([*head, question.key, _cell(predicted), _cell(seen), agrees])
    return out.getvalue()


def _cell(text: str) -> str:
    """Return *text* so that a spreadsheet does not take it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def as_page(
    seats: Sequence[Seat],
    refresh_s: int = 0,
    with_names: bool = True,
    reveal: bool = False,
) -> str:
    """
    Return a page to project: for each lab who passed, who is stuck, predicted against seen.

    *refresh_s*: the browser loads the page again after so many seconds; 0 for never. What was seen
    in a lab is hidden until every learner has predicted it, or *reveal*: a projected answer would
    decide the predictions of all others.
    """
    count = len({seat.learner for seat in seats})
    again = f'<meta http-equiv="refresh" content="{refresh_s}">' if refresh_s else ""
    sections = [_section(lab, [s for s in seats if s.lab is lab], reveal) for lab in labs()]
    who = _learners(seats) if with_names else ""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">{again}<title>The class</title>'
        f"<style>{STYLE}</style><body><h1>The class: {count} "
        f"learner{'' if count == 1 else 's'}</h1>{who}{''.join(sections)}</body></html>\n"
    )


def _learners(seats: Sequence[Seat]) -> str:
    rows = []
    for learner in dict.fromkeys(seat.learner for seat in seats):
        own = [seat for seat in seats if seat.learner == learner]
        passed = sum(seat.status == "pass" for seat in own)
        stuck = ", ".join(str(seat.lab.number) for seat in own if seat.is_stuck)
        rows.append(
            f"<tr><td>{escape(learner)}</td><td class=n>{passed}</td><td>{stuck or '-'}</td></tr>"
        )
    head = "<tr><th>learner</th><th>labs passed</th><th>stuck in lab</th></tr>"
    return f"<table>{head}{''.join(rows)}</table>"


def _section(lab: Lab, seats: Sequence[Seat], reveal: bool) -> str:
    begun = [seat for seat in seats if seat.status or seat.predicted]
    if not begun:
        return ""
    passed = sum(seat.status == "pass" for seat in begun)
    stuck = sum(seat.is_stuck for seat in begun)
    hints = sum(seat.hints for seat in begun)
    head = "<tr><th>question</th><th>predicted</th><th>seen</th><th>agree</th></tr>"
    shows = reveal or all(seat.predicted or seat.status for seat in seats)
    rows = "".join(_question(question, begun, shows) for question in lab.questions)
    return (
        f"<h2>Lab {lab.number}: {escape(lab.title)}</h2><p>{len(begun)} began, {passed} passed, "
        f"{stuck} stuck, {hints} hint{'' if hints == 1 else 's'} used.</p>"
        f"<table>{head}{rows}</table>"
    )


def _question(question: Question, seats: Sequence[Seat], shows: bool) -> str:
    predicted = [seat.predicted[question.key] for seat in seats if question.key in seat.predicted]
    both = [
        (seat.predicted[question.key], seat.seen(question))
        for seat in seats
        if shows and question.key in seat.predicted and seat.seen(question)
    ]
    right = sum(agree(*pair) for pair in both)
    seen = _summary([seen for _, seen in both], question)
    cells = (question.text, _summary(predicted, question), seen if shows else "once all predicted")
    shown = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f"<tr>{shown}<td class=n>{f'{right} of {len(both)}' if both else '-'}</td></tr>"


def _summary(answers: Sequence[str], question: Question) -> str:
    """Return how often each choice was given; of numbers, their median and range."""
    if not answers:
        return "-"
    if question.choices:
        return ", ".join(
            f"{answer[:40]} {count}x" for answer, count in sorted(Counter(answers).items())
        )
    numbers = [number for answer in answers if (number := _number(answer)) is not None]
    if not numbers:
        return "-"
    middle, low, high = statistics.median(numbers), min(numbers), max(numbers)
    ends = "" if low == high else f" ({low:g} to {high:g})"
    return f"{middle:g} {question.unit}".rstrip() + ends


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
