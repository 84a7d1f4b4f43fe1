"""What the host takes away: counted from the kernel's own figures, but for what is thrown away."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from bench.environment import Steal

Take = Callable[[float], None]
CORES = os.cpu_count() or 1


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Say how many seconds have been stolen since this machine was started."""
    stat = tmp_path / "stat"

    def write(seconds: float) -> None:
        ticks = round(seconds * os.sysconf("SC_CLK_TCK"))
        stat.write_text(f"cpu 1 2 3 4 5 6 7 {ticks} 0 0\n")

    write(100.0)
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    return write


pytestmark = pytest.mark.skipif(not psutil.LINUX, reason="only Linux says what was stolen")


def test_what_was_stolen_is_counted_from_the_beginning(take: Take) -> None:
    stolen = Steal()
    time.sleep(0.05)
    take(102.0)
    seen_s, stolen_s = stolen.seconds()
    assert stolen_s == pytest.approx(2.0)
    assert stolen.percent() == pytest.approx(100.0 * 2.0 / (seen_s * CORES), rel=0.2)


def test_what_is_thrown_away_does_not_count(take: Take) -> None:
    """Neither what was stolen meanwhile, nor the time it took."""
    whole = Steal()
    block = Steal()
    time.sleep(0.05)
    take(102.0)
    whole.leave_out(block)
    assert whole.percent() == 0.0
    time.sleep(0.05)
    take(103.0)
    whole_s, stolen_s = whole.seconds()
    assert stolen_s == pytest.approx(3.0)
    assert whole.percent() > 100.0 * 1.0 / (whole_s * CORES)  # of the time that is left
    assert whole.percent() < 100.0 * 3.0 / (whole_s * CORES)


def test_a_machine_of_its_own_loses_nothing(take: Take) -> None:
    stolen = Steal()
    take(100.0)
    assert stolen.percent() == 0.0
