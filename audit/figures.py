"""Figures: what a row of a report says, with all that tells it from another row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from .intervals import Estimate
from .raw import Regime

COLUMNS = ("nodes", "store_rtt_ms", "population", "claims")
"""Conditions that have a column of their own; the others stand in the note."""
SIX_DIGITS = 5.1e-6
"""A report cuts figures to six significant digits: half a unit of the sixth, relatively."""


class Key(NamedTuple):
    """What tells one row from another."""

    measure: str
    scheme: str
    metric: str
    columns: tuple[float | None, ...]
    note: frozenset[str]

    def __str__(self) -> str:
        said = [f"{n}={v:g}" for n, v in zip(COLUMNS, self.columns, strict=True) if v is not None]
        return ", ".join([f"{self.measure} {self.scheme} {self.metric}", *said, *sorted(self.note)])


class Figure(NamedTuple):
    """A value, its interval, and what it rests on."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None
    rounds: int | None = None


@dataclass(frozen=True)
class Found:
    """One recomputed row, under the regime it was measured in."""

    measure: str
    scheme: str
    metric: str
    estimate: Estimate
    regime: Regime
    noted: Mapping[str, str]

    @property
    def key(self) -> Key:
        columns = tuple(self.regime.conditions.get(name) for name in COLUMNS)
        said = {
            name: f"{value:g}"
            for name, value in self.regime.conditions.items()
            if name not in COLUMNS
        }
        said |= dict(self.regime.labels) | dict(self.noted)
        note = "; ".join(f"{name}={value}" for name, value in said.items() if value)
        return Key(self.measure, self.scheme, self.metric, columns, parts_of(note))

    @property
    def figure(self) -> Figure:
        one = self.estimate
        return Figure(one.value, one.low, one.high, one.n or None, one.rounds or None)


def parts_of(note: str) -> frozenset[str]:
    """A note, whatever the order of its parts."""
    return frozenset(part for part in note.split("; ") if part)


def key_of(row: Mapping[str, Any]) -> Key:
    """The key of a row of results.csv or results.json."""
    columns = tuple(_number(row[name]) for name in COLUMNS)
    return Key(row["measure"], row["scheme"], row["metric"], columns, parts_of(row["note"]))


def figure_of(row: Mapping[str, Any]) -> Figure:
    """The figure of a row of results.csv or results.json."""
    n, rounds = _number(row["n"]), _number(row["rounds"])
    value = _number(row["value"])
    return Figure(
        math.nan if value is None else value,
        _number(row["ci_low"]),
        _number(row["ci_high"]),
        None if n is None else int(n),
        None if rounds is None else int(rounds),
    )


def differences(reported: Figure, recomputed: Figure) -> list[str]:
    """In what two figures differ by more than the digits that a report keeps."""
    names = ("value", "ci_low", "ci_high", "n", "rounds")
    return [
        f"{name} is {_shown(said)} and should be {_shown(true)}"
        for name, said, true in zip(names, reported, recomputed, strict=True)
        if not _alike(said, true)
    ]


def _alike(said: float | None, true: float | None) -> bool:
    if said is None or true is None:
        return said is None and true is None
    return math.isclose(said, true, rel_tol=SIX_DIGITS, abs_tol=1e-12)


def _shown(value: float | None) -> str:
    return "empty" if value is None else f"{value:.6g}"


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)
