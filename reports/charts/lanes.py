"""Lanes: one horizontal strip a scheme, named at its left, or above it where width is short."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..theme import COLOURS, INK, MARKERS, MUTED, SURFACE, is_narrow

LANE_INCHES = 0.33
NARROW_LANE_INCHES = 0.5
NARROW_LABEL = 42
"""Characters of an axis label that fit a small screen."""


def height(count: int, *, narrow: bool, extra: float = 0.85) -> float:
    """Give the inches that *count* lanes need, with *extra* for axis and legend."""
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


def legend(ax: Axes, mechanisms: Sequence[str], extra: Sequence[Line2D] = ()) -> None:
    """Say above the chart which colour and marker is which mechanism."""
    handles = [
        Line2D(
            [],
            [],
            color=COLOURS[mechanism],
            marker=MARKERS[mechanism],
            linestyle="none",
            markersize=6,
            label=mechanism,
        )
        for mechanism in COLOURS
        if mechanism in mechanisms
    ]
    handles += extra
    columns = _columns(handles) if is_narrow(ax) else len(handles)
    ax.figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=columns,
        handletextpad=0.4,
        columnspacing=1.4,
        borderaxespad=0.2,
    )


def _columns(handles: Sequence[Line2D]) -> int:
    """Give two columns on a small screen, unless the labels need one."""
    longest = max((len(str(handle.get_label())) for handle in handles), default=0)
    return 1 if longest > NARROW_LABEL // 2 + 3 else 2
