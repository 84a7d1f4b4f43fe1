"""What each scheme adds to the application's answer: dot and interval, sorted."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from .. import headline
from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import BAND, COLOURS, INK, MARKERS, MUTED, marker_of, say
from ..wording import cost, measured, quantity, regime
from . import lanes
from .naming import called, titles

SECTION = "lookup"
METRIC = headline.COST


def applies(results: Results) -> bool:
    """Return whether the run has a span with a control."""
    return bool(results.costs(METRIC))


def title(results: Results) -> str:
    """Name the cheapest and the dearest."""
    costs = list(results.costs(METRIC))
    if len(costs) < 2:
        return f"What {called(results, costs[0])} adds to an answer"
    first, last = called(results, costs[0]), called(results, costs[-1])
    return f"{first[0].upper()}{first[1:]} adds the least to an answer, {last} the most"


def caption(results: Results) -> str:
    """Return both costs."""
    costs = list(results.costs(METRIC).values())
    if len(costs) < 2:
        return f"It adds {cost(costs[0].value)} to an answer, with the store beside it."
    first, last = (cost(row.value) for row in (costs[0], costs[-1]))
    return (
        f"Schemes add between {first} and {last} to an answer, with the store on the same machine."
    )


def reading(results: Results) -> str:
    """Say what is compared with what, and what noise makes."""
    costs = list(results.costs(METRIC).values())
    first, last = costs[0], costs[-1]
    where = f", at {regime(first)}" if regime(first) else ""
    text = (
        "Each mark is the median time that a scheme adds to the application's answer, over a "
        f"request without a check. Lines are 95 % intervals over {first.rounds} blocks, with "
        f"{first.n or 0:,} requests of each scheme in all{where}."
    )
    among = _median(results, last.scheme, "interleaved")
    alone = _median(results, last.scheme, "separate")
    if among is not None and alone is not None:
        text += (
            f" The check alone, a part of it, takes {measured(among)} for "
            f"{called(results, last.scheme)} among others, and {measured(alone)} with "
            "the server to itself."
        )
    noise = results.noise_us(headline.LAYER)
    if noise is not None:
        text += (
            f" Differences inside the band, twice the noise of {quantity(noise)}, are no result."
        )
    return text


def table(results: Results) -> Table:
    """Return cost, absolute time and exact counts of every scheme."""
    counts = ["store_reads", "store_writes", "signature_checks", "cpu_us"]
    columns = ["added, over control", "check alone, among others", "check alone, by itself"]
    columns += ["reads", "writes", "signatures", "server CPU"]
    found = {
        scheme: [
            cost,
            *(_median(results, scheme, design) for design in ("interleaved", "separate")),
            *(results.find(metric, scheme, layer="span") for metric in counts),
        ]
        for scheme, cost in _lanes(results).items()
    }
    kept = [i for i in range(len(columns)) if any(line[i] for line in found.values())]
    return by_scheme(
        {scheme: [line[i] for i in kept] for scheme, line in found.items()},
        [columns[i] for i in kept],
    )


def _median(results: Results, scheme: str, design: str) -> Row | None:
    """Return the check itself, in blocks of one design: what is compared is of the same one."""
    rows = results.of("auth_us_p50")
    fitting = (row for row in rows if row.scheme == scheme and row.plain)
    return next((row for row in fitting if row.design == design), None)


def height(results: Results, *, narrow: bool) -> float:
    """Return the height for one lane a scheme."""
    return lanes.height(len(_lanes(results)), narrow=narrow, extra=1.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw one lane a scheme, the controls last."""
    found = _lanes(results)
    mechanisms = [results.look(scheme) for scheme in found]
    noise = results.noise_us(headline.LAYER)
    extra = []
    if noise is not None:
        ax.axvspan(-2 * noise.value, 2 * noise.value, color=BAND, zorder=0, linewidth=0)
        extra.append(Line2D([], [], color=BAND, linewidth=7, label="lost in the noise"))
    ax.axvline(0, color=MUTED, linewidth=0.8)
    for lane, (row, mechanism) in enumerate(zip(found.values(), mechanisms, strict=True)):
        shapes = dot(ax, lane, row, mechanism, marker_of(results, row.scheme))
        say(shapes, f"{results.title(row.scheme)}: {measured(row)}")
        injected = results.recording.arm(row.scheme).injected_us
        if injected:
            ax.plot([injected], [lane], marker="|", color=INK, markersize=14, zorder=2)
            extra.append(_tick("the delay put in"))
    lanes.name_lanes(ax, titles(results, found), mechanisms)
    lanes.legend(ax, mechanisms, extra)
    ax.grid(axis="x")
    ax.margins(x=0.12)
    lanes.label_axis(ax, "µs over control, median, linear from zero")


def _lanes(results: Results) -> dict[str, Row]:
    checks = results.main(METRIC)
    controls = {
        scheme: row
        for scheme, row in checks.items()
        if results.recording.arm(scheme).mechanism == "control"
    }
    return {**results.costs(METRIC), **controls}


def dot(ax: Axes, lane: int, row: Row, mechanism: str, marker: str = "") -> list[Line2D]:
    """Draw a cost, its interval, and the figure beside it; return what was drawn."""
    colour = COLOURS[mechanism]
    shapes: list[Line2D] = []
    if row.ci_low is not None and row.ci_high is not None:
        line: dict[str, Any] = {"color": colour, "linewidth": 2.2, "zorder": 3}
        shapes += ax.plot([row.ci_low, row.ci_high], [lane, lane], **line)
    look: dict[str, Any] = {"color": colour, "markersize": 6, "zorder": 4}
    shapes += ax.plot([row.value], [lane], marker or MARKERS[mechanism], **look)
    ax.annotate(
        quantity(row),
        (max(row.value, row.ci_high or row.value), lane),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        color=INK,
        fontsize=8.5,
    )
    return shapes


def _tick(label: str) -> Line2D:
    return Line2D([], [], color=INK, marker="|", linestyle="none", markersize=11, label=label)
