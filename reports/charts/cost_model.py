"""Whether a simple model foretells the cost: predicted against measured, points it never saw."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..measures.model import PARTS
from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, LINE, MARKERS, MUTED, SURFACE
from ..wording import digits
from . import lanes
from .naming import called

SECTION = "lookup"
NAMES = {
    "model_fixed_us": "fixed",
    "model_round_trips": "store round trips",
    "model_claim_us": "per claim",
    "model_tenfold_us": "per tenfold sessions",
    "model_denied_us": "per tenfold revocations",
}


def applies(results: Results) -> bool:
    """Return whether a model was fitted."""
    return bool(results.models)


def title(results: Results) -> str:
    """Say how well the model foretells."""
    worst = _worst(results)
    if worst is None:
        return "A check's cost is a sum of few parts"
    return f"A simple cost model misses no unseen condition by more than {digits(worst.value)} %"


def caption(results: Results) -> str:
    """Return how many schemes were foretold, and the worst."""
    worst, count = _worst(results), len(results.models)
    if worst is None:
        return f"{count} schemes have a model; none was tried on an unseen condition."
    name = called(results, worst.scheme)
    return f"Of {count} schemes, {name} was missed by the most, {digits(worst.value)} %."


def _worst(results: Results) -> Row | None:
    """Return the largest error over conditions held back; None if none was."""
    found = results.of("model_error_percent")
    return max(found, key=lambda row: row.value, default=None)


def reading(results: Results) -> str:
    """Say how the model was made."""
    del results
    return (
        "Cost is a sum of parts, none below zero, fitted by least squares on relative errors. "
        "Hollow marks were used to fit it, filled ones were foretold."
    )


def table(results: Results) -> Table:
    """Return the parts of every model, the bare call below it, and what it misses by."""
    found: dict[str, list[Row | None]] = {}
    for model in sorted(results.models, key=lambda one: one.parts["model_fixed_us"].value):
        parts: list[Row | None] = [results.find(metric, model.scheme) for metric in PARTS]
        parts.insert(1, _bare(results, model.scheme))
        found[model.scheme] = [*parts, results.find("model_error_percent", model.scheme)]
    fixed, *others = NAMES.values()
    columns = [fixed, "of it: the bare call below", *others, "missed by"]
    kept = [i for i in range(len(columns)) if any(line[i] for line in found.values())]
    return by_scheme(
        {scheme: [line[i] for i in kept] for scheme, line in found.items()},
        [columns[i] for i in kept],
    )


def height(results: Results, *, narrow: bool) -> float:  # noqa: ARG001 - as every chart
    """Return a square, or nearly one."""
    return 3.4 if narrow else 3.9


def draw(results: Results, ax: Axes) -> None:
    """Draw predicted against measured, on equal logarithmic axes."""
    ends = []
    for model in results.models:
        mechanism = results.look(model.scheme)
        for points, face in ((model.learnt, SURFACE), (model.held_out, COLOURS[mechanism])):
            measured_us = [point.median for point in points]
            predicted_us = [max(model.predict(point), 1e-3) for point in points]
            ends += [*measured_us, *predicted_us]
            ax.plot(
                measured_us,
                predicted_us,
                marker=MARKERS[mechanism],
                color=COLOURS[mechanism],
                markerfacecolor=face,
                markersize=5.5,
                linestyle="none",
                zorder=4 if face != SURFACE else 3,
            )
    low, high = min(ends) / 1.4, max(ends) * 1.4
    ax.plot([low, high], [low, high], color=LINE, linewidth=1.4, zorder=1)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(low, high)
    ax.set_ylim(low, high)
    for axis in (ax.xaxis, ax.yaxis):
        lanes.log_times(axis)
    ax.grid(axis="both")
    mechanisms = [results.look(model.scheme) for model in results.models]
    learnt = Line2D(
        [], [], color=MUTED, marker="o", markerfacecolor=SURFACE, linestyle="none", label="learnt"
    )
    foretold = Line2D([], [], color=MUTED, marker="o", linestyle="none", label="foretold")
    exact = Line2D([], [], color=LINE, linewidth=1.4, label="no error")
    lanes.legend(ax, mechanisms, [learnt, foretold, exact])
    lanes.label_axis(ax, "measured, logarithmic")
    ax.set_ylabel("foretold, logarithmic")


def _bare(results: Results, scheme: str) -> Row | None:
    """Return the bare client call or primitive below the check, with the store nearest."""
    floors = [
        r
        for r in results.rows
        if r.measure == "scale" and r.metric == "floor_us_p50" and r.scheme == scheme
    ]
    return min(floors, key=lambda r: (r.store_rtt_ms or 0, r.claims or 0), default=None)
