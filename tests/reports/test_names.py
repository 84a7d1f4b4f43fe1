"""Names are labels: a run whose schemes are called by letters has the same report."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from msgspec.structs import replace

from bench.records import (
    read_arrays,
    read_cells,
    read_environment,
    read_run,
    write_cell,
    write_environment,
    write_run,
)
from reports import markdown
from reports.advice.facts import facts
from reports.document import compose
from reports.loading import load
from reports.results import Results, evaluate
from reports.tables import csv_text

from . import many, others, synthetic

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def letters(names: list[str]) -> dict[str, str]:
    """Give each of *names* a letter, in their order, which the report sorts by."""
    return {name: f"{LETTERS[n // 26]}{LETTERS[n % 26]}x" for n, name in enumerate(sorted(names))}


def renamed(source: Path, target: Path, called: dict[str, str]) -> Path:
    """Copy the run with every scheme *called* otherwise, here and in every reference."""
    target.mkdir()
    run = read_run(source)
    arms = [
        replace(
            arm,
            name=called[arm.name],
            scheme=called[arm.scheme],
            beside=called.get(arm.beside, arm.beside),
            summary=spelt(arm.summary, called),
        )
        for arm in run.arms
    ]
    write_run(target, replace(run, arms=arms))
    write_environment(target, read_environment(source))
    for cell in read_cells(source):
        write_cell(target, replace(cell, arm=called[cell.arm]), read_arrays(source, cell))
    return target


def spelt(text: str, called: dict[str, str]) -> str:
    """Write *text* with the other names; the longest first, since some begin like others."""
    for name in sorted(called, key=len, reverse=True):
        if name != "control":  # which is a word as well
            text = text.replace(name, called[name])
    return text


@pytest.fixture(scope="module", params=["few", "many"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Results, Results, dict[str, str]]:
    """A run under its own names and under letters: with other libraries, or with 22 schemes."""
    folder = tmp_path_factory.mktemp("runs")
    if request.param == "few":
        shape = synthetic.Shape(blocks=2, samples=60, trials=4, more_arms=others.ARMS)
        plain = synthetic.write(folder / "plain", others.truth(), shape)
    else:
        measures = ("lookup", "revocation", "payload")
        plain = many.write(folder / "plain", blocks=2, samples=30, far_ms=(), measures=measures)
    called = letters([arm.name for arm in read_run(plain).arms])
    other = renamed(plain, folder / "letters", called)
    return evaluate(load(plain)), evaluate(load(other)), called


def test_every_figure_is_the_same_but_for_names(
    both: tuple[Results, Results, dict[str, str]],
) -> None:
    """All columns, parts included; the control is a name like any other."""
    plain, other, called = both
    own, moved = (
        list(csv.DictReader(io.StringIO(csv_text(results, results.rows))))
        for results in (plain, other)
    )
    naming = ("scheme", "less", "beside")
    assert [
        row | {name: called.get(row[name], row[name]) for name in naming} for row in own
    ] == moved


def test_the_report_is_the_same_but_for_names(
    both: tuple[Results, Results, dict[str, str]],
) -> None:
    """Every sentence, table and choice; the arms of the controls are named in tables alone."""
    plain, other, called = both
    again = {name: called[name] for name in called if not name.startswith("control")}
    texts = [markdown.text(compose(results)) for results in (plain, other)]
    controls = {letter: name for name, letter in called.items() if name.startswith("control")}
    assert spelt(texts[0], again).splitlines() == spelt(texts[1], controls).splitlines()


def test_the_advice_is_the_same_but_for_names(
    both: tuple[Results, Results, dict[str, str]],
) -> None:
    """What a scheme is good for is what it says of itself."""
    plain, other, called = both
    own, others_facts = facts(plain)["schemes"], facts(other)["schemes"]
    # Who has no title is called by its name.
    moved = [
        {**one, "name": called[one["name"]], "title": called.get(one["title"], one["title"])}
        for one in own
    ]
    assert moved == others_facts
