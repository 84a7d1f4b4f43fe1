"""Survival of the window: of all revocations, how many were not yet felt after so long."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ..loading import Samples
from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, DASHES, MARKERS
from ..wording import milliseconds
from . import ends, lanes
from .naming import called
from .revocation_over_time import by_scheme_over_phases

RESOLVED_MS = 10.0
"""Shorter windows are the accident of where a probe fell."""
SECTION = "revocation"
METRICS = {
    "median": "window_ms_p50",
    "95 %": "window_ms_p95",
    "worst": "window_ms_worst",
    "claimed bound": "claimed_bound_ms",
}


def applies(results: Results) -> bool:
    """Return whether any revocation took any time."""
    return any(windows.any() for windows in _windows(results).values())


def title(results: Results) -> str:
    """Say by when the slowest half had ended."""
    longest, _ = _slowest(results)
    return f"Revocations take longest to act with {called(results, longest)}"


def caption(results: Results) -> str:
    """Return the median and the worst of the slowest scheme."""
    longest, windows = _slowest(results)
    median = results.ending_one("window_ms_p50", longest, "all")
    half = milliseconds(median.value if median else 0.0)
    worst = milliseconds(float(windows.max()))
    return f"Under it, half had ended after {half} and all after {worst}."


def reading(results: Results) -> str:
    """Say what the axes are."""
    windows = _windows(results)
    at_once = sum(not found.any() for found in windows.values())
    return (
        "Each line falls as revocations take effect, random moments and worst ones together. "
        f"The axis of time is logarithmic. {at_once} of {len(windows)} schemes ended at once and "
        "have no line."
    )


def _slowest(results: Results) -> tuple[str, Samples]:
    windows = _windows(results)
    longest = max(windows, key=lambda arm: float(windows[arm].max()))
    return longest, windows[longest]


def table(results: Results) -> Table:
    """Return the windows over all phases."""
    cells: dict[str, list[Row | None]] = {
        arm: [results.ending_one(metric, arm, "all") for metric in METRICS.values()]
        for arm in _windows(results)
    }
    return by_scheme(cells, list(METRICS))


def height(results: Results, *, narrow: bool) -> float:
    """Return a height that leaves room for the names at the ends of the lines."""
    lasting = sum(bool(found.any()) for found in _windows(results).values())
    return 3.3 if narrow else ends.height_for(lasting, least=3.4)


def draw(results: Results, ax: Axes) -> None:
    """Draw one staircase a scheme that has a window."""
    windows = {arm: found for arm, found in _windows(results).items() if found.any()}
    shortest = min(float(found[found > 0].min()) for found in windows.values())
    # Of every scheme the end of its line is to be seen.
    first_end = min(float(found.max()) for found in windows.values())
    start = 10 ** np.floor(np.log10(min(max(shortest, RESOLVED_MS), first_end)))
    names = []
    for arm, found in windows.items():
        mechanism = results.look(arm)
        times = np.sort(found)
        left = 100 * (1 - np.arange(1, times.size + 1) / times.size)
        began = 100 * float((times > start).mean())
        kept = times > start
        ax.step(
            [start, *times[kept]],
            [began, *left[kept]],
            where="post",
            color=COLOURS[mechanism],
            linestyle=DASHES[mechanism],
            linewidth=1.7,
        )
        end = {"marker": MARKERS[mechanism], "color": COLOURS[mechanism]}
        ax.plot([times[-1]], [0], **end, zorder=4, clip_on=False)  # type: ignore[arg-type]
        bound = results.ending_one("claimed_bound_ms", arm, "all")
        if bound is not None and bound.value:
            ax.axvline(bound.value, color=COLOURS[mechanism], linestyle=(0, (1, 1.5)), linewidth=1)
        names.append((arm, float(times[-1]), 0.0))
    ax.set_xscale("log")
    ax.set_xlim(left=start)
    ax.set_ylim(0, 103)
    ax.grid(axis="both")
    lanes.log_times(ax.xaxis, 1e3)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g} %")
    lanes.legend(ax, [results.look(arm) for arm in windows], [lanes.bound_key()])
    lanes.label_axis(ax, "time after the revoke, logarithmic")
    ax.set_ylabel("still accepted by a node")
    ends.name_lines(ax, results, names)


def _windows(results: Results) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    return {arm: gathered.windows_ms for arm, gathered in by_scheme_over_phases(results).items()}
