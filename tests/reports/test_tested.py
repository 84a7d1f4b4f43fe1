"""What tests found, beside a run: attacks and promises, or one clear error, or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports import html, markdown
from reports.document import compose
from reports.results import Results
from reports.tested import Tested as Shown
from reports.tested import UnusableTests
from reports.tested import tested as what_tests_found

from . import synthetic
from .test_cli import SMALL, refused, reports

SCHEMES = ["session-cookie-redis", "token-bearer-hs256-expiry", "not-in-the-file"]
MATRIX: dict[str, Any] = {
    "format": 1,
    "symbols": {
        "blocked": {"symbol": "✓", "text": "blocked"},
        "works": {"symbol": "✗", "text": "works"},
    },
    "attacks": [{"name": "theft", "title": "A theft", "how": "By a script."}],
    "schemes": SCHEMES[:2],
    "cells": [
        {
            "attack": "theft",
            "scheme": SCHEMES[0],
            "result": "blocked",
            "symbol": "✓",
            "text": "HttpOnly.",
            "basis": "run",
            "proof": "tests/attacks/test_theft.py::test_it[session]",
        },
        {
            "attack": "theft",
            "scheme": SCHEMES[1],
            "result": "works",
            "symbol": "✗",
            "text": "A script holds it.",
            "basis": "argued",
            "proof": "",
        },
    ],
}
GRID: dict[str, Any] = {
    "schema": 1,
    "promises": {"test_names": "Names the caller: whoever it is."},
    "schemes": {
        SCHEMES[0]: {"library": "this project", "outcomes": {"test_names": {"outcome": "kept"}}},
        SCHEMES[1]: {
            "library": "this project",
            "outcomes": {"test_names": {"outcome": "broken", "why": "it does not"}},
        },
    },
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with both files, the test that one of them names, and a run inside it."""
    for folder in ("docs", "tests/attacks", "reports/run"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "tests/attacks/test_theft.py").touch()
    (tmp_path / "docs/attack-matrix.json").write_text(json.dumps(MATRIX))
    (tmp_path / "docs/promises.json").write_text(json.dumps(GRID))
    return tmp_path


def found(project: Path, folder: str = "reports/run") -> list[Shown]:
    """Read both files for a report in *folder*."""
    docs = project / "docs"
    asked = (docs / "attack-matrix.json", docs / "promises.json")
    return what_tests_found(project / folder, SCHEMES, *asked)


def test_a_cell_has_symbol_word_and_the_way_to_its_test(project: Path) -> None:
    """What was not run says so; a scheme that no test knows has no column."""
    attacks, promises = found(project)
    assert attacks.columns == promises.columns == SCHEMES[:2]
    [(title, (blocked, works))] = attacks.rows
    assert title == "A theft"
    assert (blocked.said, blocked.link) == ("✓ blocked", "../../tests/attacks/test_theft.py")
    assert works.said == "✗ works (argued, not run)"
    assert [cell.said for cell in promises.rows[0][1]] == ["✓ kept", "✗ broken"]
    assert "format 1, SHA-256" in attacks.file
    assert attacks.summary == "2 schemes by 1 attacks: 1 ✓ blocked, 1 ✗ works (argued, not run)."


def test_a_run_elsewhere_names_the_test_and_links_nothing(project: Path) -> None:
    """A link out of a mailed report would lead nowhere."""
    cell = found(project, "..")[0].rows[0][1][0]
    assert cell.link == ""
    assert cell.proof.startswith("tests/attacks/test_theft.py")


def test_page_and_markdown_show_both_and_whose_they_are(project: Path, results: Results) -> None:
    """They are of tests, not of the run."""
    document = compose(results, found(project))
    page = html.page(document)
    assert '<a href="../../tests/attacks/test_theft.py">✓ blocked</a>' in page
    for text in (page, markdown.text(document)):
        assert "What was attacked" in text
        assert text.count("not from this run") == 2
        assert "✗ broken" in text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("attack-matrix.json", "{", "damaged"),
        ("attack-matrix.json", json.dumps({**MATRIX, "cells": []}), "damaged"),
        ("attack-matrix.json", json.dumps({**MATRIX, "format": 9}), "format 9"),
        ("promises.json", '{"schema": 1}', "damaged"),
        ("promises.json", "\udcff", "damaged"),
    ],
)
def test_a_damaged_file_is_one_clear_error(
    project: Path, name: str, content: str, said: str
) -> None:
    """Which names the file."""
    (project / "docs" / name).write_text(content, errors="surrogateescape")
    with pytest.raises(UnusableTests, match=said) as caught:
        found(project)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_command_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    """And leaves no half of a report."""
    folder = synthetic.write(tmp_path / "run", shape=SMALL)
    missing = tmp_path / "no.json"
    refused(reports("render", folder, "--promises", missing), str(missing), "cannot be read")
    assert not (folder / "index.html").exists()


def test_the_projects_own_files_are_read(tmp_path: Path) -> None:
    """The committed ones, every attack and promise of them."""
    attacks, promises = what_tests_found(tmp_path, SCHEMES, None, None)
    assert attacks.rows
    assert promises.rows
