"""The first picture: what each way costs, and how long a stolen login works once it is revoked.

The page's script draws the same for the reader's own system; this one is of the system that the
sliders start with. It stands where no script runs, in report.md and in the README.
"""

from __future__ import annotations

from matplotlib.axes import Axes

from ..answer import System
from ..answer.phrases import away
from ..answer.system import Known, cost_us, ends_s
from ..results import Results
from ..theme import COLOURS, INK, LINE, SURFACE, is_narrow, marker_of
from ..wording import cost, duration
from . import ends, lanes

AT_ONCE = 0.15
"""Where on the axis, which is logarithmic, stands what ends at once: seconds."""
TICKS = (1, 10, 60, 600, 3600, 86_400)


def caption(system: System) -> str:
    """Say what system it is drawn for."""
    return (
        f"Drawn for a store {away(system.rtt_ms)}, tokens of {duration(system.life_s)} and a "
        f"request of each user every {duration(system.every_s)}."
    )


def draw(results: Results, known: Known, system: System, ax: Axes) -> None:
    """Draw one mark a scheme, those of a first screen alone."""
    narrow = is_narrow(ax)
    shown = [one for one in known["schemes"] if one["head"] and one["us"] is not None]
    shown.sort(key=lambda one: (cost_us(one, system) or 0.0, one["id"]))
    points = [(max(ends_s(one, system), AT_ONCE), cost_us(one, system) or 0.0) for one in shown]
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(AT_ONCE / 1.8, 86_400 * 1.5)
    ax.set_ylim(min(y for _, y in points) / 1.8, max(y for _, y in points) * 1.8)
    for one, (x, y) in zip(shown, points, strict=True):
        ax.plot(
            [x],
            [y],
            marker=marker_of(results, one["id"]),
            color=COLOURS[results.look(one["id"])],
            markerfacecolor=SURFACE if one["local"] else COLOURS[results.look(one["id"])],
            markersize=8,
            linestyle="none",
            zorder=3,
        )
    ticks = [t for t in TICKS if not narrow or t in (1, 60, 3600)]
    ax.set_xticks([AT_ONCE, *ticks], ["at once", *(duration(t) for t in ticks)])
    ax.minorticks_off()
    lanes.log_times(ax.yaxis)
    ax.yaxis.set_major_formatter(lambda us, _: cost(us))
    ax.grid(axis="both")
    lanes.legend(ax, [results.look(one["id"]) for one in shown])
    lanes.label_axis(ax, "once revoked, a stolen login still works for, logarithmic")
    ax.set_ylabel("added to every answer, logarithmic")
    _name(ax, [one["title"] for one in shown], points)


def _name(ax: Axes, titles: list[str], points: list[tuple[float, float]]) -> None:
    """Put names right of their marks in a column each, pushed apart where marks are near."""
    groups: dict[int, list[int]] = {}
    width = 3 if is_narrow(ax) else 6
    for place, (x, _) in enumerate(points):
        at = ax.transAxes.inverted().transform(ax.transData.transform((x, 1.0)))[0]
        groups.setdefault(int(at * width), []).append(place)
    line = ends.line_inches(ax) / ends.axes_inches(ax)
    for members in groups.values():
        spots = [
            ax.transAxes.inverted().transform(ax.transData.transform(points[place]))
            for place in members
        ]
        heights = ends.apart([float(y) for _, y in spots], [line] * len(members))
        right = max(float(x) for x, _ in spots) + 0.03
        left = right > 0.62
        for place, (x, _), height in zip(members, spots, heights, strict=True):
            ax.annotate(
                titles[place],
                points[place],
                xytext=(float(x) - 0.03 if left else right, height),
                textcoords="axes fraction",
                ha="right" if left else "left",
                va="center",
                color=INK,
                fontsize=7.5 if is_narrow(ax) else 8.5,
                annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": LINE, "linewidth": 0.8, "shrinkB": 5},
            )
