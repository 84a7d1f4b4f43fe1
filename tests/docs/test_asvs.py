"""docs/asvs.md: what it says a test shows, a test shows."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+\.\d+\.\d+)[^|]*\| ([^|]+)\| ([^|]*)\|$", re.M)
CHAPTERS = {
    "7": "7.1.1 7.1.2 7.2.1 7.2.2 7.2.3 7.2.4 7.3.1 7.3.2 7.4.1 7.4.2 7.4.3 7.4.4 7.4.5 "
    "7.5.1 7.5.2 7.5.3",
    "9": "9.1.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 9.2.4",
}
TEXT = (ROOT / "docs" / "asvs.md").read_text()
ROWS = ROW.findall(TEXT)


def test_each_named_test_exists() -> None:
    """In the file that is named, and under that name."""
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", TEXT)
    assert len(named) > 35
    for file, name in named:
        assert re.search(rf"def {name}\(", (ROOT / file).read_text()), f"{file}::{name}"


def test_no_requirement_is_left_out() -> None:
    """Of the chapters that apply as a whole."""
    for chapter, expected in CHAPTERS.items():
        found = [number for number, _, _ in ROWS if number.split(".")[0] == chapter]
        assert expected.split() == found
    assert len([number for number, _, _ in ROWS if number.startswith("6.")]) >= 20


def test_a_row_names_a_test_or_says_why_there_is_none() -> None:
    """What is met without a test is only what there is nothing to test about."""
    for number, how, shown in ROWS:
        excused = re.match(r"Not met|There is (one|none)|None|No ", how.strip())
        assert shown.strip() or excused, number
