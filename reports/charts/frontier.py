"""The frontier: what a scheme adds against how long a revoked credential lives."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .. import headline
from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, INK, LINE, MARKERS, MUTED, SURFACE, is_narrow
from ..wording import cost, duration
from . import ends, lanes
from .window import lifetime_s

SECTION = "revocation"
NAMED = 10
"""Points that can all be named on a small screen; of more, those on the front."""
INSIDE_CHARACTERS = 13
"""Of a name that stands between the points on a small screen; a longer one goes on below."""


@dataclass(frozen=True)
class Place:
    """One scheme: its cost over control and its worst window."""

    scheme: str
    title: str
    cost: Row
    worst: Row
    best: bool
    """On the front: no other scheme is better in one and no worse in the other."""
    local: bool
    """Bound to one machine, so that it is no answer to most who ask."""


def applies(results: Results) -> bool:
    """Return whether a scheme was measured in both."""
    return len(places(results)) > 1


def title(results: Results) -> str:
    """Say what the trade is."""
    front = [place for place in places(results) if place.best]
    if len(front) < 2:
        return f"{front[0].title} is both the cheapest and the soonest to end"
    return "Ending a stolen login sooner costs more on every request"


def caption(results: Results) -> str:
    """Return the ends of the front."""
    front = sorted((p for p in places(results) if p.best), key=lambda p: p.cost.value)
    first, last = front[0], front[-1]
    if first is last:
        return f"It adds {cost(first.cost.value)}; no other scheme is better in either."
    return (
        f"{first.title} adds {cost(first.cost.value)}; to end at once or nearly, {last.title} adds "
        f"{cost(last.cost.value)}."
    )


def reading(results: Results) -> str:
    """Say what the front is."""
    lived = lifetime_s(results)
    tokens = f" Tokens lived {duration(lived)} in this test." if lived is not None else ""
    return (
        "On the front, no scheme is better in one way without being worse in the other. Cost is "
        "the median that it adds to the application's answer; the window is the longest of any "
        "server."
        f"{tokens} Hollow marks work on one machine only and are left out of the front. "
        "Differences within twice the noise, or within two probes, do not count."
    )


def table(results: Results) -> Table:
    """Return cost, worst window and exposure of each scheme, and whether it is on the front."""
    found = places(results)
    built = by_scheme(
        {
            place.scheme: [
                place.cost,
                place.worst,
                results.ending_one("exposure_node_s", place.scheme, "random", "all"),
            ]
            for place in found
        },
        ["cost over control", "worst window", "node-seconds exposed"],
    )
    rows = [
        [*line, "yes" if place.best else "no"]
        for line, place in zip(built.rows, found, strict=True)
    ]
    return Table([*built.columns, "on the front"], rows, built.source)


def height(results: Results, *, narrow: bool) -> float:
    """Return a height that leaves room for the names on either side."""
    found = places(results)
    at_once = sum(place.worst.value == 0 for place in found)
    most = max(at_once, len(found) - at_once)
    return 3.9 if narrow else ends.height_for(most, least=4.2)


def draw(results: Results, ax: Axes) -> None:
    """Draw one point a scheme, the front as a staircase."""
    found = places(results)
    front = sorted((p for p in found if p.best), key=lambda p: p.worst.value)
    if len(front) > 1:
        ax.step(
            [p.worst.value for p in front],
            [p.cost.value for p in front],
            where="post",
            color=LINE,
            linewidth=3,
            zorder=1,
        )
    for place in found:
        _point(ax, place, results.look(place.scheme))
    positive = [p.worst.value for p in found if p.worst.value > 0]
    if positive:
        least, most = _exponent(min(positive)), _exponent(max(positive))
        ax.set_xscale("symlog", linthresh=10**least, linscale=1)
        ax.set_xlim(left=-0.12 * 10**least)
        ax.set_xticks([0, *(10**power for power in range(least, most + 1))])
    ax.set_ylim(bottom=0)
    ax.margins(y=0.14)
    ax.minorticks_off()
    ax.xaxis.set_major_formatter(
        lambda value, place: "at once" if value == 0 else lanes.time_of(value * 1e3, place)
    )
    _name(ax, found)
    ax.grid(axis="both")
    keys = [Line2D([], [], color=LINE, linewidth=3, label="the front")]
    if any(place.local for place in found):
        hollow = Line2D([], [], color=MUTED, marker="o", markerfacecolor=SURFACE, linestyle="none")
        hollow.set_label("one machine only")
        keys.append(hollow)
    lanes.legend(ax, [results.look(p.scheme) for p in found], keys)
    lanes.label_axis(ax, "worst window after a revoke; zero, then logarithmic")
    ax.set_ylabel("µs added to an answer, from zero")


def places(results: Results) -> list[Place]:
    """Return every scheme that was measured in both, the cheapest first."""
    both = []
    for scheme, row in results.costs(headline.COST).items():
        worst = results.ending_one("window_ms_worst", scheme, "all")
        if worst is not None:
            both.append((scheme, row, worst))
    shared = [one for one in both if not results.is_local(one[0])]
    slack = _slack(results)
    return [
        Place(
            one[0],
            results.title(one[0]),
            one[1],
            one[2],
            best=one in shared and not any(_beats(other, one, slack) for other in shared),
            local=one not in shared,
        )
        for one in both
    ]


def _slack(results: Results) -> tuple[float, float]:
    """Return how much two costs, and two windows, may differ by and be the same."""
    noise = results.floor_us(headline.LAYER, *results.costs(headline.COST))
    intervals_ms = [
        one.cell.figures.get("probe_interval_ms", 0.0)
        for one in results.recording.select("revocation")
    ]
    return (2 * noise.value if noise else 0.0, max(intervals_ms, default=0.0))


def _beats(
    one: tuple[str, Row, Row], other: tuple[str, Row, Row], slack: tuple[float, float]
) -> bool:
    """Return whether *one* is better in cost or in window, and in the other no worse."""
    ahead = [b.value - a.value for a, b in zip(one[1:], other[1:], strict=True)]
    no_worse = all(by >= -within for by, within in zip(ahead, slack, strict=True))
    return no_worse and any(by > within for by, within in zip(ahead, slack, strict=True))


def _point(ax: Axes, place: Place, mechanism: str) -> None:
    low, high = place.cost.ci_low, place.cost.ci_high
    if low is not None and high is not None:
        ax.plot([place.worst.value] * 2, [low, high], color=COLOURS[mechanism], linewidth=1.6)
    ax.plot(
        [place.worst.value],
        [place.cost.value],
        marker=MARKERS[mechanism],
        color=COLOURS[mechanism],
        markerfacecolor=SURFACE if place.local else COLOURS[mechanism],
        markersize=8 if place.best else 6,
        zorder=3,
    )


def _name(ax: Axes, found: list[Place]) -> None:
    """Name the points at once beside them, and the rest beside the axes, or inside small ones."""
    narrow = is_narrow(ax)
    for at_once in (True, False):
        mine = [place for place in found if (place.worst.value == 0) is at_once]
        if narrow and len(found) > NAMED:
            mine = [place for place in mine if place.best]
        mine.sort(key=lambda one: one.cost.value)
        points = [_on_axes(ax, place) for place in mine]
        gap = ends.line_inches(ax) / ends.axes_inches(ax)
        inside = narrow and not at_once
        names = [place.title for place in mine]
        if inside:
            names = [textwrap.fill(name, INSIDE_CHARACTERS) for name in names]
        sizes = [gap * len(name.splitlines()) for name in names]
        heights = ends.apart([y for _, y in points], sizes)
        for place, name, (x, _), height in zip(mine, names, points, heights, strict=True):
            beside = x + 0.045 if at_once else ends.LEFT
            ax.annotate(
                name,
                (place.worst.value, place.cost.value),
                xytext=(min(x for x, _ in points) - 0.045 if inside else beside, height),
                textcoords="axes fraction",
                annotation_clip=False,
                ha="right" if inside else "left",
                va="center",
                color=INK if place.best else MUTED,
                fontsize=8.5 if not narrow else 7.5,
                weight="bold" if place.best else "normal",
                bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 0.5},
                arrowprops={"arrowstyle": "-", "color": LINE, "linewidth": 0.8, "shrinkB": 4},
            )


def _on_axes(ax: Axes, place: Place) -> tuple[float, float]:
    """Return where the point of *place* is, as shares of the axes."""
    point = ax.transData.transform((place.worst.value, place.cost.value))
    x, y = ax.transAxes.inverted().transform(point)
    return float(x), float(y)


def _exponent(value: float) -> int:
    return len(str(int(max(value, 1)))) - 1
