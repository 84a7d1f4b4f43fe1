"""Names at the ends of lines, pushed apart where ends are near each other."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from ..results import Results
from ..theme import INK, LINE, is_narrow

LINE_INCHES, NARROW_LINE_INCHES = 0.158, 0.135
"""Of one line of a name."""
AROUND_INCHES, NARROW_AROUND_INCHES = 1.05, 1.3
"""Of the height of a figure, what legend and labels take from the axes."""
TOGETHER = 0.075
"""Ends that are nearer share a name on a small screen."""
NARROW_NAME = 15
"""Characters of a name beside a small chart, which would have no room left otherwise."""
LEFT = 1.045
"""Where names begin, as a share of the width of the axes."""


@dataclass(frozen=True)
class End:
    """Where the line of a scheme ends: on the axes' height, and in the chart's own units."""

    height: float
    x: float
    y: float
    scheme: str


def name_lines(
    ax: Axes,
    results: Results,
    ends: Sequence[tuple[str, float, float]],
    stands_for: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Name each line at its end; *ends* are scheme, x and y. Call when the limits are final.

    *stands_for* gives the schemes whose lines are not drawn, by the one drawn in their place.
    """
    narrow = is_narrow(ax)
    placed = sorted((End(_height(ax, y), x, y, s) for s, x, y in ends), key=lambda e: e.height)
    groups = _clusters(placed) if narrow else [[end] for end in placed]
    together = stands_for or {}
    names = [
        _called(results, [(end.scheme, len(together.get(end.scheme, ()))) for end in group], narrow)
        for group in groups
    ]
    line_height = line_inches(ax) / axes_inches(ax)
    sizes = [line_height * (name.count("\n") + 1) for name in names]
    heights = apart([group[0].height for group in groups], sizes)
    for group, name, height in zip(groups, names, heights, strict=True):
        ax.annotate(
            name,
            (group[0].x, group[0].y),
            xytext=(LEFT, height),
            textcoords="axes fraction",
            color=INK,
            fontsize=7.5 if narrow else 8.5,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": LINE, "linewidth": 0.8, "relpos": (0, 0.5)},
        )


def height_for(count: int, *, least: float) -> float:
    """Return the height in inches of a large figure that has room for *count* names."""
    return max(least, AROUND_INCHES + 0.3 + LINE_INCHES * 1.25 * count)


def line_inches(ax: Axes) -> float:
    """Return what one line of a name takes of the height."""
    return NARROW_LINE_INCHES if is_narrow(ax) else LINE_INCHES


def axes_inches(ax: Axes) -> float:
    """Return the height of the axes, about: it is final only when all is drawn."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    around = NARROW_AROUND_INCHES if is_narrow(ax) else AROUND_INCHES
    return max(1.0, figure.get_figheight() - around)


def _height(ax: Axes, y: float) -> float:
    """Return *y* as a share of the height of the axes, whatever its scale."""
    point = ax.transData.transform((ax.get_xlim()[0], y))
    return float(ax.transAxes.inverted().transform(point)[1])


def apart(heights: list[float], sizes: list[float]) -> list[float]:
    """Push names up where they would touch, then all down if the last one left the axes."""
    placed: list[float] = []
    for index, height in enumerate(heights):
        if index:
            height = max(height, placed[-1] + (sizes[index - 1] + sizes[index]) / 2)
        placed.append(max(height, 0.0))
    for index in range(len(placed) - 1, -1, -1):
        limit = 1.02
        if index + 1 < len(placed):
            limit = placed[index + 1] - (sizes[index] + sizes[index + 1]) / 2
        placed[index] = min(placed[index], limit)
    return placed


def _clusters(placed: list[End]) -> list[list[End]]:
    """Put lines that end together under one name; the table has the long ones."""
    groups: list[list[End]] = []
    for end in placed:
        if groups and end.height - groups[-1][0].height < TOGETHER:
            groups[-1].append(end)
        else:
            groups.append([end])
    return groups


def _called(results: Results, schemes: list[tuple[str, int]], narrow: bool) -> str:
    """Name lines that end together; each is a scheme, and how many others it stands for."""
    scheme, others = schemes[0]
    name = results.title(scheme)
    if len(schemes) > 1:
        mechanisms = sorted({results.mechanism(scheme) for scheme, _ in schemes})
        count = sum(1 + others for _, others in schemes)
        name = f"{' and '.join(mechanisms)}, {count} schemes"
    elif others:
        name = f"{name} +{others}"
    return "\n".join(textwrap.wrap(name, NARROW_NAME)) if narrow else name
