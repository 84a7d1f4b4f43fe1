"""Figures come back in their order, whoever drew them."""

from __future__ import annotations

import os
from functools import partial

import pytest

from bench.processes.placement import running_on
from reports.drawing import on_all_cores

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def drawn(number: int) -> tuple[int, int]:
    return number, os.getpid()


def refused(number: int) -> tuple[int, int]:
    raise ValueError(f"nothing to draw of {number}")


@pytest.mark.skipif(len(CORES) < 2, reason="this machine gives one core")
def test_several_cores_draw() -> None:
    """In processes of their own, and what they drew comes in order."""
    numbers, processes = zip(*on_all_cores([partial(drawn, n) for n in range(20)]), strict=True)
    assert numbers == tuple(range(20))
    assert os.getpid() not in processes


def test_one_core_draws_by_itself() -> None:
    """Without another process."""
    with running_on(CORES[:1]):
        assert on_all_cores([partial(drawn, 1)] * 2) == [(1, os.getpid())] * 2


def test_one_that_cannot_be_drawn_is_an_error() -> None:
    """And not a gap."""
    with pytest.raises(ValueError, match="nothing to draw of 7"):
        on_all_cores([partial(drawn, 1), partial(refused, 7)])
