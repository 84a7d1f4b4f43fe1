"""Verdicts as text for people, and as JSON in the form of Exercism's test runners, version 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .catalogue import Lab
from .verdict import Finding, Verdict

WORDS = {
    "pass": "Passed.",
    "fail": "Not yet.",
    "error": "This could not be judged.",
    "inconclusive": "Inconclusive: this run cannot tell. That is nobody's fault.",
}


def as_text(lab: Lab, verdict: Verdict, wire: str = "") -> str:
    """A verdict as lines."""
    lines = [f"Lab {lab.number}: {lab.title}"]
    for found in verdict.findings:
        lines += _finding(found)
    if verdict.message:
        lines.append(f"  ERROR {verdict.message}")
    lines += [f"  print {line}" for line in verdict.printed]
    if verdict.cost_text:
        lines.append(f"  cost  {verdict.cost_text}")
    if wire:
        lines.append(f"  wire  {wire}")
    lines.append(WORDS[verdict.status])
    return "\n".join(lines)


def as_exercism(verdict: Verdict) -> dict[str, Any]:
    """
    Version 3 of the form: status, message, tests.

    The form knows pass, fail and error; what is inconclusive is an error there, and `verdict` says
    the word itself.
    """
    status = "error" if verdict.status == "inconclusive" else verdict.status
    known: dict[str, Any] = {"version": 3, "status": status, "verdict": verdict.status}
    first = verdict.first
    if verdict.message:
        known["message"] = verdict.message
    elif verdict.status == "inconclusive" and first is not None:
        known["message"] = f"inconclusive: {first.effect}"
    known["tests"] = [_test(found) for found in verdict.findings]
    if verdict.cost_text:
        known["cost"] = verdict.cost_text
    return known


def predictions(lab: Lab, predicted: Mapping[str, str], seen: Mapping[str, str]) -> list[str]:
    """What was expected beside what was seen."""
    lines = []
    for question in lab.questions:
        answer, truth = predicted.get(question.key), seen.get(question.key) or question.truth
        if answer is not None and truth:
            mark = "as you said" if agree(answer, truth) else "you said " + answer
            lines.append(f"  {question.text}\n    {truth} {question.unit}".rstrip() + f" ({mark})")
    return ["Your predictions:", *lines] if lines else []


def agree(answer: str, truth: str) -> bool:
    """Return whether a prediction is what was seen; of numbers, within a tenth of it."""
    try:
        return abs(float(answer) - float(truth)) <= 0.1 * abs(float(truth))
    except ValueError:
        return answer == truth


def _finding(found: Finding) -> list[str]:
    word = "pass" if found.status == "pass" else "FAIL"
    if found.status == "inconclusive":
        word = "?   "
    lines = [f"  {word}  {found.part}: {found.name}"]
    if found.status != "pass":
        lines += [f"        {found.effect}", f"        Next: {found.next_step}"]
    elif found.part == "measured":
        lines.append(f"        {found.effect}")
    return lines


def _test(found: Finding) -> dict[str, str]:
    status = "error" if found.status == "inconclusive" else found.status
    test = {"name": f"{found.part}: {found.name}", "status": status}
    if found.status != "pass":
        test["message"] = f"{found.effect} Next: {found.next_step}"
    return test
