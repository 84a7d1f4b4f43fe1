"""A small run, kept with its report: the report follows from its records, and from nothing else.

It was measured by `python -m bench run --plan smoke --seed 7 --schemes` session-cookie-redis,
token-bearer-hs256-expiry and token-bearer-hs256-denylist-redis, on a machine that was busy.
UPDATE_GOLDEN=1 writes the report anew after a change of the report.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.records import FILE
from reports.writing import render

from .conftest import UPDATE

RUN = Path(__file__).parent / "small-run"
WRITTEN = ("results.csv", "report.md")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the same records, made now."""
    folder = tmp_path_factory.mktemp("again") / RUN.name
    folder.mkdir()
    shutil.copy(RUN / FILE, folder)
    render(folder)
    if os.environ.get(UPDATE):
        for name in (*WRITTEN, FILE):
            shutil.copy(folder / name, RUN)
    return folder


@pytest.mark.parametrize("name", WRITTEN)
def test_the_report_is_the_one_that_is_kept(again: Path, name: str) -> None:
    """Whoever doubts a figure can do the same."""
    assert _of_the_run(again / name) == _of_the_run(RUN / name)


def test_rendering_leaves_the_records_as_they_are(again: Path) -> None:
    """To the byte, so that a digest of them goes on being theirs."""
    assert (again / FILE).read_bytes() == (RUN / FILE).read_bytes()


def test_every_figure_follows_from_the_records(again: Path) -> None:
    """By the second implementation, which shares nothing with the first."""
    command = [sys.executable, "-m", "bench", "verify", str(again)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_run_is_small() -> None:
    assert sum(path.stat().st_size for path in RUN.iterdir()) < 1_800_000


def test_the_queries_of_the_docs_find_what_the_report_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cost, windows and bytes of every scheme, with SQLite and pandas alone; and raw samples."""
    text = (ROOT / "docs" / "records.md").read_text()
    monkeypatch.chdir(RUN)
    found: dict[str, Any] = {}
    for query in re.findall(r"```python\n(.*?)```", text, re.S):
        assert query.count("\n") <= 6, "an import, and five lines"
        exec(query, found)
        found["db"].close()
    arms = {
        "session-cookie-redis",
        "token-bearer-hs256-expiry",
        "token-bearer-hs256-denylist-redis",
    }
    assert set(found["windows"].scheme) == arms
    assert set(found["costs"].scheme) == arms | {"control-again", "control-delay-100us"}
    assert found["costs"].set_index("scheme").value["control-delay-100us"] == pytest.approx(
        100, 0.1
    )
    assert found["sizes"].loc["session-cookie-redis", 0] == 70
    printed = capsys.readouterr().out
    assert all(printed.count(arm) > 3 for arm in arms)


def _of_the_run(path: Path) -> str:
    """Give the text without what later tests may find otherwise: attacks and promises."""
    between = r"^## (What was attacked|Promises)\n.*?(?=^## )"
    return re.sub(between, "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
