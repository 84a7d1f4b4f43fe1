"""How long a revoked credential goes on working: median, 95 %, worst, and the claimed bound."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, INK, MARKERS, MUTED, SURFACE
from ..wording import number, quantity
from . import lanes

SECTION = "revocation"
TITLE = "How long does a revoked credential go on working?"
METRICS = ("window_ms_p50", "window_ms_p95", "window_ms_worst", "claimed_bound_ms")


def applies(results: Results) -> bool:
    """Say whether the run revoked anything."""
    return bool(_found(results))


def caption(results: Results) -> str:
    """Give the worst window, where it was, and against what claim."""
    found = _found(results)
    worst = max((rows[2] for rows in found.values() if rows[2]), key=lambda row: row.value)
    bound = found[worst.scheme][3]
    claim = f" (claimed: at most {quantity(bound)})" if bound else ""
    return (
        f"The longest window was {quantity(worst)}, under {worst.scheme}{claim}. Each window is "
        f"the longest of {worst.nodes or 1} nodes, from the acknowledged revoke to the last "
        f"accepted probe; {worst.n} revocations of it, at random moments and at the worst ones. "
        "Medians and 95 % are of the random ones."
    )


def table(results: Results) -> Table:
    """Give the windows and the counts that hold them against the claim."""
    metrics = {
        "late accepts": "late_accepts",
        "probes after bound": "probes_after_bound",
        "late at most": "late_accept_limit",
        "back again": "resurrections",
        "exposure": "exposure_node_s",
        "revoke takes": "revoke_ms_p50",
    }
    found: dict[str, list[Row | None]] = {}
    for scheme, rows in _found(results).items():
        more = [_headline(results, metric, scheme) for metric in metrics.values()]
        found[scheme] = [*rows, *more]
    return by_scheme(found, ["median", "95 %", "worst", "claimed bound", *metrics])


def height(results: Results, *, narrow: bool) -> float:
    """Give the height for one lane a scheme."""
    return lanes.height(len(_found(results)), narrow=narrow, extra=1.05)


def draw(results: Results, ax: Axes) -> None:
    """Draw one lane a scheme, from zero."""
    found = _found(results)
    mechanisms = [results.look(scheme) for scheme in found]
    for lane, (rows, mechanism) in enumerate(zip(found.values(), mechanisms, strict=True)):
        _lane(ax, lane, rows, COLOURS[mechanism], MARKERS[mechanism])
    lanes.name_lanes(ax, list(found), mechanisms)
    lanes.legend(ax, mechanisms, _keys())
    ax.set_xlim(left=-0.02 * ax.get_xlim()[1])
    ax.grid(axis="x")
    ax.margins(x=0.1)
    ax.xaxis.set_major_formatter(lanes.in_thousands)
    lanes.label_axis(ax, "ms after the acknowledged revoke, from zero")


def _lane(ax: Axes, lane: int, rows: list[Row | None], colour: str, marker: str) -> None:
    median, p95, worst, bound = rows
    if bound is not None:
        ax.plot([bound.value], [lane], marker="|", color=INK, markersize=14, markeredgewidth=1.6)
    if median is None or worst is None:
        return
    ax.plot([median.value, worst.value], [lane, lane], color=colour, linewidth=2.2, zorder=2)
    if p95 is not None:
        ax.plot([p95.value], [lane], marker=marker, color=colour, markerfacecolor=SURFACE, zorder=3)
    ax.plot([worst.value], [lane], marker="x", color=colour, markeredgewidth=1.8, zorder=3)
    ax.plot([median.value], [lane], marker=marker, color=colour, markersize=7, zorder=4)
    ends = [row.value for row in (worst, bound) if row is not None]
    ax.annotate(
        f"worst {number(worst.value)} ms" if worst.value else "at once",
        (max(ends), lane),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        color=INK,
        fontsize=8.5,
    )


def _keys() -> list[Line2D]:
    def key(marker: str, label: str, **look: Any) -> Line2D:
        return Line2D([], [], color=MUTED, marker=marker, linestyle="none", label=label, **look)

    return [
        key("o", "median"),
        key("o", "95 %", markerfacecolor=SURFACE),
        key("x", "worst"),
        key("|", "claimed bound", markersize=12),
    ]


def _found(results: Results) -> dict[str, list[Row | None]]:
    """Give the four figures a scheme, the longest window first."""
    schemes = {
        gathered.arm
        for gathered in results.trials
        if gathered.trials and results.mechanism(gathered.arm) != "control"
    }
    found = {
        scheme: [_headline(results, metric, scheme) for metric in METRICS] for scheme in schemes
    }

    def order(item: tuple[str, list[Row | None]]) -> tuple[float, str]:
        worst = item[1][2]
        return (-(worst.value if worst else 0.0), item[0])

    return dict(sorted(found.items(), key=order))


def _headline(results: Results, metric: str, scheme: str) -> Row | None:
    typical = metric in ("window_ms_p50", "window_ms_p95", "exposure_node_s")
    phases = ("random", "all") if typical else ("all", "random")
    return results.ending_one(metric, scheme, *phases)
