"""One figure a row: the columns of `results.csv`, and how to find a row again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from .loading import Regime
from .metrics import unit_of
from .statistics import Estimate

COLUMN_CONDITIONS = ("nodes", "store_rtt_ms", "population", "claims")
"""Conditions with a column of their own; the others stand in the note."""
REGIME_NOTES = (
    *("rate", "load", "design", "layer", "axis", "role", "denied", "subject_sessions"),
    *("phase", "kind", "fault", "node"),
    *("header_policy", "users", "server", "browser", "requests_per_s", "days"),
    *("less", "beside", "fields"),
)
"""Of the conditions in a note, those under which figures differ and may not be mixed."""
FAR = "far"
"""The design of blocks whose requests ask a store that a delay was put before."""


@dataclass(frozen=True)
class Row:
    """One figure of one scheme under one regime."""

    run: str
    measure: str
    scheme: str
    metric: str
    unit: str
    value: float
    ci_low: float | None = None
    ci_high: float | None = None
    n: int | None = None
    rounds: int | None = None
    nodes: int | None = None
    store_rtt_ms: float | None = None
    population: int | None = None
    claims: int | None = None
    note: str = ""

    def noted(self, name: str) -> str:
        """Give what the note says about *name*, as in `rate=200; design=interleaved`."""
        return self._notes.get(name, "")

    @cached_property
    def _notes(self) -> dict[str, str]:
        parts = (part.partition("=") for part in self.note.split("; "))
        return {key: value for key, _, value in parts}

    @property
    def far(self) -> bool:
        """Whether real requests went to a store put at a distance: a subject of its own.

        Rows of the grid have a distance too, and are no requests.
        """
        return self.noted("design") == FAR or (self.measure == "lookup" and bool(self.store_rtt_ms))

    @property
    def plain(self) -> bool:
        """Whether it is of the plain conditions: low load, and the store where it is."""
        return self.noted("load") != "high" and not self.far

    def regime(self, *without: str) -> tuple[str, ...]:
        """Give what must agree for two rows to be comparable, besides population and claims.

        What else a note says, such as what refused the next claim, is a remark.
        """
        noted = [f"{name}={self.noted(name)}" for name in REGIME_NOTES if name not in without]
        return (f"{self.store_rtt_ms or 0:09.3f}", f"{self.nodes or 0:04d}", *noted)


COLUMNS = tuple(field.name for field in fields(Row))


def row(
    run: str,
    measure: str,
    scheme: str,
    metric: str,
    found: Estimate | float,
    regime: Regime | None = None,
    **noted: str,
) -> Row:
    """Build the row of *metric*, with its unit from the catalogue and its regime spread out."""
    regime = regime or Regime()
    if not isinstance(found, Estimate):
        found = Estimate(float(found), None, None, 0, 0)
    return Row(
        run=run,
        measure=measure,
        scheme=scheme,
        metric=metric,
        unit=unit_of(metric),
        value=found.value,
        ci_low=found.low,
        ci_high=found.high,
        n=found.n or None,
        rounds=found.rounds or None,
        nodes=_whole(regime.condition("nodes")),
        store_rtt_ms=regime.condition("store_rtt_ms"),
        population=_whole(regime.condition("population")),
        claims=_whole(regime.condition("claims")),
        note=_note(regime, noted),
    )


def find(rows: Iterable[Row], metric: str, scheme: str | None = None, **noted: str) -> Row | None:
    """Give the first row of *metric* that fits, or None.

    One of requests to a store far away is given only to who asks for `design=far`.
    """
    for one in rows:
        if one.metric != metric or scheme not in (None, one.scheme):
            continue
        if one.far and noted.get("design") != FAR:
            continue
        if all(one.noted(name) == value for name, value in noted.items()):
            return one
    return None


def cells_of(one: Row) -> list[Any]:
    """Give the row in the order of the columns, with figures cut to six digits."""
    return [tidy(getattr(one, name)) for name in COLUMNS]


def tidy(value: Any) -> Any:
    """Cut a float to six significant digits, and drop the point where nothing follows it."""
    if not isinstance(value, float):
        return value
    if value == int(value) and abs(value) < 1e15:
        return int(value)
    return float(f"{value:.6g}")


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _note(regime: Regime, noted: dict[str, str]) -> str:
    said = {
        name: f"{value:g}" for name, value in regime.conditions if name not in COLUMN_CONDITIONS
    }
    said.update(regime.labels)
    said.update(noted)
    return "; ".join(f"{name}={value}" for name, value in said.items() if value)
