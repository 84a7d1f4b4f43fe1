from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.processes.children import BenchError
from bench.processes.folders import make_run_folder, point_latest_at


def test_runs_that_start_at_once_have_folders_of_their_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        folders = list(pool.map(lambda _: make_run_folder(tmp_path, "smoke"), range(16)))
    assert len(set(folders)) == 16


def test_the_name_says_when_and_by_which_plan(tmp_path: Path) -> None:
    name = make_run_folder(tmp_path / "not there yet", "smoke").name
    assert name[10] == "T"
    assert name.endswith("Z-smoke")


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BenchError, match="--out"):
        make_run_folder(tmp_path / "file" / "below", "smoke")


def test_latest_moves_on(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        point_latest_at(tmp_path / name)
        assert (tmp_path / "latest").resolve() == tmp_path / name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "one", "two"]


def test_a_folder_of_that_name_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    (tmp_path / "one").mkdir()
    point_latest_at(tmp_path / "one")
    assert not (tmp_path / "latest").is_symlink()
