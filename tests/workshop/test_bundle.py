"""The bundle: a folder from which the workshop is installed and run without a network."""

from __future__ import annotations

import os
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from workshop.runner.bundling import CannotBundle, closure, make

# A network that answers nobody: whatever tried to fetch would fail at once.
OFFLINE = {
    "PIP_NO_INDEX": "1",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "PYTHONPATH": "",
}


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **OFFLINE}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_classroom_installs_it_and_a_learner_begins(tmp_path: Path) -> None:
    """From nothing but the folder: a learner is ready in three minutes, a teacher in ten."""
    out = tmp_path / "bundle"
    make(out, extras=(), say=lambda _: None)
    class_room = tmp_path / "class-room"
    class_room.mkdir()
    began = time.monotonic()
    installed = run(out, "sh", "install.sh")
    assert installed.returncode == 0, installed.stderr
    python = str(out / ".venv" / "bin" / "python")
    assert run(class_room, python, "-m", "workshop", "doctor").returncode == 0
    assert "# Lab 0" in run(class_room, python, "-m", "workshop", "next").stdout
    learner_s = time.monotonic() - began
    assert run(class_room, python, "-m", "workshop", "check", "0").returncode == 1
    assert "12:55" in run(class_room, python, "-m", "workshop", "timetable").stdout
    notes = run(class_room, python, "-m", "workshop", "handout", "--teacher").stdout
    assert notes.count("**Surprise.**") >= 13
    teacher_s = time.monotonic() - began
    assert learner_s < 180
    assert teacher_s < 600


def test_what_is_installed_becomes_wheels_that_are_whole() -> None:
    """The harness's packages are in it unless left out, and each once."""
    small = [package.metadata["Name"].lower() for package in closure("sessions-or-tokens", ())]
    large = [p.metadata["Name"].lower() for p in closure("sessions-or-tokens", ("bench",))]
    assert {"flask", "cryptography", "werkzeug"} <= set(small)
    assert "locust" in large
    assert "locust" not in small
    assert len(large) == len(set(large))


def test_a_wheel_lists_its_files(tmp_path: Path) -> None:
    """With their digests, as an installer checks them."""
    from importlib.metadata import distribution

    from workshop.runner.bundling import repack

    path = repack(distribution("click"), tmp_path)
    with zipfile.ZipFile(path) as archive:
        record = next(name for name in archive.namelist() if name.endswith("/RECORD"))
        listed = {line.split(",")[0] for line in archive.read(record).decode().split()}
        assert listed == set(archive.namelist())


def test_it_is_not_made_over_something_else(tmp_path: Path) -> None:
    """A folder that holds anything is left alone."""
    (tmp_path / "mine").write_text("keep")
    with pytest.raises(CannotBundle, match="not empty"):
        make(tmp_path, extras=(), say=lambda _: None)
    assert (tmp_path / "mine").read_text() == "keep"


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched: what is not installed is named with the remedy, and nothing is left."""
    out = tmp_path / "bundle"
    monkeypatch.setattr("workshop.runner.bundling.PROJECT", "not-installed-anywhere")
    with pytest.raises(CannotBundle, match="--without-bench"):
        make(out, extras=(), say=lambda _: None)
    assert not out.exists()
