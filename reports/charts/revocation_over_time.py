"""The share of nodes that still accept, over time since the revoke was acknowledged."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ..measures.revocation import Trials
from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, INK, LINE, MUTED
from ..wording import quantity
from . import lanes

SECTION = "revocation"
TITLE = "Who still lets a revoked credential in, and when does it end?"
LANE_INCHES, NARROW_LANE_INCHES = 0.58, 0.8
TALL = 0.56
"""Of a lane, for the curve of all nodes accepting."""
SHOWN = 40
"""Trials drawn thin; more of them are a smear."""


def applies(results: Results) -> bool:
    """Say whether any scheme was still accepting after an acknowledged revoke."""
    return any(gathered.windows_ms.any() for gathered in _found(results).values())


def caption(results: Results) -> str:
    """Give the schemes that ended at once, and how long the others took."""
    found = _found(results)
    at_once = [arm for arm, gathered in found.items() if not gathered.windows_ms.any()]
    longest = max(found.values(), key=lambda gathered: float(gathered.windows_ms.max()))
    worst = results.ending_one("window_ms_worst", longest.arm, "all")
    text = f"Nodes under {longest.arm} accepted for up to {quantity(worst)}" if worst else ""
    if at_once:
        text += f"; under {', '.join(at_once)} none did after the acknowledgement"
    total = len(longest.trials)
    return (
        f"{text}. Thin: one revocation each, of {total} at random moments and worst ones; thick: "
        "the mean over them; dotted: the claimed bound."
    )


def table(results: Results) -> Table:
    """Give the worst window and the exposure it adds up to."""
    found: dict[str, list[Row | None]] = {
        arm: [
            results.ending_one("window_ms_worst", arm, "all"),
            results.ending_one("exposure_node_s", arm, "all"),
            results.ending_one("claimed_bound_ms", arm, "all"),
            results.ending_one("censored_trials", arm, "all"),
        ]
        for arm in _found(results)
    }
    return by_scheme(
        found, ["last accept", "node-seconds exposed", "claimed bound", "not over at last probe"]
    )


def height(results: Results, *, narrow: bool) -> float:
    """Give the height for one tall lane a scheme."""
    count = len(_found(results))
    return count * (NARROW_LANE_INCHES if narrow else LANE_INCHES) + 0.95


def draw(results: Results, ax: Axes) -> None:
    """Draw one curve a scheme, each on its own base line."""
    found = _found(results)
    mechanisms = [results.mechanism(arm) for arm in found]
    ends = [max(float(g.windows_ms.max(initial=0.0)), g.bound_ms) for g in found.values()]
    end_ms = 1.08 * max(ends)
    times = np.linspace(0, end_ms, 400)
    for lane, (gathered, mechanism) in enumerate(zip(found.values(), mechanisms, strict=True)):
        base = lane + TALL / 2
        ax.axhline(base, color=LINE, linewidth=0.8, zorder=1)
        _curves(ax, gathered, times, base, COLOURS[mechanism])
        if gathered.bound_ms:
            ax.plot(
                [gathered.bound_ms] * 2,
                [base, base - TALL],
                color=INK,
                linestyle=(0, (1, 1.5)),
                linewidth=1.4,
            )
    lanes.name_lanes(ax, list(found), mechanisms, above=0.48)
    lanes.legend(
        ax,
        mechanisms,
        [
            Line2D([], [], color=MUTED, linewidth=0.7, label="one revocation"),
            Line2D([], [], color=MUTED, linewidth=2.4, label="mean"),
            Line2D([], [], color=INK, linestyle=(0, (1, 1.5)), label="claimed bound"),
        ],
    )
    ax.set_xlim(-0.01 * end_ms, end_ms)
    ax.grid(axis="x")
    ax.xaxis.set_major_formatter(lanes.in_thousands)
    lanes.label_axis(ax, "ms after the acknowledged revoke; height: share of nodes still accepting")


def _curves(
    ax: Axes, gathered: Trials, times: NDArray[np.float64], base: float, colour: str
) -> None:
    windows = np.array([trial.windows_ms for trial in gathered.trials])
    accepting = (windows[:, :, None] > times).mean(axis=1)
    for curve in accepting[:SHOWN]:
        ax.plot(times, base - TALL * curve, color=colour, linewidth=0.5, alpha=0.35, zorder=2)
    ax.plot(times, base - TALL * accepting.mean(axis=0), color=colour, linewidth=2.2, zorder=3)


def _found(results: Results) -> dict[str, Trials]:
    """Give the trials of each scheme over all phases, the longest window first."""
    found: dict[str, Trials] = {}
    for gathered in results.trials:
        if results.mechanism(gathered.arm) == "control" or not gathered.trials:
            continue
        if gathered.regime.label("kind") == "all":
            continue
        if gathered.arm not in found or gathered.regime.label("phase") == "all":
            found[gathered.arm] = gathered
    return dict(sorted(found.items(), key=lambda item: (-item[1].windows_ms.max(), item[0])))
