"""A machine whose host takes away what a test says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

Take = Callable[[float], None]


@pytest.fixture
def steal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Say how many seconds have been stolen since this machine was started."""
    stat = tmp_path / "stat"

    def write(seconds: float) -> None:
        ticks = round(seconds * os.sysconf("SC_CLK_TCK"))
        stat.write_text(f"cpu 1 2 3 4 5 6 7 {ticks} 0 0\n")

    write(100.0)
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    return write
