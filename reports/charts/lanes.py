"""Lanes: one horizontal strip a scheme, named at its left, or above it where width is short."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullLocator

from ..theme import COLOURS, INK, MARKERS, MUTED, SURFACE, is_narrow
from ..wording import RIVAL

LANE_INCHES = 0.33
NARROW_LANE_INCHES = 0.5
LEAST_SPAN = 4.0
"""From the lower end of a logarithmic axis to the upper, in times."""
NARROW_LABEL = 42
"""Characters of an axis label that fit a small screen."""
LEGEND = 118
"""Characters of a legend that fit one line of a large one."""


def height(count: int, *, narrow: bool, extra: float = 0.85) -> float:
    """Return the inches that *count* lanes need, with *extra* for axis and legend."""
    return count * (NARROW_LANE_INCHES if narrow else LANE_INCHES) + extra


def name_lanes(
    ax: Axes, names: Sequence[str], mechanisms: Sequence[str], above: float = 0.4
) -> None:
    """Name the lanes 0, 1, 2 … from the top down; *above* is how far over a lane its name goes."""
    ax.set_ylim(len(names) - 0.4, -above - 0.3 if is_narrow(ax) else -0.6)
    if not is_narrow(ax):
        ax.set_yticks(range(len(names)), names)
        return
    ax.set_yticks([])
    for lane, (name, mechanism) in enumerate(zip(names, mechanisms, strict=True)):
        ax.text(
            0.0,
            lane - above,
            name,
            transform=ax.get_yaxis_transform(),
            color=INK if mechanism != "control" else MUTED,
            fontsize=8.5,
            va="center",
            bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 0.8},
            zorder=1.5,
        )


def label_axis(ax: Axes, text: str) -> None:
    """Say what the axis shows, in lines that fit."""
    if not is_narrow(ax):
        ax.set_xlabel(text)
        return
    ax.set_xlabel(textwrap.fill(text, NARROW_LABEL))
    if ax.get_xscale() == "linear":
        ax.locator_params(axis="x", nbins=5)


def in_thousands(value: float, _: float) -> str:
    """Write a tick as tables write numbers."""
    return f"{value:,.10g}"


def time_of(microseconds: float, _: float = 0) -> str:
    """Write a tick of an axis of times in the unit that suits it."""
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:g} s"
    if microseconds >= 1e3:
        return f"{microseconds / 1e3:g} ms"
    return f"{microseconds:g} µs"


def log_times(axis: Axis, factor: float = 1.0) -> None:
    """Return a logarithmic axis of times enough ticks to read; *factor* to microseconds."""
    low, high = sorted(axis.get_view_interval())
    if high / low < LEAST_SPAN:
        # What differs by a few per cent must not fill the figure.
        middle = (low * high) ** 0.5
        low, high = middle / LEAST_SPAN**0.5, middle * LEAST_SPAN**0.5
        axis.set_view_interval(low, high, ignore=True)
    crowded = isinstance(axis, XAxis) and is_narrow(axis.axes)
    short = high / low < (10 if crowded else 30)
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if short else (1,)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, place: time_of(value * factor, place))


def tick_at(ax: Axes, places: Sequence[float]) -> None:
    """Put ticks where something was measured, but for those too near the one before."""
    span = ax.transAxes.inverted()
    room = 0.16 if is_narrow(ax) else 0.085
    kept: list[float] = []
    last = -1.0
    for place in sorted(set(places), reverse=True):
        at = float(span.transform(ax.transData.transform((place, ax.get_ylim()[0])))[0])
        if not kept or last - at > room:
            kept.append(place)
            last = at
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticks(sorted(kept), [_tick(place, short=is_narrow(ax)) for place in sorted(kept)])


def _tick(place: float, *, short: bool) -> str:
    """Write a place to two digits; thousands and millions as k and M where there is no room."""
    rounded = float(f"{place:.2g}")
    if short and rounded >= 10_000:
        unit, name = (1e6, "M") if rounded >= 1e6 else (1e3, "k")
        return f"{rounded / unit:.10g}{name}"
    return f"{rounded:,.10g}"


def legend(ax: Axes, mechanisms: Sequence[str], extra: Sequence[Line2D] = ()) -> None:
    """Show above the chart which colour is which mechanism; shapes are families."""
    handles = [
        Line2D(
            [],
            [],
            color=COLOURS[mechanism],
            marker=MARKERS[mechanism] if RIVAL in mechanism else "",
            linewidth=5,
            solid_capstyle="butt",
            label=mechanism,
        )
        for mechanism in COLOURS
        if mechanism in mechanisms
    ]
    handles += extra
    columns = _columns(handles) if is_narrow(ax) else _fitting(handles)
    ax.figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=columns,
        handletextpad=0.7,
        columnspacing=1.4,
        borderaxespad=0.2,
    )


def _fitting(handles: Sequence[Line2D]) -> int:
    """Return as many columns as one line has room for on a large screen."""
    widths = [len(str(handle.get_label())) + 5 for handle in handles]
    return len(handles) if sum(widths) < LEGEND else max(1, LEGEND // max(widths))


def bound_key() -> Line2D:
    """Return the legend's entry for the bound that a scheme claims."""
    return Line2D([], [], color=INK, linestyle=(0, (1, 1.5)), label="claimed bound")


def _columns(handles: Sequence[Line2D]) -> int:
    """Return two columns on a small screen, unless the labels need one."""
    longest = max((len(str(handle.get_label())) for handle in handles), default=0)
    return 1 if longest > NARROW_LABEL // 2 + 3 else 2
