"""Dishonest schemes in a real run: each is named first of all, whatever else the run says.

`make liars` runs all of them by the plan smoke, or another: PLAN=standard.
"""

from __future__ import annotations

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from audit.command import verify
from audit.guarantees import check_broken
from audit.raw import read
from bench.journal import Order
from bench.plans import SMOKE
from bench.run import execute
from reports.__main__ import main as reports
from reports.guarantees import MARK, broken
from reports.loading import load
from reports.results import Results, evaluate

from . import liars

SCALE = 0.2
QUICK = replace(
    SMOKE,
    name="quick",
    revocation_nodes=2,
    revocation_trials=2,
    revocation_trials_adversarial=1,
    revocation_watch_s=3.0,
)
"""A margin of a twentieth is too fine for a machine that does other things."""
TOO_FINE = {"late-105", "polls-105", "never"}
CAUGHT = [name for name in liars.LIARS if name not in TOO_FINE]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("site")
    liars.install(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setenv("PYTHONPATH", f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
        patch.setenv("LIARS_SCALE", str(SCALE))
        yield
    sys.modules.pop("liars", None)


@pytest.fixture(scope="module")
def folder(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One run of all of them and an honest one."""
    schemes = [*CAUGHT, liars.HONEST]
    out = tmp_path_factory.mktemp("generated")
    order = Order(plan=QUICK, seed=7, out=out, schemes=schemes, only=["revocation"])
    ending = execute(order, Console(file=io.StringIO()))
    assert (ending.state, ending.reason) == ("complete", "")
    return ending.folder


@pytest.fixture(scope="module")
def results(folder: Path) -> Results:
    return evaluate(load(folder))


@pytest.mark.parametrize("name", CAUGHT)
def test_each_liar_is_named(results: Results, name: str) -> None:
    """Under the guarantee that it claims, with what it did instead."""
    (found,) = [one for one in broken(results) if one.scheme == name]
    assert found.text.startswith(f"{name} claims that a revoked login ends ")


def test_nobody_honest_is_named(results: Results) -> None:
    assert liars.HONEST not in {one.scheme for one in broken(results)}


@pytest.fixture(scope="module")
def rendered(folder: Path) -> Result:
    return CliRunner().invoke(reports, ["render", str(folder)])


def test_the_report_begins_with_them(rendered: Result, folder: Path) -> None:
    """Page, Markdown, JSON and terminal, and the exit status is one of its own."""
    assert rendered.exit_code == 4
    said = [line for line in rendered.stderr.splitlines() if "GUARANTEE BROKEN" in line]
    page, text = ((folder / name).read_text() for name in ("index.html", "report.md"))
    first_screen = page[page.index("<header>") : page.index("</header>")]
    first_lines = text[: text.index("\n## ")]
    for name in CAUGHT:
        assert sum(f": {name} claims" in line for line in said) == 1
        assert f">{name}</span> claims" in first_screen
        assert f"* {name} claims" in first_lines
    assert 'class="alarm" role="alert"' in first_screen
    found = json.loads((folder / "results.json").read_text())["broken"]
    assert {one["scheme"] for one in found} == set(CAUGHT)


def test_every_table_marks_them(rendered: Result, folder: Path) -> None:
    text = (folder / "report.md").read_text()
    rows = [line for line in text.splitlines() if line[:2] == "| "]
    named = [line for line in rows if line.split("|")[1].split("(")[0].strip() in CAUGHT]
    assert len(named) > len(CAUGHT)
    assert all(MARK in line.split("|")[1] for line in named)
    schemes = dict(re.findall(r"^\* \*\*.*\*\* \(`([\w-]+)`\): (.*)$", text, re.M))
    marked = {name for name, said in schemes.items() if MARK in said}
    assert marked & {*CAUGHT, liars.HONEST} == set(CAUGHT)


def test_the_second_implementation_finds_the_same(
    rendered: Result, folder: Path, tmp_path: Path
) -> None:
    """And a report that names one of them no more is found out."""
    verified = CliRunner().invoke(verify, [str(folder)])
    assert verified.exit_code == 4
    assert "verified" in verified.stdout
    said = [line.split(": ")[2] for line in verified.stderr.splitlines()]
    assert set(said) == set(CAUGHT)
    content = json.loads((folder / "results.json").read_text())
    left_out, *kept = content["broken"]
    forged = [*kept, {"scheme": liars.HONEST, "said": "It was me."}]
    (tmp_path / "results.json").write_text(json.dumps(content | {"broken": forged}))
    assert [line.split()[1] for line in check_broken(replace(read(folder), folder=tmp_path))] == [
        left_out["scheme"],
        liars.HONEST,
    ]
