"""How long a revoked credential goes on working: median, 95 %, worst, and the claimed bound."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, INK, MUTED, SURFACE, marker_of, say
from ..wording import duration, milliseconds, number
from . import lanes
from .naming import called, titles

SECTION = "revocation"
METRICS = ("window_ms_p50", "window_ms_p95", "window_ms_worst", "claimed_bound_ms")


def applies(results: Results) -> bool:
    """Return whether the run revoked anything."""
    return bool(_found(results))


def title(results: Results) -> str:
    """Count those that end at once."""
    found = _found(results)
    prompt = sum(not (rows[2] and rows[2].value) for rows in found.values())
    if prompt == len(found):
        return "A revoked login ended at once under every scheme"
    if not prompt:
        return "Under every scheme a revoked login worked on for a while"
    return f"A revoked login ended at once under {prompt} of {len(found)} schemes"


def caption(results: Results) -> str:
    """Return the longest of those with a bound of their own, and what plain tokens do."""
    found = _found(results)
    bounded = [
        rows[2]
        for name, rows in found.items()
        if rows[2] and rows[2].value and results.recording.arm(name).strength == "within"
    ]
    told = []
    if bounded:
        worst = max(bounded, key=lambda row: row.value)
        told.append(
            f"The slowest with a bound, {called(results, worst.scheme)}, took "
            f"{milliseconds(worst.value)}."
        )
    lived = lifetime_s(results)
    if lived is not None:
        told.append(
            f"A JWT without revocation works until it expires: here {duration(lived)}, yours as "
            "you set it."
        )
    return " ".join(told) or "No server accepted a revoked login after the call returned."


def reading(results: Results) -> str:
    """Say what a window is."""
    rows = [row for found in _found(results).values() if (row := found[2])]
    nodes = max(((row.nodes or 1) for row in rows), default=1)
    trials = min(((row.n or 0) for row in rows), default=0)
    return (
        f"Each window runs from the acknowledged revocation to the last request that any of "
        f"{nodes} servers accepted. Each scheme was revoked {trials} times or more, at random "
        "moments and at the worst ones; the median and the 95 % are of the random ones. The mark | "
        "is the guaranteed bound."
    )


def lifetime_s(results: Results) -> float | None:
    """Return how long access tokens lived while revocation was measured; None if unknown."""
    bounds = [
        row.value
        for arm in results.recording.run.arms
        if arm.strength == "at-expiry"
        if (row := results.ending_one("claimed_bound_ms", arm.name, "all")) is not None
    ]
    return max(bounds) / 1e3 if bounds else None


def table(results: Results) -> Table:
    """Return the windows and the counts that hold them against the claim."""
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
    """Return the height for one lane a scheme."""
    return lanes.height(len(_found(results)), narrow=narrow, extra=1.05)


def draw(results: Results, ax: Axes) -> None:
    """Draw one lane a scheme, from zero."""
    found = _found(results)
    mechanisms = [results.look(scheme) for scheme in found]
    for lane, ((scheme, rows), mechanism) in enumerate(zip(found.items(), mechanisms, strict=True)):
        shapes = _lane(ax, lane, rows, COLOURS[mechanism], marker_of(results, scheme))
        say(shapes, f"{results.title(scheme)}: {_in_words(rows)}")
    lanes.name_lanes(ax, titles(results, found), mechanisms)
    lanes.legend(ax, mechanisms, _keys())
    ax.set_xlim(left=-0.02 * ax.get_xlim()[1])
    ax.grid(axis="x")
    ax.margins(x=0.1)
    ax.xaxis.set_major_formatter(lanes.in_thousands)
    lanes.label_axis(ax, "ms after the acknowledged revoke, from zero")


def _in_words(rows: list[Row | None]) -> str:
    """Write the four figures of a lane."""
    names = ("median", "95 %", "worst", "guaranteed bound")
    told = [
        f"{name} {milliseconds(row.value)}" for name, row in zip(names, rows, strict=True) if row
    ]
    return ", ".join(told)


def _lane(ax: Axes, lane: int, rows: list[Row | None], colour: str, marker: str) -> list[Line2D]:
    median, p95, worst, bound = rows
    shapes: list[Line2D] = []
    if bound is not None:
        look: dict[str, Any] = {"marker": "|", "markersize": 14, "markeredgewidth": 1.6}
        shapes += ax.plot([bound.value], [lane], color=INK, **look)
    if median is None or worst is None:
        return shapes
    ax.plot([median.value, worst.value], [lane, lane], color=colour, linewidth=2.2, zorder=2)
    if p95 is not None:
        hollow: dict[str, Any] = {"marker": marker, "markerfacecolor": SURFACE}
        shapes += ax.plot([p95.value], [lane], color=colour, zorder=3, **hollow)
    shapes += ax.plot([worst.value], [lane], "x", color=colour, markeredgewidth=1.8, zorder=3)
    shapes += ax.plot([median.value], [lane], marker, color=colour, markersize=7, zorder=4)
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
    return shapes


def _keys() -> list[Line2D]:
    def key(marker: str, label: str, **look: Any) -> Line2D:
        return Line2D([], [], color=MUTED, marker=marker, linestyle="none", label=label, **look)

    return [
        key("o", "median"),
        key("o", "95 %", markerfacecolor=SURFACE),
        key("x", "worst"),
        key("|", "guaranteed bound", markersize=12),
    ]


def _found(results: Results) -> dict[str, list[Row | None]]:
    """Return the four figures a scheme, the longest window first."""
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
