"""One figure a row: the columns of `results.csv`, and how to find a row again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from .dimensions import NAMES, REGIME, Dimensions, dimensions, written
from .loading import Regime
from .metrics import unit_of
from .statistics import Estimate

FAR = "far"
"""The design of blocks whose requests ask a store that a delay was put before."""


PARTS = (
    *("title", "family", "mechanism", "transport", "algorithm", "strategy", "store", "cached"),
    *("shared", "verified_with", "strength", "bound_s", "library"),
)
"""What a scheme is made of, as its arm says it: a column each."""


@dataclass(frozen=True)
class Row(Dimensions):
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
    validity: str = "sound"
    """`sound`, `rough` (its interval is twice as wide) or `withheld`."""
    reason: str = ""
    """Why it is not sound, in plain words."""
    again: str = ""
    """The command that measures just that again, for a figure that is withheld."""

    @property
    def far(self) -> bool:
        """Whether real requests went to a store put at a distance: a subject of its own.

        Rows of the grid have a distance too, and are no requests.
        """
        return self.design == FAR or (self.measure == "lookup" and bool(self.store_rtt_ms))

    @property
    def plain(self) -> bool:
        """Whether it is of the plain conditions: low load, and the store where it is."""
        return self.load != "high" and not self.far

    def regime(self, *without: str) -> tuple[str, ...]:
        """Return what must agree for two rows to be comparable, besides population and claims.

        Remarks, such as what refused the next claim, need not.
        """
        named = [f"{n}={written(getattr(self, n))}" for n in REGIME if n not in without]
        return (f"{self.store_rtt_ms or 0:09.3f}", f"{self.nodes or 0:04d}", *named)


JUDGED = ("validity", "reason")
FIGURE = tuple(field.name for field in fields(Row) if field.name not in (*NAMES, *JUDGED, "again"))
COLUMNS = (*FIGURE, *JUDGED, *PARTS, *NAMES)
"""Of `results.csv`, in their order."""


def row(
    run: str,
    measure: str,
    scheme: str,
    metric: str,
    found: Estimate | float,
    regime: Regime | None = None,
    **more: str | float,
) -> Row:
    """Build the row of *metric*, with *regime* and *more* as its dimensions."""
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
        **dimensions(regime, more),
    )


def find(
    rows: Iterable[Row], metric: str, scheme: str | None = None, **wanted: str | float
) -> Row | None:
    """Return the first row of *metric* whose dimensions are as *wanted*, or None.

    One of requests to a store far away is given only to who asks for `design=far`.
    """
    for one in rows:
        if one.metric != metric or scheme not in (None, one.scheme):
            continue
        if one.far and wanted.get("design") != FAR:
            continue
        if all(getattr(one, name) == value for name, value in wanted.items()):
            return one
    return None


def tidy(value: Any) -> Any:
    """Cut a float to six significant digits, and drop the point where nothing follows it."""
    if not isinstance(value, float):
        return value
    if value == int(value) and abs(value) < 1e15:
        return int(value)
    return float(f"{value:.6g}")
