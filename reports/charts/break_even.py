"""Break-even: what a check costs against the distance of the store, and where lines cross."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import Results
from ..rows import Row
from ..tables import Table
from ..theme import BAND, COLOURS, DASHES, INK, MARKERS, is_narrow
from ..wording import measured, number, quantity
from . import ends, grid, lanes

SECTION = "lookup"
TITLE = "How far may the store be before a token costs less than a session?"
AXIS = "store_rtt"


def applies(results: Results) -> bool:
    """Say whether checks were timed at several round trips."""
    return bool(grid.lines(results, AXIS))


def caption(results: Results) -> str:
    """Give every crossing that one can tell, and what does not cross."""
    found = crossings(results)
    one = next(iter(grid.lines(results, AXIS).values()))[0]
    told = [
        f"at {measured(row)} for {row.scheme} and {row.noted('less')}" for row in _fewest(found)
    ]
    text = f"Lines cross {'; '.join(told)}" if told else "No session crosses a token here"
    if len(found) > len(told):
        text += f" ({len(found)} crossings in all)"
    return (
        f"{text}. Medians of the check alone in a hot loop, in {one.rounds} processes each, with "
        "the store behind a delay; the round trip is as measured through it. Bands: 95 % over "
        "processes."
    )


def table(results: Results) -> Table:
    """Give the cost at each round trip, then the crossings."""
    found = grid.lines(results, AXIS)
    known = sorted({grid.at(results, row, AXIS) for rows in found.values() for row in rows})
    columns = ["scheme", *(f"{number(rtt)} ms" for rtt in known)]
    lines, source = [], []
    for scheme, rows in found.items():
        by_rtt = {grid.at(results, row, AXIS): row for row in rows}
        cells = [by_rtt.get(rtt) for rtt in known]
        lines.append([scheme, *(measured(row) if row else "\N{EM DASH}" for row in cells)])
        source += rows
    for row in crossings(results):
        padding = ["\N{EM DASH}"] * (len(known) - 1)
        about = f"{row.scheme} costs more than {row.noted('less')} from"
        lines.append([about, measured(row), *padding])
        source.append(row)
    return Table(columns, lines, source)


def height(results: Results, *, narrow: bool) -> float:
    """Give a height that leaves room for the names at the ends of the lines."""
    count = len(grid.lines(results, AXIS))
    return 3.6 if narrow else max(3.6, 1.5 + 0.24 * count)


def draw(results: Results, ax: Axes) -> None:
    """Draw one line a scheme, with its band, and a dashed line at each crossing."""
    found = grid.lines(results, AXIS)
    for scheme, rows in found.items():
        mechanism = results.look(scheme)
        at = [grid.at(results, row, AXIS) for row in rows]
        low = [row.value if row.ci_low is None else row.ci_low for row in rows]
        high = [row.value if row.ci_high is None else row.ci_high for row in rows]
        ax.fill_between(at, low, high, color=COLOURS[mechanism], alpha=0.2, linewidth=0)
        # Straight between points in ms, which bends on these axes: it crosses where it is said to.
        between = np.unique([*np.linspace(at[0], at[-1], 60), *np.linspace(at[0], at[1], 20)])
        values = np.interp(between, at, [row.value for row in rows])
        look: dict[str, Any] = {"color": COLOURS[mechanism], "linewidth": 1.6}
        ax.plot(between, values, linestyle=DASHES[mechanism], **look)
        ax.plot(at, [row.value for row in rows], MARKERS[mechanism], markersize=4.5, **look)
    ax.set_yscale("log")
    known = sorted({grid.at(results, row, AXIS) for rows in found.values() for row in rows})
    ax.set_xscale("symlog", linthresh=min(one for one in known if one > 0.05), linscale=0.9)
    ax.set_xlim(left=0)
    lanes.tick_at(ax, known)
    shown = _fewest(crossings(results))
    for place, row in enumerate(shown):
        _mark(ax, row, place)
    ax.grid(axis="y")
    lanes.log_times(ax.yaxis)
    extra = [Line2D([], [], color=INK, linestyle=(0, (1, 1.5)), label="break-even")]
    lanes.legend(ax, [results.look(s) for s in found], extra if shown else [])
    lanes.label_axis(ax, "round trip to the store, ms; linear to the first, then logarithmic")
    ax.set_ylabel("check, median, logarithmic")
    names = [(s, grid.at(results, rows[-1], AXIS), rows[-1].value) for s, rows in found.items()]
    ends.name_lines(ax, results, names)


def crossings(results: Results) -> list[Row]:
    """Give every crossing, the nearest first."""
    found = [row for row in results.rows if row.metric == "break_even_rtt_ms"]
    return sorted(found, key=lambda row: row.value)


def _fewest(found: list[Row]) -> list[Row]:
    """Choose what to draw: the first and the last crossing, for others lie between them."""
    return found if len(found) < 3 else [found[0], found[-1]]


def _mark(ax: Axes, row: Row, place: int) -> None:
    if row.ci_low is not None and row.ci_high is not None:
        ax.axvspan(row.ci_low, row.ci_high, color=BAND, zorder=0, linewidth=0)
    ax.axvline(row.value, color=INK, linestyle=(0, (1, 1.5)), linewidth=1.2)
    ax.annotate(
        measured(row) if not is_narrow(ax) else quantity(row),
        (row.value, 0.97 - 0.08 * place),
        xycoords=("data", "axes fraction"),
        xytext=(5, 0),
        textcoords="offset points",
        color=INK,
        va="top",
        fontsize=8.5,
    )
