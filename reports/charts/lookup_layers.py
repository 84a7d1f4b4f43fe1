"""The same check in three layers: alone in a hot loop, inside the request, end to end."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, INK, LINE, MUTED, SURFACE
from ..wording import cost, listed
from . import lanes
from .naming import called, titles

SECTION = "lookup"
LAYERS = {
    "hot loop": ("verify_us_p50", 1.0, "v"),
    "inside the request": ("auth_us_p50", 1.0, "o"),
    "end to end": ("request_ms_p50", 1e3, "D"),
}
"""Name, metric, factor to microseconds, marker."""
HALF = 0.5


def applies(results: Results) -> bool:
    """Return whether two layers or more were measured."""
    return sum(bool(results.costs(metric)) for metric, _, _ in LAYERS.values()) > 1


def title(results: Results) -> str:
    """Say what share of a request a check is."""
    share = _share(results)
    if share is None:
        return "The check inside a request takes longer than the check alone"
    if share < HALF:
        return "Most of a request is the server and the network, not the check"
    return "Most of a request is the check"


def caption(results: Results) -> str:
    """Return one scheme, inside the request and end to end."""
    scheme, rows = next(iter(_found(results).items()))
    told = [
        f"{cost(row.value * factor)} {name}"
        for (name, (_, factor, _)), row in zip(LAYERS.items(), rows, strict=True)
        if row is not None
    ]
    return f"With {called(results, scheme)}: {listed(told[-2:])}."


def _share(results: Results) -> float | None:
    """Return the share of a request that the dearest check is; None if a layer is missing."""
    shares = [
        rows[1].value / (rows[2].value * 1e3)
        for rows in _found(results).values()
        if rows[1] is not None and rows[2] is not None
    ]
    return max(shares, default=None)


def reading(results: Results) -> str:
    """Say what the layers are."""
    first = next(row for rows in _found(results).values() for row in rows if row is not None)
    return (
        "The hot loop calls the check alone. Inside the request, the same check runs in the app. "
        "End to end counts from the moment a request was due. Marks are medians with 95 % "
        f"intervals over {first.rounds} blocks or more."
    )


def table(results: Results) -> Table:
    """Return the medians by layer, the floor below, and the tail where there is one."""
    extra = {"floor": "floor_us_p50", "end to end, p99": "request_ms_p99"}
    metrics = [metric for metric, _, _ in LAYERS.values()] + list(extra.values())
    columns = [*LAYERS, *extra]
    found = {
        scheme: [results.main(metric).get(scheme) for metric in metrics]
        for scheme in _found(results)
    }
    kept = [i for i in range(len(metrics)) if any(line[i] for line in found.values())]
    return by_scheme(
        {scheme: [line[i] for i in kept] for scheme, line in found.items()},
        [columns[i] for i in kept],
    )


def height(results: Results, *, narrow: bool) -> float:
    """Return the height for one lane a scheme."""
    return lanes.height(len(_found(results)), narrow=narrow, extra=1.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw a line from the first layer to the last, one lane a scheme, on a log axis."""
    found = _found(results)
    mechanisms = [results.look(scheme) for scheme in found]
    ax.set_xscale("log")
    for lane, (rows, mechanism) in enumerate(zip(found.values(), mechanisms, strict=True)):
        points = [
            (row.value * factor, marker)
            for row, (_, factor, marker) in zip(rows, LAYERS.values(), strict=True)
            if row is not None and row.value > 0
        ]
        ax.plot([x for x, _ in points], [lane] * len(points), color=LINE, linewidth=2, zorder=2)
        for (x, marker), fill in zip(points, (SURFACE, COLOURS[mechanism], INK), strict=False):
            ax.plot(
                [x],
                [lane],
                marker=marker,
                markersize=6.5,
                color=COLOURS[mechanism],
                markerfacecolor=COLOURS[mechanism] if fill != SURFACE else SURFACE,
                zorder=3,
            )
    lanes.name_lanes(ax, titles(results, found), mechanisms)
    lanes.legend(ax, [], [_key(name, marker) for name, (_, _, marker) in LAYERS.items()])
    ax.xaxis.set_major_formatter(lanes.time_of)
    ax.grid(axis="x")
    lanes.label_axis(ax, "median time, logarithmic")


def _found(results: Results) -> dict[str, list[Row | None]]:
    schemes: list[str] = []
    for metric in ("auth_us_p50", "verify_us_p50", "request_ms_p50"):
        schemes += [scheme for scheme in results.costs(metric) if scheme not in schemes]
    by_layer = [results.main(metric) for metric, _, _ in LAYERS.values()]
    return {scheme: [layer.get(scheme) for layer in by_layer] for scheme in schemes}


def _key(name: str, marker: str) -> Line2D:
    face = SURFACE if marker == "v" else MUTED
    return Line2D(
        [], [], color=MUTED, marker=marker, markerfacecolor=face, linestyle="none", label=name
    )
