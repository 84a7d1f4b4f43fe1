"""A block that the host takes more time from than it may is not measured to its end."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from bench.context import Context
from bench.lookup.blocks import Disturbed, Interleaved
from bench.plans import SMOKE
from bench.processes.placement import place
from bench.records import read_cells
from bench.services import Services

from ..contexts import a_context


class Told:
    """What a block says while it is measured."""

    def __init__(self) -> None:
        self.shares: list[float] = []

    def __call__(self, share: float, what: str) -> None:
        self.shares.append(share)


@pytest.fixture
def context(services: Services, tmp_path: Path) -> Context:
    """One scheme, whose block is short enough for a test and too long for a disturbed one."""
    (tmp_path / "records").mkdir()
    return a_context(["control"], folder=tmp_path, plan=SMOKE, services=services, placement=place())


@pytest.fixture
def stolen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that takes half of what there is, as the kernel would tell."""
    started_s = time.monotonic()

    def cpu_times(*_: Any) -> Any:
        return SimpleNamespace(steal=(time.monotonic() - started_s) / 2)

    monkeypatch.setattr(psutil, "cpu_times", cpu_times)


@pytest.mark.usefixtures("stolen")
def test_it_ends_as_soon_as_it_cannot_stay(context: Context) -> None:
    """It leaves no cell and no process, and the run says what was wrong."""
    running, told = _children(), Told()
    with pytest.raises(Disturbed):
        Interleaved(50.0).measure(context, 0, told)
    assert max(told.shares) < 0.5
    assert [each.partition(" steal ")[0] for each in context.repeated] == ["interleaved block 1:"]
    assert list(read_cells(context.folder)) == []
    assert _children() == running


@pytest.mark.usefixtures("stolen")
def test_the_last_that_may_not_come_again_stays_as_it_is(context: Context) -> None:
    context.repeated += ["another"] * context.repeats_allowed
    assert Interleaved(50.0).measure(context, 0, Told())
    assert {cell.measure for cell in read_cells(context.folder)} == {"lookup", "calibration"}


def test_little_that_is_stolen_ends_nothing(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundredth of the block, though all at its beginning."""
    whole_s = SMOKE.warm_s + SMOKE.block_s
    stolen_s = iter([0.0, 0.0])
    monkeypatch.setattr(
        psutil, "cpu_times", lambda: SimpleNamespace(steal=next(stolen_s, whole_s / 100))
    )
    told = Told()
    Interleaved(50.0).measure(context, 0, told)
    assert max(told.shares) > 0.7
    assert not any("steal" in each for each in context.repeated)


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}
