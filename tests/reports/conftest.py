"""One synthetic run for the whole session, evaluated and rendered once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reports.document import Document, compose
from reports.loading import load
from reports.results import Results, evaluate
from reports.writing import files, write

from . import many, synthetic

GOLDEN = Path(__file__).parent / "golden"
UPDATE = "UPDATE_GOLDEN"


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run of known truths, and its report."""
    return synthetic.write(tmp_path_factory.mktemp("runs") / "synthetic")


@pytest.fixture(scope="session")
def results(run_folder: Path) -> Results:
    """The run, evaluated."""
    return evaluate(load(run_folder))


@pytest.fixture(scope="session")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """A run whose token is the faster to check, and adds more around the check, 290 µs in all.

    A session in a store beside it adds 90 µs, and 1,090 µs with the store 1 ms away.
    """
    truth = synthetic.Truth(around_us={"token-bearer-hs256-expiry": 250.0})
    shape = synthetic.Shape(blocks=6, samples=200, measures=("lookup",))
    folder = tmp_path_factory.mktemp("runs") / "crossed"
    return evaluate(load(synthetic.write(folder, truth, shape)))


@pytest.fixture(scope="session")
def document(results: Results) -> Document:
    """The report before it is a page."""
    return compose(results)


@pytest.fixture(scope="session")
def rendered(run_folder: Path, results: Results, document: Document) -> Path:
    """The folder with its report written into it."""
    write(run_folder, files(results, document))
    return run_folder


@pytest.fixture(scope="session")
def many_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of as many schemes as the full plan has."""
    return many.write(tmp_path_factory.mktemp("runs") / "many")


@pytest.fixture(scope="session")
def many_results(many_folder: Path) -> Results:
    """The same, evaluated."""
    return evaluate(load(many_folder))


@pytest.fixture(scope="session")
def many_rendered(many_folder: Path, many_results: Results) -> Path:
    """Its folder with its report written into it."""
    write(many_folder, files(many_results, compose(many_results)))
    return many_folder


def assert_golden(name: str, actual: str) -> None:
    """Compare with the file kept under golden/; UPDATE_GOLDEN=1 writes it anew."""
    path = GOLDEN / name
    if os.environ.get(UPDATE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(actual)
    assert path.exists(), f"no golden {name}: run the test once with {UPDATE}=1, and read it"
    assert path.read_text() == actual, f"{name} differs: look, then run with {UPDATE}=1"
