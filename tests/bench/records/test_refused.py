"""A file that is damaged, foreign, newer, older or half-written is refused by its name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from bench.records import (
    FILE,
    Arm,
    Cell,
    DamagedRecord,
    NotARun,
    RecordError,
    Run,
    find_run,
    read_all,
    read_cells,
    read_run,
    write_cell,
    write_run,
)
from tests.altering import alter

NOISE = np.random.default_rng(1).integers(2**60, size=2_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of twenty cells."""
    folder = tmp_path / "run"
    folder.mkdir()
    write_run(folder, Run(name="run", plan="p", seed=1, started_at=0.0, blocks=1, arms=[]))
    for number in range(20):
        cell = Cell(id=f"{number:04d}-x", measure="lookup", arm="a", figures={"errors": 0.0})
        write_cell(folder, cell, {"auth_ns": NOISE})
    return folder


def _everything(folder: Path) -> object:
    return read_run(folder), read_all(folder)


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotARun, match=r"has no records\.sqlite; make bench writes runs"):
        read_run(tmp_path)


def test_a_run_of_the_format_before_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    for refuse in (read_run, read_cells, lambda folder: find_run(str(folder))):
        with pytest.raises(NotARun, match="has format 1, a folder of files, and this version"):
            refuse(tmp_path)


def test_a_run_whose_schemes_say_not_what_they_are_made_of_is_refused(folder: Path) -> None:
    """By name, with what to do: nothing is guessed from the names of its schemes."""
    arm = Arm(name="control", scheme="control")
    write_run(folder, Run(name="run", plan="p", seed=1, started_at=0.0, blocks=1, arms=[arm]))
    alter(folder, "ALTER TABLE schemes DROP COLUMN title")
    with pytest.raises(NotARun, match="what its schemes are made of; measure again"):
        read_run(folder)


def test_a_newer_format_is_refused_by_name(folder: Path) -> None:
    alter(folder, "PRAGMA user_version = 999")
    for act in (
        read_run,
        read_cells,
        lambda folder: write_cell(folder, Cell(id="1", measure="lookup", arm="a")),
    ):
        with pytest.raises(NotARun, match=f"{re.escape(str(folder / FILE))} has format 999"):
            act(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty: the bench ended before it wrote anything"),
        (b"{}", "is no SQLite file"),
        (b"SQLite format 3\x00", "is no SQLite file"),
        (b"\xff" * 5_000, "is no SQLite file"),
    ],
)
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / FILE).write_bytes(content)
    for read in (read_run, read_cells):
        with pytest.raises(NotARun, match=said):
            read(tmp_path)


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    alter(tmp_path, "CREATE TABLE run (name)")
    before = (tmp_path / FILE).read_bytes()
    for act in (
        read_run,
        lambda folder: write_cell(folder, Cell(id="1", measure="lookup", arm="a")),
    ):
        with pytest.raises(NotARun, match="of another program"):
            act(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_copy_that_was_cut_short_is_refused_with_what_can_still_be_read(
    folder: Path, share: float
) -> None:
    path = folder / FILE
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DamagedRecord, match=r"records\.sqlite is damaged") as refused:
        _everything(folder)
    whole = int(re.findall(r"(\d+) of its cells can still be read", str(refused.value))[0])
    assert whole < 20
    assert share < 0.9 or whole > 0
    assert "\n" not in str(refused.value)


def test_bytes_that_changed_are_found_wherever_they_are(folder: Path) -> None:
    """Zeros over any page of the file."""
    path = folder / FILE
    content = path.read_bytes()
    whole = [each.cell for each in read_all(folder)]
    for start in range(0, len(content), 1024 * 7):
        path.write_bytes(content[:start] + bytes(1024) + content[start + 1024 :])
        with pytest.raises(RecordError, match=re.escape(str(path))):
            _everything(folder)
    path.write_bytes(content)
    assert [each.cell for each in read_all(folder)] == whole


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE cells SET figures = '{' WHERE id = '0003-x'", "a cell:"),
        ("UPDATE cells SET figures = '{\"a\": \"b\"}' WHERE id = '0003-x'", "a cell:"),
        ("UPDATE cells SET measure = 'marvel'", "a cell:"),
        ("UPDATE samples SET data = x'0102' WHERE cell = '0003-x'", "auth_ns of 0003-x:"),
        ("UPDATE samples SET count = 3 WHERE cell = '0003-x'", "these are not 3 numbers"),
        ("UPDATE samples SET type = 'O' WHERE cell = '0003-x'", "auth_ns of 0003-x:"),
        ("UPDATE samples SET type = '<U2' WHERE cell = '0003-x'", "auth_ns of 0003-x:"),
        ("UPDATE samples SET data = NULL WHERE cell = '0003-x'", "auth_ns of 0003-x:"),
        ("UPDATE run SET seed = 'one'", "a run:"),
        ("DROP TABLE samples", "no such table"),
    ],
)
def test_rows_that_no_bench_wrote_are_named(folder: Path, sql: str, said: str) -> None:
    """Pickled objects among them: whoever sends a run must not run code here."""
    alter(folder, sql)
    with pytest.raises(DamagedRecord, match=said) as refused:
        _everything(folder)
    assert str(folder / FILE) in str(refused.value)


def test_a_run_that_was_never_begun_is_named(folder: Path) -> None:
    alter(folder, "DELETE FROM run")
    with pytest.raises(RecordError, match="holds no run"):
        read_run(folder)


def test_a_read_only_copy_can_be_read(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    (copy / FILE).chmod(0o444)
    copy.chmod(0o555)
    try:
        assert len(read_all(copy)) == 20
    finally:
        copy.chmod(0o755)


def test_a_run_is_found_by_its_path_or_refused_with_what_there_is(folder: Path) -> None:
    assert find_run(str(folder)) == folder
    with pytest.raises(NotARun, match="no run is called nowhere; there are"):
        find_run("nowhere")
