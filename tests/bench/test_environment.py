"""What the host takes away: counted from the kernel's own figures, but for what is thrown away."""

from __future__ import annotations

import os
import time

import psutil
import pytest

from bench.environment import Steal

from .conftest import Take

CORES = os.cpu_count() or 1


pytestmark = pytest.mark.skipif(not psutil.LINUX, reason="only Linux says what was stolen")


def test_what_was_stolen_is_counted_from_the_beginning(steal: Take) -> None:
    stolen = Steal()
    time.sleep(0.05)
    steal(102.0)
    seen_s, stolen_s = stolen.seconds()
    assert stolen_s == pytest.approx(2.0)
    assert stolen.percent() == pytest.approx(100.0 * 2.0 / (seen_s * CORES), rel=0.2)


def test_what_is_thrown_away_does_not_count(steal: Take) -> None:
    """Neither what was stolen meanwhile, nor the time it took."""
    whole = Steal()
    block = Steal()
    time.sleep(0.05)
    steal(102.0)
    whole.leave_out(block)
    assert whole.percent() == 0.0
    time.sleep(0.05)
    steal(103.0)
    whole_s, stolen_s = whole.seconds()
    assert stolen_s == pytest.approx(3.0)
    assert whole.percent() > 100.0 * 1.0 / (whole_s * CORES)  # of the time that is left
    assert whole.percent() < 100.0 * 3.0 / (whole_s * CORES)


def test_a_machine_of_its_own_loses_nothing(steal: Take) -> None:
    stolen = Steal()
    steal(100.0)
    assert stolen.percent() == 0.0
