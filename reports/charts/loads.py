"""The same cost under two loads: a scheme that waits for something grows with the queue."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .. import headline
from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, LINE, MUTED, SURFACE, marker_of
from ..wording import cost, number
from . import lanes
from .naming import called, titles

SECTION = "lookup"
METRIC = headline.COST
LOADS = ("low", "high")


def applies(results: Results) -> bool:
    """Return whether two loads were measured."""
    return bool(_found(results))


def title(results: Results) -> str:
    """Say how many checks cost more under the higher load."""
    found = _found(results)
    grown = sum(high.value > low.value for low, high in found.values())
    if not grown:
        return "A busier server makes no scheme dearer"
    if grown == len(found):
        return "A busier server makes every scheme dearer"
    return f"A busier server makes {grown} of {len(found)} schemes dearer"


def caption(results: Results) -> str:
    """Return the largest change, up or down."""
    low, high = max(_found(results).values(), key=lambda pair: abs(pair[1].value - pair[0].value))
    name = called(results, low.scheme)
    verb = "rises" if high.value > low.value else "falls"
    change = f"from {cost(low.value)} to {cost(high.value)}"
    return f"The largest change: {name} {verb} {change} under the higher load."


def reading(results: Results) -> str:
    """Say what the loads are."""
    low, high = next(iter(_found(results).values()))
    rates = [number(row.rate) for row in (low, high) if row.rate]
    where = f" of {' and '.join(rates)} requests a second of each scheme" if rates else ""
    return (
        f"Hollow marks are the lower load, filled ones the higher{where}. Each is the median of "
        "what a scheme adds to the application's answer under the same load. All other figures are "
        "of the lower load."
    )


def table(results: Results) -> Table:
    """Return cost and tail under both loads."""
    cells: dict[str, list[Row | None]] = {}
    for scheme, pair in _found(results).items():
        tails = [_row(results, "request_ms_p99", scheme, load) for load in LOADS]
        cells[scheme] = [*pair, *tails]
    columns = [f"{what}, {load}" for what in ("cost", "end to end, p99") for load in LOADS]
    kept = [i for i in range(4) if any(line[i] for line in cells.values())]
    return by_scheme(
        {scheme: [line[i] for i in kept] for scheme, line in cells.items()},
        [columns[i] for i in kept],
    )


def height(results: Results, *, narrow: bool) -> float:
    """Return the height for one lane a scheme."""
    return lanes.height(len(_found(results)), narrow=narrow, extra=1.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw a line from the low load to the high one, one lane a scheme."""
    found = _found(results)
    mechanisms = [results.look(scheme) for scheme in found]
    for lane, ((scheme, pair), mechanism) in enumerate(zip(found.items(), mechanisms, strict=True)):
        ax.plot([row.value for row in pair], [lane] * 2, color=LINE, linewidth=2.2, zorder=2)
        for row, face in zip(pair, (SURFACE, COLOURS[mechanism]), strict=True):
            ax.plot(
                [row.value],
                [lane],
                marker=marker_of(results, scheme),
                color=COLOURS[mechanism],
                markerfacecolor=face,
                markersize=6.5,
                zorder=3,
            )
    lanes.name_lanes(ax, titles(results, found), mechanisms)
    keys = [
        Line2D([], [], color=MUTED, marker="o", linestyle="none", label=f"{load} load")
        for load in LOADS
    ]
    keys[0].set_markerfacecolor(SURFACE)
    lanes.legend(ax, mechanisms, keys)
    ax.set_xlim(left=0)
    ax.margins(x=0.08)
    ax.grid(axis="x")
    lanes.label_axis(ax, "µs over control, median, linear from zero")


def _found(results: Results) -> dict[str, tuple[Row, Row]]:
    found = {}
    for scheme in results.costs(METRIC):
        low, high = (_row(results, METRIC, scheme, load) for load in LOADS)
        if low is not None and high is not None:
            found[scheme] = (low, high)
    return found


def _row(results: Results, metric: str, scheme: str, load: str) -> Row | None:
    """Return the row under one load; cells without the label are of the low one."""
    mine = [
        row
        for row in results.rows
        if row.metric == metric and row.scheme == scheme and row.measure == "lookup"
        if (row.load or "low") == load and not row.far
    ]
    return mine[0] if mine else None
