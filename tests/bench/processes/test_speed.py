"""A fixed piece of work says how fast the machine is, and leaves the process where it was."""

from __future__ import annotations

import os

import pytest

from bench.processes.speed import fixed_work_us


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="no affinity on this system")
def test_the_work_is_done_where_it_is_asked_for_and_only_there() -> None:
    cores = os.sched_getaffinity(0)
    assert fixed_work_us(sorted(cores)[:1]) > 0
    assert os.sched_getaffinity(0) == cores


def test_it_can_be_done_anywhere() -> None:
    assert fixed_work_us() > 0
