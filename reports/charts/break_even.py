"""Break-even: what a check costs against the distance of the store, and where lines cross."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import Results
from ..rows import Row
from ..tables import Table
from ..theme import BAND, COLOURS, DASHES, INK, MARKERS, MUTED, SURFACE, is_narrow, marker_of, say
from ..wording import cost, measured, milliseconds, number, quantity
from . import alike, ends, grid, lanes
from .naming import called

SECTION = "lookup"
AXIS = "store_rtt"


def applies(results: Results) -> bool:
    """Say whether checks were timed at several round trips."""
    return bool(grid.lines(results, AXIS))


def title(results: Results) -> str:
    """Say from which distance a token is cheaper than a session."""
    telling = _telling(results, crossings(results))
    if not telling:
        return "The distance to the store does not change which is cheaper"
    return "The farther the store, the cheaper a token without a store is"


def caption(results: Results) -> str:
    """Return the first crossing, or that there is none."""
    told = _fewest(results, crossings(results), _chosen(results))
    if not told:
        return "No session and token trade places between 0 ms and the farthest store measured."
    row = told[-1]
    session, token = called(results, row.scheme), called(results, row.less)
    return f"Beyond {milliseconds(row.value)}, {session} costs more than {token}."


def reading(results: Results) -> str:
    """Say what was timed, and what the bands are."""
    one = next(iter(grid.lines(results, AXIS).values()))[0]
    count = len(_telling(results, crossings(results)))
    found = f" The table lists all {count} crossings." if count > 1 else ""
    bands = (
        f"Bands are 95 % intervals over {one.rounds} processes."
        if (one.rounds or 0) > 1
        else "One process was timed, so there is no interval."
    )
    return (
        "Lines are medians of the check alone, in a hot loop, with the store behind a measured "
        f"delay. {bands}{found}{_said_of_requests(results)}{_chosen(results).remark}"
    )


def table(results: Results) -> Table:
    """Give the cost at each round trip, then the crossings."""
    found = grid.lines(results, AXIS)
    asked = {
        f"{results.title(scheme)}, in a request": rows for scheme, rows in requests(results).items()
    }
    shown = {**found, **asked}
    known = sorted({grid.at(results, row, AXIS) for rows in shown.values() for row in rows})
    columns = ["scheme", *(f"{number(rtt)} ms" for rtt in known)]
    lines, source = [], []
    for name, rows in shown.items():
        by_rtt = {grid.at(results, row, AXIS): row for row in rows}
        cells = [by_rtt.get(rtt) for rtt in known]
        lines.append([name, *(measured(row) if row else "\N{EM DASH}" for row in cells)])
        source += rows
    for row in crossings(results):
        padding = ["\N{EM DASH}"] * (len(known) - 1)
        about = f"{results.title(row.scheme)} costs more than {results.title(row.less)} from"
        lines.append([about, measured(row), *padding])
        source.append(row)
    return Table(columns, lines, source)


def height(results: Results, *, narrow: bool) -> float:
    """Give a height that leaves room for the names at the ends of the lines."""
    return 3.6 if narrow else ends.height_for(len(_chosen(results).drawn), least=4.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw one line a scheme, with its band, what requests saw, and a line at each crossing."""
    everything, choice = grid.lines(results, AXIS), _chosen(results)
    found = {scheme: everything[scheme] for scheme in choice.drawn}
    for scheme, rows in found.items():
        mechanism = results.look(scheme)
        at = [grid.at(results, row, AXIS) for row in rows]
        low = [row.value if row.ci_low is None else row.ci_low for row in rows]
        high = [row.value if row.ci_high is None else row.ci_high for row in rows]
        # Straight between points in ms, which bends on these axes: it crosses where it is said to.
        between = np.unique([*np.linspace(at[0], at[-1], 60), *np.linspace(at[0], at[1], 20)])
        values = np.interp(between, at, [row.value for row in rows])
        band = [np.interp(between, at, limits) for limits in (low, high)]
        ax.fill_between(between, *band, color=COLOURS[mechanism], alpha=0.2, linewidth=0)
        look: dict[str, Any] = {"color": COLOURS[mechanism], "linewidth": 1.6}
        ax.plot(between, values, linestyle=DASHES[mechanism], **look)
        marker = marker_of(results, scheme)
        shapes = ax.plot(at, [row.value for row in rows], marker, markersize=4.5, **look)
        near, far = cost(rows[0].value), cost(rows[-1].value)
        away = milliseconds(at[-1])
        say(shapes, f"{results.title(scheme)}: {near} nearest, {far} with the store {away} away")
    for scheme, rows in requests(results).items():
        if scheme in found:
            _requests(ax, results, rows, results.look(scheme))
    ax.set_yscale("log")
    known = sorted({grid.at(results, row, AXIS) for rows in found.values() for row in rows})
    ax.set_xscale("symlog", linthresh=min(one for one in known if one > 0.05), linscale=0.9)
    ax.set_xlim(left=0)
    lanes.tick_at(ax, known)
    shown = [row for row in _fewest(results, crossings(results), choice) if _is_drawn(row, choice)]
    for place, row in enumerate(shown):
        _mark(ax, row, place)
    ax.grid(axis="y")
    lanes.log_times(ax.yaxis)
    extra = []
    if shown:
        extra.append(Line2D([], [], color=INK, linestyle=(0, (1, 1.5)), label="break-even"))
    if requests(results).keys() & found.keys():
        extra.append(_key())
    lanes.legend(ax, [results.look(s) for s in found], extra)
    lanes.label_axis(ax, "round trip to the store, ms; linear to the first, then logarithmic")
    ax.set_ylabel("check, median, logarithmic")
    names = [(s, grid.at(results, rows[-1], AXIS), rows[-1].value) for s, rows in found.items()]
    ends.name_lines(ax, results, names, choice.stands_for)


def requests(results: Results) -> dict[str, list[Row]]:
    """Give what checks cost inside real requests whose store was far away, nearest first."""
    found: dict[str, list[Row]] = {}
    for row in results.rows:
        mine = row.metric == "auth_us_cost_p50" and row.far and row.load != "high"
        if mine and results.mechanism(row.scheme) != "control":
            found.setdefault(row.scheme, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.store_rtt_ms or 0.0)
    return found


def crossings(results: Results) -> list[Row]:
    """Give every crossing, the nearest first."""
    found = [row for row in results.rows if row.metric == "break_even_rtt_ms"]
    return sorted(found, key=lambda row: row.value)


def _fewest(results: Results, found: list[Row], choice: alike.Chosen) -> list[Row]:
    """Choose what to tell: the first and the last crossing, of lines that are drawn if any do."""
    telling = _telling(results, found)
    mine = [row for row in telling if _is_drawn(row, choice)] or telling
    return mine if len(mine) < 3 else [mine[0], mine[-1]]


def _telling(results: Results, found: list[Row]) -> list[Row]:
    """Leave out lines that ask the store equally often: where they cross is an accident."""
    return [row for row in found if reads(results, row.scheme) != reads(results, row.less)]


def reads(results: Results, scheme: str) -> float | None:
    """Give how often a check of the grid asks the store."""
    found = (row for row in results.of("store_reads") if row.measure == "scale")
    return next((row.value for row in found if row.scheme == scheme), None)


def _is_drawn(row: Row, choice: alike.Chosen) -> bool:
    return {row.scheme, row.less} <= set(choice.drawn)


def _chosen(results: Results) -> alike.Chosen:
    return alike.chosen(
        results,
        {
            scheme: {grid.at(results, row, AXIS): row.value for row in rows}
            for scheme, rows in grid.lines(results, AXIS).items()
        },
    )


def _said_of_requests(results: Results) -> str:
    """Say what the hollow marks are, with the dearest of them."""
    rows = [row for found in requests(results).values() for row in found]
    if not rows:
        return ""
    most = max(rows, key=lambda row: row.value)
    return (
        " Hollow marks are the same checks inside real requests, over control: up to "
        f"{measured(most)} for {called(results, most.scheme)} with the store "
        f"{number(most.store_rtt_ms or 0.0)} ms away."
    )


def _requests(ax: Axes, results: Results, rows: list[Row], look: str) -> None:
    """Draw hollow marks with intervals, beside the line of the hot loop."""
    for row in rows:
        at = grid.at(results, row, AXIS)
        if row.ci_low is not None and row.ci_high is not None:
            ax.plot([at, at], [row.ci_low, row.ci_high], color=COLOURS[look], linewidth=1.2)
        ax.plot(
            [at],
            [row.value],
            marker=MARKERS[look],
            color=COLOURS[look],
            markerfacecolor=SURFACE,
            markersize=7.5,
            linestyle="none",
            zorder=4,
            clip_on=False,
        )


def _key() -> Line2D:
    label = "inside real requests"
    face = {"markerfacecolor": SURFACE, "markersize": 7.5}
    return Line2D([], [], color=MUTED, marker="o", linestyle="none", label=label, **face)  # type: ignore[arg-type]


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
