"""The frontier: what a check costs against how long a revoked credential lives."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import LOCAL, Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, INK, LINE, MARKERS, MUTED, SURFACE, is_narrow
from ..wording import listed, measured, quantity
from . import lanes

SECTION = "revocation"
TITLE = "What does a shorter exposure cost on every request?"
GAP = 0.062
"""Of the height, between two names."""


@dataclass(frozen=True)
class Place:
    """One scheme: its cost over control and its worst window."""

    scheme: str
    cost: Row
    worst: Row
    best: bool
    """On the front: no other scheme is better in one and no worse in the other."""
    local: bool
    """Bound to one machine, so that it is no answer to most who ask."""


def applies(results: Results) -> bool:
    """Say whether a scheme was measured in both."""
    return len(places(results)) > 1


def caption(results: Results) -> str:
    """Give the front, from the cheapest to the one that bites first."""
    front = [place for place in places(results) if place.best]
    told = [
        f"{place.scheme} ({measured(place.cost)}, worst window {quantity(place.worst)})"
        for place in front
    ]
    verb = "is" if len(front) == 1 else "are"
    return (
        f"On the front {verb} {listed(told)}: no scheme of this run is better in one without being "
        "worse in the other. Cost: median of the check inside the request, over control. Exposure: "
        "the longest window of any node. Hollow: bound to one machine, and left out of the front. "
        "Of two that noise cannot tell apart both may belong there."
    )


def table(results: Results) -> Table:
    """Give cost, worst window and exposure of each scheme, and whether it is on the front."""
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


def height(results: Results, *, narrow: bool) -> float:  # noqa: ARG001 - as every chart
    """Give one height for all."""
    return 3.9 if narrow else 4.2


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
    ax.set_ylabel("µs a check, over control, from zero")


def places(results: Results) -> list[Place]:
    """Give every scheme that was measured in both, the cheapest first."""
    both = []
    for scheme, cost in results.costs("auth_us_cost_p50").items():
        worst = results.ending_one("window_ms_worst", scheme, "all")
        if worst is not None:
            both.append((scheme, cost, worst))
    shared = [one for one in both if not one[0].endswith(LOCAL)]
    return [
        Place(
            one[0],
            one[1],
            one[2],
            best=one in shared and not any(_beats(other, one) for other in shared),
            local=one not in shared,
        )
        for one in both
    ]


def _beats(one: tuple[str, Row, Row], other: tuple[str, Row, Row]) -> bool:
    no_worse = one[1].value <= other[1].value and one[2].value <= other[2].value
    better = one[1].value < other[1].value or one[2].value < other[2].value
    return no_worse and better


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
    """Name the points beside them: those at once to the right, the rest to the left."""
    for at_once in (True, False):
        mine = [place for place in found if (place.worst.value == 0) is at_once]
        below = -1.0
        for place in sorted(mine, key=lambda one: one.cost.value):
            point = ax.transData.transform((place.worst.value, place.cost.value))
            x, y = ax.transAxes.inverted().transform(point)
            below = max(float(y), below + GAP)
            ax.annotate(
                _short(place.scheme) if is_narrow(ax) else place.scheme,
                (place.worst.value, place.cost.value),
                xytext=(x + (0.035 if at_once else -0.03), below),
                textcoords="axes fraction",
                ha="left" if at_once else "right",
                va="center",
                color=INK if place.best else MUTED,
                fontsize=8.5 if not is_narrow(ax) else 7.5,
                weight="bold" if place.best else "normal",
                bbox={"facecolor": SURFACE, "edgecolor": "none", "pad": 0.5},
            )


def _short(scheme: str) -> str:
    """Leave out the mechanism, which colour and marker tell."""
    return scheme.partition("-")[2] or scheme


def _exponent(value: float) -> int:
    return len(str(int(max(value, 1)))) - 1
