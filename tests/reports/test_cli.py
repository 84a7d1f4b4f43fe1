"""`python -m reports`: what it refuses, in one line, and what it leaves behind."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from bench.records import FILE
from reports.writing import render
from tests.altering import alter

from . import synthetic

ROOT = Path(__file__).parents[2]
SMALL = synthetic.Shape(
    blocks=2, samples=50, trials=2, loads=False, measures=("lookup", "revocation", "payload")
)


def reports(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "reports", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    """Assert one clear line, no traceback, and a status that says it failed."""
    assert done.returncode != 0
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("reports: ")
    for words in said:
        assert words in done.stderr


def test_render_says_where_the_report_is(tmp_path: Path) -> None:
    """The answer in at most eight lines, the last of them a path to open."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)
    done = reports("render", folder)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) <= 8
    assert "times as much to an answer" in lines[0]
    assert lines[-1] == f"report: {folder / 'index.html'}"
    assert {path.name for path in folder.iterdir()} == {
        "charts",
        "environment.json",
        "index.html",
        FILE,
        "report.md",
        "results.csv",
        "results.json",
        "run.json",
    }


def test_a_folder_that_is_no_run_is_refused_by_name(tmp_path: Path) -> None:
    """And told what makes one."""
    refused(reports("render", tmp_path), str(tmp_path), "is not a run", "make bench")


def test_an_unknown_name_is_refused() -> None:
    """With what there is instead."""
    refused(reports("render", "no-such-run"), "no run is called no-such-run")


def test_a_damaged_cell_is_named(tmp_path: Path) -> None:
    """Cut short, as by a full disk of somebody else's tool."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)
    alter(folder, "UPDATE cells SET figures = '{' WHERE rowid = 3")
    refused(reports("render", folder), str(folder / FILE), "damaged", "can still be read")


def test_damaged_samples_are_named(tmp_path: Path) -> None:
    """Not only JSON can rot."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)
    alter(folder, "UPDATE samples SET data = x'50' WHERE rowid = 3")
    refused(reports("render", folder), str(folder / FILE), "damaged")


def test_a_file_cut_short_is_named_with_what_can_still_be_read(tmp_path: Path) -> None:
    """As by a copy that was stopped."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)
    content = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(content[: len(content) * 9 // 10])
    refused(reports("render", folder), str(folder / FILE), "of its cells can still be read")


def test_a_run_of_another_format_is_refused(tmp_path: Path) -> None:
    """Rather than read wrongly."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)
    alter(folder, "PRAGMA user_version = 99")
    refused(reports("render", folder), "format 99")


def test_a_run_of_the_format_before_is_refused(tmp_path: Path) -> None:
    """By name, and not as a folder that holds nothing."""
    (tmp_path / "run.json").write_text("{}")
    refused(reports("render", tmp_path), str(tmp_path), "has format 1")


def test_a_full_disk_leaves_the_old_report(tmp_path: Path) -> None:
    """Half a report would be worse than none: a limit on the size of files stands in for one."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)
    render(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*.*")}
    command = shlex.join([sys.executable, "-m", "reports", "render", str(folder)])
    limited = f"ulimit -f 30; exec {command}"
    done = subprocess.run(
        ["bash", "-c", limited], cwd=ROOT, capture_output=True, text=True, check=False
    )
    refused(done, "cannot write", "make room")
    assert {path: path.read_bytes() for path in folder.rglob("*.*")} == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    """One line, and the remedy."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)
    folder.chmod(0o555)
    try:
        refused(reports("render", folder), "cannot write", "copy the run")
    finally:
        folder.chmod(0o755)


def test_an_interrupted_run_still_renders_and_says_what_is_missing(tmp_path: Path) -> None:
    """What was measured until then is shown."""
    shape = synthetic.Shape(
        blocks=2, samples=50, state="interrupted", measures=("payload", "lookup")
    )
    folder = synthetic.write(tmp_path / "run", shape=shape)
    done = reports("render", folder)
    assert done.returncode == 0
    assert "interrupted by the test" in done.stderr
    assert (
        "Nothing was measured of how long a stolen login works"
        in (folder / "index.html").read_text()
    )
    assert "interrupted by the test" in (folder / "report.md").read_text()


def test_a_run_that_measured_nothing_still_renders(tmp_path: Path) -> None:
    """It failed before its first cell, and even before its environment was written."""
    shape = synthetic.Shape(state="failed", measures=())
    folder = synthetic.write(tmp_path / "run", shape=shape)
    alter(folder, "DELETE FROM environment")
    done = reports("render", folder)
    assert done.returncode == 0
    assert "nothing to show but the plan" in (folder / "index.html").read_text()


def test_rendering_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """Records in, report out: nothing else goes in, not even the time."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)

    def everything() -> dict[str, bytes]:
        render(folder)
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*.*")}

    assert everything() == everything()


def test_a_chart_without_figures_does_not_outlive_its_run(tmp_path: Path) -> None:
    """A rendering replaces the one before it."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)
    (folder / "charts").mkdir()
    (folder / "charts" / "of-old.svg").write_text("<svg/>")
    render(folder)
    assert not (folder / "charts" / "of-old.svg").exists()
