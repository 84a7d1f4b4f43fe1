"""The requests of each lookup block, arm by arm: what server and generator recorded of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..raw import Cell, Records, Regime

Arrays = Mapping[str, NDArray[np.int64]]


@dataclass(frozen=True)
class Block:
    """One block under one design and load."""

    number: int
    regime: Regime
    arms: Mapping[str, Arrays]
    """By arm: the arrays of its span cell and of its request cell, one value a request."""

    @property
    def design(self) -> str:
        return self.regime.labels.get("design", "")

    @property
    def load(self) -> str:
        return self.regime.labels.get("load", "")


def blocks(records: Records, *names: str) -> list[Block]:
    """Return the blocks whose arms have every array of *names*, as far as they have them."""
    found: dict[object, dict[str, dict[str, NDArray[np.int64]]]] = {}
    about: dict[object, Cell] = {}
    for layer in ("span", "request"):
        for cell in records.select("lookup", layer):
            key = (cell.regime.key, cell.block)
            about.setdefault(key, cell)
            own = found.setdefault(key, {}).setdefault(cell.arm, {})
            own.update({name: np.asarray(one) for name, one in cell.arrays.items()})
    return [
        Block(about[key].block, about[key].regime, whole)
        for key, arms in found.items()
        if (whole := {arm: own for arm, own in arms.items() if own.keys() >= set(names)})
    ]


def by_arm(records: Records, *names: str) -> Iterator[tuple[str, str, str, Arrays]]:
    """Yield load, design and arm, with the arrays of *names* over all of their blocks."""
    groups: dict[tuple[str, str, str], list[Arrays]] = {}
    for block in blocks(records, *names):
        for arm, arrays in block.arms.items():
            groups.setdefault((block.load, block.design, arm), []).append(arrays)
    for about, parts in groups.items():
        alike = [part for part in parts if len({part[name].size for name in names}) == 1]
        if alike:
            yield *about, {name: np.concatenate([part[name] for part in alike]) for name in names}
