"""A run with its report, made once; tests that change it take a copy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .reporting import write_reported_run


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the bench and the report leave it."""
    return write_reported_run(tmp_path_factory.mktemp("verify") / "synthetic")


@pytest.fixture
def copy(reported: Path, tmp_path: Path) -> Path:
    """A run of one's own, to be tampered with."""
    return Path(shutil.copytree(reported, tmp_path / "run"))
