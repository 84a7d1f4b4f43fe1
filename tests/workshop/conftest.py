"""A learner's folder, and the workshop as a learner calls it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workshop.runner.commands import main
from workshop.runner.folder import Folder

Call = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "my-workshop")


@pytest.fixture
def call(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a command in this process, in the learner's folder."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--folder", str(folder.path), *words])

    return run


def run_workshop(
    *words: str, folder: Path, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it as a process, as a learner does."""
    return subprocess.run(
        [sys.executable, "-m", "workshop", "--folder", str(folder), *words],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=cwd,
        check=False,
    )
