"""README.md: one screen, whose answer and picture come from a run that can be looked at."""

from __future__ import annotations

import csv
import re
import subprocess
from pathlib import Path

import pytest

from reports import headline

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
RUN = ROOT / "docs" / "example-report"
RTT_MS = 0.5
"""How far the store of the answer is."""


def rows_of(metric: str) -> list[dict[str, str]]:
    with (RUN / "results.csv").open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["metric"] == metric]


def costs() -> list[dict[str, str]]:
    """Return what each scheme adds to an answer."""
    return rows_of(headline.COST)


def cost_us(scheme: str, **dimensions: str) -> float:
    rows = costs()
    own = [row for row in rows if row["scheme"] == scheme]
    [found] = [row for row in own if dimensions.items() <= row.items()]
    return float(found["value"])


def test_it_is_one_screen() -> None:
    """A reader sees what it is, the answer, a picture, the commands, and where to go next."""
    assert len(README.splitlines()) < 80


def test_the_answer_is_what_the_run_found() -> None:
    """Both costs and their ratio follow from results.csv, rounded to two digits."""
    said = re.search(
        r"A session in Redis 0.5 ms away adds ([\d.]+) times as much to an answer as "
        r"a JWT without revocation: "
        r"(\d+) µs against (\d+) µs",
        " ".join(README.split()),
    )
    assert said is not None
    near, far = (
        cost_us("session-cookie-redis", design=design, load="low")
        for design in ("interleaved", "far")
    )
    session = near + (far - near) * RTT_MS  # far is 1 ms away
    token = cost_us("token-bearer-hs256-expiry", design="interleaved", load="low")
    found = [float(number) for number in said.groups()]
    assert found == pytest.approx([session / token, session, token], rel=0.05)


def test_the_picture_is_there_in_both_themes() -> None:
    pictures = re.findall(r'(?:src|srcset)="([^"]+)"', README)
    assert len(pictures) == 2
    assert all((ROOT / path).is_file() for path in pictures)


def test_the_run_passed_its_checks() -> None:
    """What the first figure that anybody sees rests on is valid."""
    assert costs()
    assert not [row for row in costs() if row["validity"] not in ("sound", "rough")]


def test_what_git_keeps_of_it_is_small() -> None:
    """A shallow clone is for reading code: records, PNGs and results.json stay out."""
    command = ["git", "ls-files", "docs/example-report"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout of Git")
    kept = [ROOT / path for path in listed.stdout.split()]
    assert kept
    assert sum(path.stat().st_size for path in kept) < 9_000_000
