"""The share of nodes that still accept, over time since the revoke was acknowledged."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ..measures.revocation import Trials
from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, INK, LINE, MUTED
from . import lanes
from .naming import called, titles

SECTION = "revocation"
LANE_INCHES, NARROW_LANE_INCHES = 0.58, 0.8
TALL = 0.56
"""Of a lane, for the curve of all nodes accepting."""
SHOWN = 40
"""Trials drawn thin; more of them are a smear."""


def applies(results: Results) -> bool:
    """Return whether any scheme was still accepting after an acknowledged revoke."""
    return any(gathered.windows_ms.any() for gathered in by_scheme_over_phases(results).values())


def title(results: Results) -> str:
    """Name the scheme whose servers accepted longest."""
    longest = _longest(results)
    return f"Servers forget a revoked login one by one, last under {called(results, longest.arm)}"


def caption(results: Results) -> str:
    """Return how many ended at once."""
    found = by_scheme_over_phases(results)
    prompt = sum(not gathered.windows_ms.any() for gathered in found.values())
    if not prompt:
        return f"None of {len(found)} schemes ended at once on every server."
    return f"{prompt} of {len(found)} schemes ended at once on every server, so they have no curve."


def reading(results: Results) -> str:
    """Say what the lines are."""
    total = len(_typical(results, _longest(results)).trials)
    return (
        f"Each thin line is one of {total} revocations at random moments; the thick line is their "
        "median. The cross is the worst of all, worst moments included. The dotted line is the "
        "guaranteed bound."
    )


def _longest(results: Results) -> Trials:
    found = by_scheme_over_phases(results)
    return max(found.values(), key=lambda gathered: float(gathered.windows_ms.max()))


def table(results: Results) -> Table:
    """Return the worst window and the exposure it adds up to."""
    found: dict[str, list[Row | None]] = {
        arm: [
            results.ending_one("window_ms_worst", arm, "all"),
            results.ending_one("exposure_node_s", arm, "all"),
            results.ending_one("claimed_bound_ms", arm, "all"),
            results.ending_one("censored_trials", arm, "all"),
        ]
        for arm in by_scheme_over_phases(results)
    }
    return by_scheme(
        found, ["last accept", "node-seconds exposed", "claimed bound", "not over at last probe"]
    )


def height(results: Results, *, narrow: bool) -> float:
    """Return the height for one tall lane a scheme."""
    count = len(_lasting(results))
    return count * (NARROW_LANE_INCHES if narrow else LANE_INCHES) + 1.05


def draw(results: Results, ax: Axes) -> None:
    """Draw one curve a scheme that went on accepting, each on its own base line."""
    found = _lasting(results)
    mechanisms = [results.look(arm) for arm in found]
    ends = [max(float(g.windows_ms.max(initial=0.0)), g.bound_ms) for g in found.values()]
    end_ms = 1.08 * max(ends)
    for lane, (gathered, mechanism) in enumerate(zip(found.values(), mechanisms, strict=True)):
        base = lane + TALL / 2
        ax.axhline(base, color=LINE, linewidth=0.8, zorder=1)
        _curves(ax, _typical(results, gathered), end_ms, base, COLOURS[mechanism])
        worst = float(gathered.windows_ms.max(initial=0.0))
        if worst:
            ax.plot([worst], [base], "x", color=INK, markersize=7, markeredgewidth=1.8, zorder=4)
        if gathered.bound_ms:
            ax.plot(
                [gathered.bound_ms] * 2,
                [base, base - TALL],
                color=INK,
                linestyle=(0, (1, 1.5)),
                linewidth=1.4,
            )
    lanes.name_lanes(ax, titles(results, found), mechanisms, above=0.48)
    lanes.legend(
        ax,
        mechanisms,
        [
            Line2D([], [], color=MUTED, linewidth=0.7, label="one revocation"),
            Line2D([], [], color=MUTED, linewidth=2.4, label="median"),
            Line2D([], [], color=MUTED, marker="x", linestyle="none", label="worst"),
            lanes.bound_key(),
        ],
    )
    ax.set_xlim(-0.01 * end_ms, end_ms)
    ax.grid(axis="x")
    ax.xaxis.set_major_formatter(lanes.in_thousands)
    lanes.label_axis(ax, "ms after the acknowledged revoke; height: share of nodes still accepting")


def _curves(ax: Axes, gathered: Trials, end_ms: float, base: float, colour: str) -> None:
    windows = np.sort(np.array([trial.windows_ms for trial in gathered.trials]), axis=1)
    order = np.argsort(windows[:, -1])
    # Those that took longest are never left out, and a smear is thinned evenly.
    for line in windows[order[:: -max(1, order.size // SHOWN)][:SHOWN]]:
        _stairs(ax, line, end_ms, base, color=colour, linewidth=0.5, alpha=0.35, zorder=2)
    middle = np.median(windows, axis=0)
    _stairs(ax, middle, end_ms, base, color=colour, linewidth=2.2, zorder=3)


def _stairs(
    ax: Axes, ends_ms: NDArray[np.float64], end_ms: float, base: float, **look: Any
) -> None:
    """Draw the share of nodes that still accept, which falls where the window of one ends."""
    left = 1 - np.arange(ends_ms.size + 1) / ends_ms.size
    heights = base - TALL * left
    ax.step([0.0, *ends_ms, end_ms], [*heights, heights[-1]], where="post", **look)


def _lasting(results: Results) -> dict[str, Trials]:
    """Return the schemes under which a node accepted after an acknowledged revoke."""
    found = by_scheme_over_phases(results)
    return {arm: gathered for arm, gathered in found.items() if gathered.windows_ms.any()}


def _typical(results: Results, pooled: Trials) -> Trials:
    """Return the trials at random moments where there are any: a median over worst ones is none."""
    for gathered in results.trials:
        if gathered.arm != pooled.arm or gathered.regime.label("phase") != "random":
            continue
        if gathered.regime.label("kind") == pooled.regime.label("kind"):
            return gathered
    return pooled


def by_scheme_over_phases(results: Results) -> dict[str, Trials]:
    """Return the trials of each scheme over all phases, the longest window first."""
    found: dict[str, Trials] = {}
    for gathered in results.trials:
        if results.mechanism(gathered.arm) == "control" or not gathered.trials:
            continue
        if gathered.regime.label("kind") in ("all", "key"):
            continue
        if gathered.arm not in found or gathered.regime.label("phase") == "all":
            found[gathered.arm] = gathered
    return dict(sorted(found.items(), key=lambda item: (-item[1].windows_ms.max(), item[0])))
