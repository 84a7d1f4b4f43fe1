"""The published example follows from its committed records, and from nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from reports.writing import render

EXAMPLE = Path(__file__).parents[2] / "docs" / "example-report"
WRITTEN = ("results.csv", "results.json", "report.md")


def test_the_example_can_be_rendered_again(tmp_path: Path) -> None:
    """Whoever doubts a figure of it can do the same."""
    folder = tmp_path / EXAMPLE.name
    folder.mkdir()
    shutil.copytree(EXAMPLE / "records", folder / "records")
    for name in ("run.json", "environment.json"):
        shutil.copy(EXAMPLE / name, folder / name)
    render(folder)
    for name in WRITTEN:
        assert _of_the_run(folder / name) == _of_the_run(EXAMPLE / name), name
    charts = {path.name for path in (folder / "charts").glob("*.svg")}
    assert charts == {path.name for path in (EXAMPLE / "charts").glob("*.svg")}


def _of_the_run(path: Path) -> str:
    """Give the text without what later tests may find otherwise: attacks and promises."""
    between = r"^## (What was attacked|Promises)\n.*?(?=^## )"
    return re.sub(between, "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
