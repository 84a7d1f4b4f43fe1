"""A run folder read with json and numpy alone, as docs/record-format.md describes it.

On purpose not by `bench.records`: a sceptic should need no more of this project than this file.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]


class Unreadable(ValueError):
    """A file that is missing or damaged; the message names it."""


@dataclass(frozen=True)
class Regime:
    """The conditions and labels something was measured under."""

    conditions: Mapping[str, float]
    labels: Mapping[str, str]

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for equal regimes."""
        return tuple(sorted(self.conditions.items())), tuple(sorted(self.labels.items()))

    def agrees_with(self, other: Regime) -> bool:
        """Whether nothing that both name differs."""
        return all(
            mine[name] == theirs[name]
            for mine, theirs in ((self.conditions, other.conditions), (self.labels, other.labels))
            for name in mine.keys() & theirs.keys()
        )


@dataclass(frozen=True)
class Cell:
    """One file under records/ and the arrays beside it."""

    path: Path
    measure: str
    layer: str
    arm: str
    block: int
    regime: Regime
    figures: Mapping[str, float]
    gates: list[dict[str, Any]]
    named: list[str]

    @cached_property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The raw samples; empty if there are none."""
        if not self.named:
            return {}
        path = self.path.with_suffix(".npz")
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                return {name: archive[name] for name in self.named}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as exc:
            raise Unreadable(f"{path} cannot be read: {exc}") from exc


@dataclass(frozen=True)
class Series:
    """All samples of one arm under one regime, by block."""

    arm: str
    regime: Regime
    blocks: dict[int, Samples] = field(default_factory=dict)
    crowds: dict[int, NDArray[Any]] = field(default_factory=dict)
    """How many others each sample found under way, where only equal crowds are compared."""

    @property
    def values(self) -> Samples:
        """The samples of all blocks, one after the other."""
        return np.concatenate(list(self.blocks.values()))


@dataclass(frozen=True)
class Records:
    """The raw records of one run."""

    folder: Path
    run: dict[str, Any]
    cells: list[Cell]

    @property
    def seed(self) -> int:
        return int(self.run["seed"])

    def arm(self, name: str) -> dict[str, Any]:
        """What the run says of an arm."""
        return next((arm for arm in self.run["arms"] if arm["name"] == name), {})

    def select(self, measure: str, layer: str = "") -> Iterator[Cell]:
        """The cells of one measure and layer, in the order of measuring."""
        return (c for c in self.cells if c.measure == measure and c.layer == layer)

    def series(
        self, measure: str, layer: str, take: Callable[[Cell], Samples | None]
    ) -> list[Series]:
        """What *take* finds in each cell, by arm and regime, kept apart by block."""
        return gather((cell, take(cell)) for cell in self.select(measure, layer))


def gather(found: Iterable[tuple[Cell, Samples | None]]) -> list[Series]:
    """Put samples together by arm and regime, kept apart by block."""
    together: dict[Any, Series] = {}
    for cell, samples in found:
        if samples is None or not samples.size:
            continue
        one = together.setdefault((cell.arm, cell.regime.key), Series(cell.arm, cell.regime))
        before = one.blocks.get(cell.block)
        one.blocks[cell.block] = samples if before is None else np.concatenate([before, samples])
    return list(together.values())


def read(folder: Path) -> Records:
    """The records in *folder*; `Unreadable` names the file that is missing or damaged."""
    run = load_json(folder / "run.json")
    if not isinstance(run, dict) or run.get("format") != 1:
        raise Unreadable(f"{folder / 'run.json'} is not a run of format 1")
    cells = [_cell(path) for path in sorted((folder / "records").glob("*.json"))]
    if not cells:
        raise Unreadable(
            f"{folder} holds no raw records; only a run that kept them can be verified"
        )
    return Records(folder, run, cells)


def load_json(path: Path) -> Any:
    """What *path* holds."""
    try:
        return json.loads(path.read_bytes())
    except OSError as exc:
        raise Unreadable(f"{path} cannot be read: {exc.strerror}") from exc
    except ValueError as exc:
        raise Unreadable(f"{path} is damaged: {exc}") from exc


def _cell(path: Path) -> Cell:
    content = load_json(path)
    try:
        return Cell(
            path=path,
            measure=content["measure"],
            layer=content["layer"],
            arm=content["arm"],
            block=content["block"],
            regime=Regime(content["conditions"], content["labels"]),
            figures=content["figures"],
            gates=content["gates"],
            named=content["arrays"],
        )
    except (KeyError, TypeError) as exc:
        raise Unreadable(f"{path} is not a cell: it has no {exc}") from exc
