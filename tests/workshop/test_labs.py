"""Every lab is right: the start fails, the reference passes, mutants are told, texts are true."""

from __future__ import annotations

import os
import re
import tomllib

import pytest

from workshop.naive import POLICIES
from workshop.runner.catalogue import LABS, Lab, labs
from workshop.runner.proof import problems_of
from workshop.runner.teaching import handout, teachers, timetable, total_minutes

TOPICS = {
    "statelessness",
    "lifecycle",
    "session ID",
    "cookie, URL, hidden field",
    "Set-Cookie",
    "inactivity timeout",
    "absolute timeout",
    "renewal",
    "logout",
    "fixation",
    "hijacking",
    "replay",
    "attributes",
    "sessions against tokens",
    "monitoring",
    "limiting data",
    "user revokes",
}
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
MEASURES = {"lookup latency", "revocation", "payload"}


@pytest.mark.parametrize("lab", labs(), ids=[lab.name for lab in labs()])
def test_a_lab_is_right(lab: Lab) -> None:
    """What `dev-check` proves, on three seeds, with every command of its text.

    One in four of the steps from the reference; all of them with HYPOTHESIS_PROFILE=thorough.
    """
    assert problems_of(lab, every=1 if THOROUGH else 4) == []


def test_there_are_thirteen_in_folders_of_their_own() -> None:
    """Every folder is in labs.toml, and nothing else."""
    folders = sorted(path.name for path in LABS.iterdir() if path.is_dir())
    assert [name for name in folders if name != "__pycache__"] == [lab.name for lab in labs()]
    assert len(folders) >= 13


def test_every_topic_and_measure_has_a_lab() -> None:
    """No row of the syllabus is empty, and no lab is about something else."""
    assert {topic for lab in labs() for topic in lab.topics} == TOPICS
    assert {measure for lab in labs() for measure in lab.measures} == MEASURES


def test_the_naive_policies_are_those_of_the_labs() -> None:
    """Each fault has one policy, each policy a lab, and each insecure start says which it is."""
    known = tomllib.loads((LABS / "labs.toml").read_text())
    faults = [fault for entry in known["lab"] for fault in entry.get("faults", [])]
    assert sorted(faults) == sorted(POLICIES)
    for lab in labs():
        text = lab.file("start", "policy.py").read_text()
        marked = re.findall(r"^# INSECURE ON PURPOSE: (\S+)$", text, re.MULTILINE)
        assert len(marked) == bool(lab.faults), lab.name
        assert set(marked) <= set(lab.faults), lab.name


def test_the_minutes_add_up() -> None:
    """Three hours and 55 minutes with two breaks; and 90 minutes for seven labs."""
    assert total_minutes("half-day") == 3 * 60 + 55
    assert sum(lab.breaks_after > 0 for lab in labs()) == 2
    assert total_minutes("ninety") == 90
    assert [lab.number for lab in labs() if lab.ninety] == [0, 1, 4, 5, 8, 10, 12]
    assert timetable("half-day", "09:00")[-1] == "12:55           End"
    assert timetable("ninety", "14:00")[-1] == "15:30           End"


def test_what_is_printed_names_every_lab() -> None:
    """Handout and notes are made from the labs, so neither can miss one."""
    for track, count in (("half-day", 13), ("ninety", 7)):
        assert handout(track).count("\n| ") == count + 1
        assert teachers(track).count("**Surprise.**") >= count


def test_the_numbers_of_the_decision_are_those_of_the_published_run() -> None:
    """For learners who have not measured, lab 12 quotes docs/example-report, and says so."""
    import csv

    quoted = tomllib.loads((LABS / "12-decide" / "numbers.toml").read_text())
    with (LABS.parents[1] / "docs" / "example-report" / "results.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["scheme"] in quoted]
    found: dict[tuple[str, str], set[float]] = {}
    for row in rows:
        found.setdefault((row["scheme"], row["metric"]), set()).add(float(row["value"]))
    for scheme, numbers in quoted.items():
        for metric, value in numbers.items():
            assert value in found[scheme, metric], (scheme, metric)
