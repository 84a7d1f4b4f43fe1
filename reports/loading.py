"""From a run folder to tidy samples: the only place that reads records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.records import (
    Arm,
    Cell,
    Environment,
    NeverWritten,
    Run,
    read_all,
    read_environment,
    read_run,
)
from bench.records import Recorded as Recorded
from bench.records import find_run as find_run

from .underway import Busy, under_way

Samples = NDArray[np.float64]
_TIMES = {"intended_ns", "end_ns"}


@dataclass(frozen=True)
class Regime:
    """The conditions, in numbers and in words, under which something was measured."""

    conditions: tuple[tuple[str, float], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, cell: Cell) -> Regime:
        """Return the regime that *cell* was measured under."""
        return cls(tuple(sorted(cell.conditions.items())), tuple(sorted(cell.labels.items())))

    def condition(self, name: str) -> float | None:
        """Return one condition, or None where it does not apply."""
        return dict(self.conditions).get(name)

    def label(self, name: str) -> str:
        """Return one label, or nothing where it does not apply."""
        return dict(self.labels).get(name, "")

    def without(self, *names: str) -> Regime:
        """Return this regime as if the named labels had not been set."""
        return Regime(self.conditions, tuple(kv for kv in self.labels if kv[0] not in names))

    def agrees_with(self, other: Regime) -> bool:
        """Return whether no condition or label that both have differs.

        The control has no population and no claims, so it agrees with every one of them.
        """
        mine, theirs = dict(self.conditions), dict(other.conditions)
        if any(mine[name] != theirs[name] for name in mine.keys() & theirs.keys()):
            return False
        words, others = dict(self.labels), dict(other.labels)
        return all(words[name] == others[name] for name in words.keys() & others.keys())


Take = Callable[[Recorded], NDArray[Any] | None]
"""Reads an array out of a cell; None where there is none."""


@dataclass(frozen=True)
class Series:
    """All samples of one arm under one regime, kept apart by block."""

    arm: str
    regime: Regime
    blocks: Mapping[int, Samples]
    busy: Mapping[int, Busy] = field(default_factory=dict)
    """How busy each sample of a block found the server, where that is known."""

    def beside(self, other: Series, block: int) -> list[tuple[Samples, Samples]]:
        """Return the samples of both in *block* that are to be compared with each other.

        Those that found the server as busy, where that is known; else all with all.
        """
        mine, others = self.blocks[block], other.blocks[block]
        if block not in self.busy or block not in other.busy:
            return [(mine, others)]
        met, others_met = self.busy[block], other.busy[block]
        return [
            (mine[met == level], others[others_met == level])
            for level in np.intersect1d(met, others_met)
        ]


@dataclass(frozen=True)
class Recording:
    """One run as it lies on disk."""

    folder: Path
    run: Run
    environment: Environment | None
    """None if the run ended before it was written."""
    cells: tuple[Recorded, ...]

    def arm(self, name: str) -> Arm:
        """Return the arm called *name*; one that the run does not list says nothing of itself."""
        return self._arms.get(name) or Arm(name=name, scheme=name)

    @cached_property
    def control(self) -> str:
        """Return the arm without any check, which every cost is measured over."""
        plain = (arm for arm in self.run.arms if arm.mechanism == "control" and not arm.injected_us)
        return next((arm.name for arm in plain if not arm.is_again), "control")

    @cached_property
    def control_again(self) -> str:
        """Return the arm that measures the control a second time; empty if there is none."""
        own = (arm for arm in self.run.arms if arm.is_again and arm.scheme == self.control)
        return next((arm.name for arm in own), "")

    @cached_property
    def _arms(self) -> dict[str, Arm]:
        return {arm.name: arm for arm in self.run.arms}

    def select(self, measure: str, layer: str = "") -> Iterator[Recorded]:
        """Return the cells of one measure and layer, in the order of measuring."""
        for recorded in self.cells:
            if recorded.cell.measure == measure and recorded.cell.layer == layer:
                yield recorded

    def series(
        self, measure: str, layer: str, take: Take, busy: Take | None = None
    ) -> list[Series]:
        """Gather what *take* finds in each cell, by arm, regime and block.

        *busy* reads how busy each of the samples found the server.
        """
        samples = self._gathered(measure, layer, take)
        met = self._gathered(measure, layer, busy) if busy else {}
        return [
            Series(arm, regime, blocks, met.get((arm, regime), {}))
            for (arm, regime), blocks in samples.items()
        ]

    def _gathered(
        self, measure: str, layer: str, take: Take
    ) -> dict[tuple[str, Regime], dict[int, NDArray[Any]]]:
        parts: dict[tuple[str, Regime], dict[int, list[NDArray[Any]]]] = {}
        for recorded in self.select(measure, layer):
            taken = take(recorded)
            if taken is None or taken.size == 0:
                continue
            key = (recorded.cell.arm, Regime.of(recorded.cell))
            parts.setdefault(key, {}).setdefault(recorded.cell.block, []).append(taken)
        return {
            key: {block: np.concatenate(those) for block, those in blocks.items()}
            for key, blocks in parts.items()
        }


def load(folder: Path) -> Recording:
    """Read the run in *folder*, whole or interrupted.

    Raises `NotARun` or `DamagedRecord`, whose message names the file.
    """
    return Recording(
        folder=folder,
        run=read_run(folder),
        environment=_environment(folder),
        cells=_beside_each_other(read_all(folder)),
    )


def _environment(folder: Path) -> Environment | None:
    try:
        return read_environment(folder)
    except NeverWritten:
        return None


def _beside_each_other(cells: Sequence[Recorded]) -> tuple[Recorded, ...]:
    """Return *cells*, those of requests with how busy each request found the server.

    Not where an arm has the server to itself: how busy it is depends on the arm there.
    """
    blocks: dict[tuple[Regime, int], list[int]] = {}
    for place, recorded in enumerate(cells):
        regime = Regime.of(recorded.cell)
        together = recorded.cell.measure == "lookup" and regime.label("design") != "separate"
        if together and recorded.arrays.keys() >= _TIMES:
            blocks.setdefault((regime, recorded.cell.block), []).append(place)
    completed = list(cells)
    for places in blocks.values():
        found = under_way([cells[place].arrays for place in places])
        for place, busy in zip(places, found, strict=True):
            cell, arrays = cells[place]
            completed[place] = Recorded(cell, {**arrays, "under_way": busy})
    return tuple(completed)
