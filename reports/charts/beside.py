"""Ours beside theirs: cost over control, sorted, with a shape for whose scheme it is."""

from __future__ import annotations

from collections.abc import Iterator

from matplotlib.axes import Axes

from .. import headline
from ..measures.beside import METRIC
from ..results import Results
from ..rows import Row
from ..tables import Table, cell
from ..theme import BAND, MUTED
from ..wording import interval, measured, number, quantity
from . import lanes
from .lookup_cost import METRIC as COST
from .lookup_cost import dot

SECTION = "beside"
FAR_APART = 20
"""Times the cheapest: where the dearest costs more, the axis is logarithmic."""


def applies(results: Results) -> bool:
    """Return whether the run timed a scheme of another library."""
    return any(results.rival(scheme) for scheme in results.costs(COST))


def title(results: Results) -> str:
    """Count the pairs in which ours costs less."""
    found = ratios(results)
    if not found:
        return "No scheme of ours does the same work as the other libraries measured"
    less = sum(row.value < 1 for row in found)
    return f"Ours costs less than a library that does the same work in {less} of {len(found)} pairs"


def caption(results: Results) -> str:
    """Return the two pairs that are farthest apart."""
    found = ratios(results)
    if not found:
        theirs = next(row for scheme, row in results.costs(COST).items() if results.rival(scheme))
        return f"{results.rival(theirs.scheme)} adds {measured(theirs)} to a request."
    least, most = found[0], found[-1]
    if most is least:
        return f"{_compared(results, least)}."
    return f"{_compared(results, least)}. {_compared(results, most)}."


def reading(results: Results) -> str:
    """Say what is compared."""
    rows = ratios(results) or list(results.costs(COST).values())
    return (
        "Costs are what each adds to the application's answer: medians with 95 % "
        f"intervals over {rows[0].rounds} blocks. Below one, ours costs less."
    )


def table(results: Results) -> Table:
    """Return each pair: both costs and their ratio."""
    costs = results.costs(COST)
    lines, source = [], []
    for row in ratios(results):
        theirs = row.beside
        pair = [costs[row.scheme], costs[theirs]]
        lines.append([row.scheme, theirs, *(cell(one) for one in (*pair, row))])
        source += [*pair, row]
    if not lines:
        lines = [["\N{EM DASH}", name, "\N{EM DASH}", cell(row), ""] for name, row in costs.items()]
        source = list(costs.values())
    columns = ["ours", "theirs", "cost of ours", "cost of theirs", "ours over theirs"]
    return Table(columns, lines, source)


def height(results: Results, *, narrow: bool) -> float:
    """Return the height for one lane a scheme."""
    return lanes.height(len(_shown(results)), narrow=narrow, extra=1.35 if narrow else 1.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw one lane a scheme that has a counterpart, or is one."""
    found = _shown(results)
    looks = [results.look(scheme) for scheme in found]
    far_apart = _far_apart(list(found.values()))
    noise = results.noise_us(headline.LAYER)
    if noise is not None and not far_apart:
        ax.axvspan(-2 * noise.value, 2 * noise.value, color=BAND, zorder=0, linewidth=0)
    if not far_apart:
        ax.axvline(0, color=MUTED, linewidth=0.8)
    for lane, (row, look) in enumerate(zip(found.values(), looks, strict=True)):
        dot(ax, lane, row, look)
    lanes.name_lanes(ax, list(found), looks)
    lanes.legend(ax, looks)
    ax.grid(axis="x")
    ax.margins(x=0.12)
    if far_apart:
        ax.set_xscale("log")
        lanes.log_times(ax.xaxis)
        lanes.label_axis(ax, "over control, median, logarithmic")
    else:
        lanes.label_axis(ax, "µs over control, median, linear from zero")


def ratios(results: Results) -> list[Row]:
    """Return the ratios under the regime that the costs are shown under, the smallest first."""
    costs = results.costs(COST)
    found = [
        row
        for row in results.rows
        if row.metric == METRIC
        and row.scheme in costs
        and row.beside in costs
        and row.regime("beside") == costs[row.scheme].regime("beside")
    ]
    return sorted(found, key=lambda row: row.value)


def slower(results: Results) -> Iterator[str]:
    """Say of each scheme of ours which library does the same work for less, or that none does."""
    costs, found = results.costs(COST), ratios(results)
    for row in found:
        if row.value <= 1:
            continue
        theirs = row.beside
        pair = f"{measured(costs[row.scheme])} against {measured(costs[theirs])}"
        size = f"{number(row.value)} times {interval(row)}".strip()
        noise = results.floor_us(headline.LAYER, row.scheme, theirs)
        apart_us = abs(costs[row.scheme].value - costs[theirs].value)
        library = f"{theirs} ({results.rival(theirs)})"
        apart = results.recording.arm(theirs).apart
        why = f" It {apart}." if apart else ""
        if row.ci_low is not None and row.ci_low > 1 and noise and apart_us >= 2 * noise.value:
            yield f"{row.scheme} is slower than {library}: {size} its cost, {pair}.{why}"
            continue
        differ = f"equal arms differ by up to {quantity(noise)}" if noise else "no A/A pair"
        yield (
            f"Whether {row.scheme} is slower than {library} this run cannot tell: {size} its "
            f"cost, {pair}; {differ}.{why}"
        )
    if found and all(row.ci_high is not None and row.ci_high < 1 for row in found):
        yield "No scheme of ours costs more than a library that does the same work."
    beside = {row.beside for row in found}
    alone = [scheme for scheme in costs if results.rival(scheme) and scheme not in beside]
    if found and alone:
        yield f"No scheme of ours in this run does the work of {', '.join(alone)}."


def _compared(results: Results, row: Row) -> str:
    theirs = row.beside
    return (
        f"{row.scheme} costs {number(row.value)} times {interval(row)} what {theirs} "
        f"({results.rival(theirs)}) does"
    )


def _far_apart(rows: list[Row]) -> bool:
    """Return whether the dearest would press all others against zero, and none of them is there."""
    least = min(row.value if row.ci_low is None else row.ci_low for row in rows)
    return least > 0 and max(row.value for row in rows) > FAR_APART * least


def _shown(results: Results) -> dict[str, Row]:
    """Return every rival, and every scheme of ours that one of them stands beside."""
    beside = {arm.beside for arm in results.recording.run.arms}
    return {
        scheme: row
        for scheme, row in results.costs(COST).items()
        if scheme in beside or results.rival(scheme)
    }
