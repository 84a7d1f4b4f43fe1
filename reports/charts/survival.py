"""Survival of the window: of all revocations, how many were not yet felt after so long."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, DASHES, MARKERS
from ..wording import measured, quantity, some
from . import ends, lanes
from .revocation_over_time import by_scheme_over_phases

RESOLVED_MS = 10.0
"""Shorter windows are the accident of where a probe fell."""
SECTION = "revocation"
TITLE = "Of all revocations, how many have not bitten after so long?"
METRICS = {
    "median": "window_ms_p50",
    "95 %": "window_ms_p95",
    "worst": "window_ms_worst",
    "claimed bound": "claimed_bound_ms",
}


def applies(results: Results) -> bool:
    """Say whether any revocation took any time."""
    return any(windows.any() for windows in _windows(results).values())


def caption(results: Results) -> str:
    """Give the scheme that survives longest, and those that do not survive at all."""
    windows = _windows(results)
    longest = max(windows, key=lambda arm: float(windows[arm].max()))
    median = results.ending_one("window_ms_p50", longest, "all")
    worst = results.ending_one("window_ms_worst", longest, "all")
    assert median is not None
    assert worst is not None
    at_once = [arm for arm, found in windows.items() if not found.any()]
    text = (
        f"Under {longest} half of the revocations had bitten after {measured(median)} and all "
        f"after {quantity(worst)}, of {worst.n or 0:,}"
    )
    if at_once:
        text += f"; under {some(at_once)} all at once, so there is no line"
    return (
        f"{text}. Random moments and worst ones together. The axis of time is logarithmic: caches "
        "of milliseconds and tokens of minutes on one figure."
    )


def table(results: Results) -> Table:
    """Give the windows over all phases."""
    cells: dict[str, list[Row | None]] = {
        arm: [results.ending_one(metric, arm, "all") for metric in METRICS.values()]
        for arm in _windows(results)
    }
    return by_scheme(cells, list(METRICS))


def height(results: Results, *, narrow: bool) -> float:
    """Give a height that leaves room for the names at the ends of the lines."""
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
