"""Figures: what a row of a report says, with all that tells it from another row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from .intervals import Estimate
from .raw import Regime

FIGURE = ("run", "measure", "scheme", "metric", "unit", "value", "ci_low", "ci_high", "n", "rounds")
PARTS = (
    *("title", "family", "mechanism", "transport", "algorithm", "strategy", "store", "cached"),
    *("shared", "verified_with", "strength", "bound_s", "library"),
)
"""Columns that say what a scheme is made of, as the run has it."""
RENAMED = {"store": "asked_store", "reason": "refusal"}
"""Labels whose names are those of other columns."""
NO_DIMENSIONS = frozenset({*FIGURE, "validity", "reason", *PARTS})
SIX_DIGITS = 5.1e-6
"""A report cuts figures to six significant digits: half a unit of the sixth, relatively."""


class Key(NamedTuple):
    """What tells one row from another."""

    measure: str
    scheme: str
    metric: str
    dimensions: frozenset[tuple[str, str]]

    def __str__(self) -> str:
        said = [f"{name}={value}" for name, value in sorted(self.dimensions)]
        return ", ".join([f"{self.measure} {self.scheme} {self.metric}", *said])


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
        said = {**self.regime.conditions, **self.regime.labels, **self.noted}
        named = {RENAMED.get(name, name): value for name, value in said.items()}
        return Key(self.measure, self.scheme, self.metric, dimensions_of(named))

    @property
    def figure(self) -> Figure:
        one = self.estimate
        return Figure(one.value, one.low, one.high, one.n or None, one.rounds or None)


def dimensions_of(said: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The dimensions that apply, numbers as a report writes them."""
    return frozenset(
        (name, _canonical(value)) for name, value in said.items() if value not in ("", None)
    )


def _canonical(value: Any) -> str:
    try:
        return f"{float(value):g}"
    except ValueError:
        return str(value)


def key_of(row: Mapping[str, Any]) -> Key:
    """The key of a row of results.csv or results.json."""
    said = {name: value for name, value in row.items() if name not in NO_DIMENSIONS}
    return Key(row["measure"], row["scheme"], row["metric"], dimensions_of(said))


def figure_of(row: Mapping[str, Any]) -> Figure:
    """The figure of a row of results.csv or results.json."""
    n, rounds = _number(row.get("n")), _number(row.get("rounds"))
    value = _number(row.get("value"))
    return Figure(
        math.nan if value is None else value,
        _number(row.get("ci_low")),
        _number(row.get("ci_high")),
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
