"""README.md: one screen, whose figure and table come from a run that can be looked at."""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
RUN = ROOT / "docs" / "example-report"


def cells() -> list[list[str]]:
    found = re.findall(r"^\| `(.+) \|$", README, re.M)
    return [[cell.strip(" `") for cell in line.split(" | ")] for line in found]


def value(metric: str, scheme: str, claims: str = "", **dimensions: str) -> float:
    with (RUN / "results.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == metric]
    own = [row for row in rows if row["scheme"] == scheme and row["claims"] == claims]
    [found] = [row for row in own if dimensions.items() <= row.items()]
    return float(found["value"])


def test_it_is_one_screen() -> None:
    """A reader sees what it is, two commands, a figure and a table, and where to go next."""
    assert len(README.splitlines()) < 80


def test_the_table_is_what_the_run_found() -> None:
    """Each number is that of results.csv, rounded as it is shown."""
    assert 2 < len(cells()) <= 10
    for scheme, cost, window, size in cells():
        cost_us = value("auth_us_cost_p50", scheme, design="interleaved", load="low")
        assert f"{cost_us:.3g}" in cost
        worst_s = value("window_ms_worst", scheme, kind="one", phase="all") / 1000
        assert f"{worst_s:.1f} s" == window or (worst_s == 0 and window == "at once")
        assert f"{value('request_bytes', scheme, claims='0'):.0f}" == size


def test_the_run_passed_its_gates() -> None:
    """What the first figure that anybody sees rests on is valid."""
    assert "All gates passed" in (RUN / "report.md").read_text()
