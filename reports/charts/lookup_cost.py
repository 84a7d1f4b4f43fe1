"""What the check costs inside a real request, over no check: dot and interval, sorted."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import BAND, COLOURS, INK, MARKERS, MUTED
from ..wording import measured, quantity, regime
from . import lanes

SECTION = "lookup"
TITLE = "What does it cost to know the caller?"
METRIC = "auth_us_cost_p50"


def applies(results: Results) -> bool:
    """Say whether the run has a span with a control."""
    return bool(results.costs(METRIC))


def caption(results: Results) -> str:
    """Give the cheapest and the dearest, what they are measured against, and what noise makes."""
    costs = list(results.costs(METRIC).values())
    first, last = costs[0], costs[-1]
    noise = results.noise_us("span")
    where = f", at {regime(first)}" if regime(first) else ""
    text = (
        f"From {measured(first)} ({first.scheme}) to {measured(last)} ({last.scheme}) over "
        f"control, median of the check inside the request. 95 % intervals over {first.rounds} "
        f"blocks, {first.n or 0:,} requests a scheme in all{where}."
    )
    among = _median(results, last.scheme, "interleaved")
    alone = _median(results, last.scheme, "separate")
    if among is not None and alone is not None:
        text += (
            f" The check itself takes {measured(among)} at the median under {last.scheme} among "
            f"others, and {measured(alone)} with the server to itself."
        )
    if noise is not None:
        text += (
            f" The band is twice the noise floor of {quantity(noise)}: inside it nothing is told."
        )
    return text


def table(results: Results) -> Table:
    """Give cost, absolute time and exact counts of every scheme."""
    counts = ["store_reads", "store_writes", "signature_checks", "cpu_us"]
    columns = ["cost over control", "median among others", "median alone"]
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
    """Give the check itself, in blocks of one design: what is compared is of the same one."""
    rows = results.of("auth_us_p50")
    fitting = (row for row in rows if row.scheme == scheme and row.plain)
    return next((row for row in fitting if row.design == design), None)


def height(results: Results, *, narrow: bool) -> float:
    """Give the height for one lane a scheme."""
    return lanes.height(len(_lanes(results)), narrow=narrow, extra=1.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw one lane a scheme, the controls last."""
    found = _lanes(results)
    mechanisms = [results.look(scheme) for scheme in found]
    noise = results.noise_us("span")
    extra = []
    if noise is not None:
        ax.axvspan(-2 * noise.value, 2 * noise.value, color=BAND, zorder=0, linewidth=0)
        extra.append(Line2D([], [], color=BAND, linewidth=7, label="lost in the noise"))
    ax.axvline(0, color=MUTED, linewidth=0.8)
    for lane, (row, mechanism) in enumerate(zip(found.values(), mechanisms, strict=True)):
        dot(ax, lane, row, mechanism)
        injected = results.recording.arm(row.scheme).injected_us
        if injected:
            ax.plot([injected], [lane], marker="|", color=INK, markersize=14, zorder=2)
            extra.append(_tick("the delay put in"))
    lanes.name_lanes(ax, list(found), mechanisms)
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


def dot(ax: Axes, lane: int, row: Row, mechanism: str) -> None:
    """Draw a cost, its interval, and the figure beside it."""
    colour = COLOURS[mechanism]
    if row.ci_low is not None and row.ci_high is not None:
        ax.plot([row.ci_low, row.ci_high], [lane, lane], color=colour, linewidth=2.2, zorder=3)
    ax.plot([row.value], [lane], marker=MARKERS[mechanism], color=colour, markersize=6, zorder=4)
    ax.annotate(
        quantity(row),
        (max(row.value, row.ci_high or row.value), lane),
        xytext=(8, 0),
        textcoords="offset points",
        va="center",
        color=INK,
        fontsize=8.5,
    )


def _tick(label: str) -> Line2D:
    return Line2D([], [], color=INK, marker="|", linestyle="none", markersize=11, label=label)
