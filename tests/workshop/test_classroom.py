"""A class of learners in one shared folder: gathered, shown on a page, written as a table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workshop.runner.catalogue import find
from workshop.runner.classroom import NoClass, Seat, as_csv, as_page, gather
from workshop.runner.commands import main

LAB = find("3")


def call(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--folder", str(folder), *words])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ann passed lab 3; <b>Bob</b> did not, and used two hints."""
    shared = tmp_path_factory.mktemp("shared")
    answers = [f"--answer={q.key}={q.choices[0] if q.choices else 9}" for q in LAB.questions]
    for name in ("ann", "<b>bob"):
        assert call(shared / name, "predict", "3", *answers).exit_code == 0
    policy = shared / "ann" / LAB.name / "policy.py"
    policy.write_text(LAB.file("reference", "policy.py").read_text())
    assert call(shared / "ann", "check", "3").exit_code == 0
    assert call(shared / "<b>bob", "check", "3").exit_code == 1
    for _ in range(2):
        call(shared / "<b>bob", "hint", "3")
    return shared


def test_who_passed_and_who_is_stuck(shared: Path) -> None:
    """From what check and hint have written."""
    seats = {seat.learner: seat for seat in gather(shared) if seat.lab is LAB}
    assert {name: (seat.status, seat.is_stuck) for name, seat in seats.items()} == {
        "ann": ("pass", False),
        "<b>bob": ("fail", True),
    }


def test_the_page_counts_and_escapes(shared: Path) -> None:
    """Names are text, whatever stands in them; without names there is none."""
    page = as_page(gather(shared))
    assert "2 began, 1 passed, 1 stuck, 2 hints used." in page
    assert "&lt;b&gt;bob" in page
    assert "<b>bob" not in page
    assert page.count("<h2>") == 1
    nameless = as_page(gather(shared, b"salt"), with_names=False)
    assert "bob" not in nameless
    assert "ann" not in nameless.replace("cannot", "")


def test_answers_wait_for_the_last_prediction(shared: Path) -> None:
    """What is projected must not decide what others predict."""
    shown = as_page(gather(shared))
    late = [*gather(shared), *(_without(seat) for seat in gather(shared) if seat.learner == "ann")]
    assert "once all predicted" not in shown
    assert "once all predicted" in as_page(late)
    assert "once all predicted" not in as_page(late, reveal=True)


def _without(seat: Seat) -> Seat:
    """Return the seat of somebody who has not begun."""
    return Seat("late", seat.lab, "", 0, {}, {})


def test_the_table_has_each_prediction(shared: Path) -> None:
    """One row for each learner and question, and whether the prediction was right."""
    rows = list(csv.DictReader(io.StringIO(as_csv(gather(shared)))))
    assert len(rows) == 2 * len(LAB.questions)
    for row in rows:
        question = next(q for q in LAB.questions if q.key == row["question"])
        assert (row["lab"], row["seen"]) == ("3", question.truth)
        assert row["agrees"] in ("yes", "no")


def test_a_name_is_no_formula(tmp_path: Path, shared: Path) -> None:
    """A spreadsheet does not compute what a learner is called."""
    call(tmp_path / "=1+1", "predict", "3", f"--answer={LAB.questions[0].key}=9")
    (tmp_path / "=1+1").mkdir(exist_ok=True)
    folder = tmp_path / "=1+1" / LAB.name
    folder.mkdir(exist_ok=True)
    (folder / "result.json").write_text(json.dumps({"verdict": "pass"}))
    assert "'=1+1,3,pass" in as_csv(gather(tmp_path))


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"verdict": 7, "hints": "x"}', "\x00", "x" * 99999]
)
def test_a_broken_file_is_a_missing_one(tmp_path: Path, text: str) -> None:
    """One learner's folder cannot stop the page of the class."""
    folder = tmp_path / "eve" / LAB.name
    folder.mkdir(parents=True)
    for name in ("result.json", "progress.json", "measured.json", "predictions.toml"):
        (folder / name).write_text(text)
    assert {seat.status for seat in gather(tmp_path)} == {""}


def test_an_empty_folder_says_what_learners_do(tmp_path: Path) -> None:
    """One line with the command."""
    with pytest.raises(NoClass, match="python -m workshop --folder"):
        gather(tmp_path)
    result = call(tmp_path, "class", str(tmp_path))
    assert result.exit_code == 2
    assert "holds no learners yet" in result.output


def test_the_command_writes_page_and_table(tmp_path: Path, shared: Path) -> None:
    """Both as asked for."""
    page, table = tmp_path / "page.html", tmp_path / "class.csv"
    result = call(tmp_path, "class", str(shared), "--out", str(page), "--csv", str(table))
    assert result.exit_code == 0, result.output
    assert "The class: 2 learners" in page.read_text()
    assert table.read_text().startswith("learner,lab,status")
