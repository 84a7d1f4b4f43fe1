"""Break-even: what schemes add inside real requests against the distance of the store."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .. import headline
from ..measures.in_request import METRIC
from ..results import Results
from ..rows import Row
from ..tables import Table
from ..theme import BAND, COLOURS, DASHES, INK, MUTED, is_narrow, marker_of, say, tag
from ..wording import cost, measured, milliseconds, number, quantity
from . import alike, ends, lanes
from .naming import called

SECTION = "lookup"


def applies(results: Results) -> bool:
    """Return whether requests were timed with the store at two distances or more."""
    return bool(lines(results))


def title(results: Results) -> str:
    """Say from which distance a token is cheaper than a session."""
    asks = {scheme for scheme in lines(results) if not results.is_local(scheme)}
    if {results.mechanism(scheme) for scheme in asks} < {"session", "token"}:
        return "What a scheme adds, by the distance of its store"
    return "The farther the store, the cheaper a token without a store is"


def caption(results: Results) -> str:
    """Return the last crossing, or what both add with the store farthest."""
    told = _fewest(crossings(results), _chosen(results))
    if told:
        row = told[-1]
        session, token = called(results, row.scheme), called(results, row.less)
        return f"Beyond {milliseconds(row.value)}, {session} adds more than {token}."
    found = [(rows[-1], results.mechanism(scheme)) for scheme, rows in lines(results).items()]
    away = milliseconds(found[0][0].store_rtt_ms or 0.0)
    dearest, cheapest = (end(found, key=lambda one: one[0].value)[0] for end in (max, min))
    return (
        f"With the store {away} away, {called(results, dearest.scheme)} adds "
        f"{cost(dearest.value)}, {called(results, cheapest.scheme)} {cost(cheapest.value)}."
    )


def reading(results: Results) -> str:
    """Say what was timed, and what the bands are."""
    rows = next(iter(lines(results).values()))
    count = len(crossings(results))
    found = f" The table lists all {count} crossings." if count > 1 else ""
    bands = (
        f"Bands are 95 % intervals, over {rows[-1].rounds} blocks with the store farthest."
        if (rows[-1].rounds or 0) > 1
        else "One block was timed, so there is no interval."
    )
    return (
        "Each mark is the median that a scheme adds to the application's answer, with the store on "
        "the same machine or behind a measured delay. Between marks the lines are straight, which "
        f"a logarithmic axis bends. {bands}{found} 'Your store' stands where the first screen has "
        f"it.{_chosen(results).remark}"
    )


def table(results: Results) -> Table:
    """Return what each scheme adds at each distance, then the crossings."""
    found = lines(results)
    known = sorted({_at(row) for rows in found.values() for row in rows})
    columns = ["scheme", *(f"{number(rtt)} ms" for rtt in known)]
    cells, source = [], []
    for scheme, rows in found.items():
        by_rtt = {_at(row): row for row in rows}
        own = [by_rtt.get(rtt) for rtt in known]
        cells.append([scheme, *(measured(row) if row else "\N{EM DASH}" for row in own)])
        source += rows
    for row in crossings(results):
        padding = ["\N{EM DASH}"] * (len(known) - 1)
        about = f"{results.title(row.scheme)} adds more than {results.title(row.less)} from"
        cells.append([about, measured(row), *padding])
        source.append(row)
    return Table(columns, cells, source)


def height(results: Results, *, narrow: bool) -> float:
    """Return a height that leaves room for the names at the ends of the lines."""
    return 3.6 if narrow else ends.height_for(len(_chosen(results).drawn), least=4.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw one line a scheme with its band, the crossings, and the reader's own distance."""
    everything, choice = lines(results), _chosen(results)
    found = {scheme: everything[scheme] for scheme in choice.drawn}
    for scheme, rows in found.items():
        _line(ax, results, scheme, rows)
    ax.set_yscale("log")
    known = sorted({_at(row) for rows in found.values() for row in rows})
    ax.set_xlim(0, known[-1])
    shown = _fewest(crossings(results), choice)
    for place, row in enumerate(shown):
        _mark(ax, row, place)
    ax.grid(axis="y")
    lanes.log_times(ax.yaxis)
    extra = []
    if shown:
        extra.append(Line2D([], [], color=INK, linestyle=(0, (1, 1.5)), label="break-even"))
    lanes.legend(ax, [results.look(s) for s in found], extra)
    lanes.label_axis(ax, "round trip to the store, ms, linear from the same machine")
    ax.set_ylabel("added to an answer, median, logarithmic")
    _yours(ax, min(headline.STORE_MS, known[-1]), known[-1])
    names = [(s, _at(rows[-1]), rows[-1].value) for s, rows in found.items()]
    ends.name_lines(ax, results, names, choice.stands_for)


def lines(results: Results) -> dict[str, list[Row]]:
    """Return what schemes add, the store nearest first, by scheme; the dearest far away first."""
    found = {scheme: [row] for scheme, row in results.costs(headline.COST).items()}
    for row in results.of(headline.COST):
        # On a logarithmic axis what is not above zero has no place.
        if row.far and row.load != "high" and row.scheme in found and row.value > 0:
            found[row.scheme].append(row)
    kept = {s: sorted(rows, key=_at) for s, rows in found.items() if len(rows) > 1}
    kept = {s: rows for s, rows in kept.items() if rows[0].value > 0}
    return dict(sorted(kept.items(), key=lambda item: (-item[1][-1].value, item[0])))


def crossings(results: Results) -> list[Row]:
    """Return every crossing, the nearest first."""
    return sorted(results.of(METRIC), key=lambda row: row.value)


def _at(row: Row) -> float:
    return row.store_rtt_ms or 0.0


def _fewest(found: list[Row], choice: alike.Chosen) -> list[Row]:
    """Choose what to tell: the first and the last crossing of lines that are drawn, if apart."""
    mine = [row for row in found if {row.scheme, row.less} <= set(choice.drawn)]
    if len(mine) < 2 or (mine[0].ci_high or mine[0].value) >= (mine[-1].ci_low or 0.0):
        return mine[-1:]
    return [mine[0], mine[-1]]


def _chosen(results: Results) -> alike.Chosen:
    return alike.chosen(
        results,
        {scheme: {_at(row): row.value for row in rows} for scheme, rows in lines(results).items()},
    )


def _line(ax: Axes, results: Results, scheme: str, rows: list[Row]) -> None:
    mechanism, at = results.look(scheme), [_at(row) for row in rows]
    # Straight between points, which bends on these axes: it crosses where it is said to.
    between = np.unique(np.concatenate([np.linspace(at[0], at[-1], 80), at]))
    values, low, high = (
        np.interp(between, at, [row.value if end is None else end for row, end in known])
        for known in (
            [(row, row.value) for row in rows],
            [(row, row.ci_low) for row in rows],
            [(row, row.ci_high) for row in rows],
        )
    )
    # An end at zero or below would draw the band down to nowhere.
    ax.fill_between(
        between,
        np.maximum(low, values / 10),
        high,
        color=COLOURS[mechanism],
        alpha=0.2,
        linewidth=0,
    )
    look: dict[str, Any] = {"color": COLOURS[mechanism], "linewidth": 1.6}
    ax.plot(between, values, linestyle=DASHES[mechanism], **look)
    marks: dict[str, Any] = {"linestyle": "none", "markersize": 5, "clip_on": False, **look}
    shapes = ax.plot(at, [row.value for row in rows], marker_of(results, scheme), **marks)
    near, far, away = cost(rows[0].value), cost(rows[-1].value), milliseconds(at[-1])
    say(shapes, f"{results.title(scheme)}: {near} nearest, {far} with the store {away} away")


def _yours(ax: Axes, at: float, most: float) -> None:
    """Mark the reader's own distance; the page's script moves it along the invisible line."""
    low, high = ax.get_ylim()
    tag(ax.plot([0, most], [low, low], color=MUTED, alpha=0.0), "distances")
    tag(ax.plot([at, at], [low, high], color=MUTED, linewidth=1.0), "yours")
    text = f"your store: {milliseconds(at)}"
    said = ax.text(at, high, text, color=MUTED, fontsize=8.5, ha="center", va="bottom")
    tag([said], "yours")
    ax.set_ylim(low, high)


def _mark(ax: Axes, row: Row, place: int) -> None:
    if row.ci_low is not None and row.ci_high is not None:
        ax.axvspan(row.ci_low, row.ci_high, color=BAND, zorder=0, linewidth=0)
    ax.axvline(row.value, color=INK, linestyle=(0, (1, 1.5)), linewidth=1.2)
    ax.annotate(
        measured(row) if not is_narrow(ax) else quantity(row),
        (row.value, 0.95 - 0.08 * place),
        xycoords=("data", "axes fraction"),
        xytext=(5, 0),
        textcoords="offset points",
        color=INK,
        va="top",
        fontsize=8.5,
    )
