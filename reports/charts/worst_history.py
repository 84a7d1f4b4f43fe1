"""The worst history of the run, probe by probe: what each node answered, and when."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..loading import Samples
from ..measures.worst import History
from ..results import Results
from ..rows import Row
from ..tables import Table, cell
from ..theme import ALARM, COLOURS, INK, LINE, MUTED
from ..wording import milliseconds
from . import lanes
from .naming import called

SECTION = "revocation"
BEFORE, AFTER = 0.08, 0.12
"""Of the window, what is shown before the revoke and after the last accept."""


def applies(results: Results) -> bool:
    """Return whether any revocation took any time."""
    return results.history is not None


def title(results: Results) -> str:
    """Name the scheme of the slowest revocation."""
    return (
        f"The slowest revocation of this run was under {called(results, _history(results).scheme)}"
    )


def caption(results: Results) -> str:
    """Return when the last server stopped accepting, and the bound."""
    history = _history(results)
    ends = [row for row in results.rows if row.metric == "history_last_accept_ms"]
    last = max(ends, key=lambda row: row.value)
    bound = milliseconds(history.bound_ms)
    return f"Server {last.node} accepted it for {milliseconds(last.value)}; the bound was {bound}."


def reading(results: Results) -> str:
    """Say what it was, and what the marks are."""
    history = _history(results)
    kind = {"all": "every login of a user", "key": "a signing key"}
    what = kind.get(history.regime.label("kind"), "one login")
    phase = history.regime.label("phase")
    moment = {"adversarial": ", at the worst moment", "random": ", at a random moment"}.get(phase)
    late = f"{history.late_accepts} requests were" if history.late_accepts else "No request was"
    return (
        f"This revocation ended {what}{moment or ''}. Each mark is one request; long ones were "
        f"accepted. {late} accepted beyond the guaranteed bound."
    )


def table(results: Results) -> Table:
    """Return the last accept and the first reject of each node."""
    history = _history(results)
    lines, source = [], []
    for one in history.nodes:
        rows: list[Row | None] = [
            results.find(metric, history.scheme, node=one.node)
            for metric in ("history_last_accept_ms", "history_first_reject_ms")
        ]
        after = int((one.accepted_ms > 0).sum())
        lines.append([f"node {one.node}", *(cell(row) for row in rows), f"{after:,}"])
        source += [row for row in rows if row is not None]
    columns = ["node", "last accept after ack", "first reject", "accepts after ack"]
    return Table(columns, lines, source)


def height(results: Results, *, narrow: bool) -> float:
    """Return one lane a node."""
    return len(_history(results).nodes) * 0.55 + (1.6 if narrow else 1.25)


def draw(results: Results, ax: Axes) -> None:
    """Draw a lane a node, a tick a probe, and lines for the revoke and the bound."""
    history = _history(results)
    colour = COLOURS[results.look(history.scheme)]
    for lane, one in enumerate(history.nodes):
        ax.axhline(lane, color=LINE, linewidth=0.8, zorder=1)
        _ticks(ax, one.accepted_ms, lane, 0.32, colour)
        _ticks(ax, one.rejected_ms, lane, 0.1, MUTED)
        ax.plot(one.other_ms, [lane] * one.other_ms.size, "x", color=ALARM, markersize=5)
        after = one.accepted_ms[one.accepted_ms > 0]
        if after.size:
            ax.plot([after[-1]], [lane], marker="x", color=INK, markersize=7, markeredgewidth=1.8)
    ax.axvline(0, color=INK, linewidth=1.4)
    ax.axvline(history.bound_ms, color=INK, linewidth=1.4, linestyle=(0, (1, 1.5)))
    ax.axvline(-history.revoke_ms, color=INK, linewidth=0.8)
    end = max(history.window_ms, history.bound_ms)
    ax.set_xlim(-BEFORE * end - history.revoke_ms, (1 + AFTER) * end)
    ax.set_yticks(range(len(history.nodes)), [f"node {one.node}" for one in history.nodes])
    ax.set_ylim(len(history.nodes) - 0.5, -0.5)
    ax.xaxis.set_major_formatter(lanes.in_thousands)
    lanes.legend(
        ax,
        [],
        [
            _tick("accepted", colour, 13),
            _tick("refused", MUTED, 6),
            Line2D([], [], color=INK, marker="x", linestyle="none", label="last accept"),
            Line2D([], [], color=INK, linewidth=1.4, label="acknowledged"),
            lanes.bound_key(),
        ],
    )
    lanes.label_axis(ax, "ms since the revoke was acknowledged")


def _history(results: Results) -> History:
    assert results.history is not None
    return results.history


def _ticks(ax: Axes, at_ms: Samples, lane: int, reach: float, colour: str) -> None:
    """Draw many ticks as one line with gaps: a picture of a fifth the size."""
    x = np.repeat(np.round(at_ms, 1), 3)
    y = np.tile([lane - reach, lane + reach, np.nan], at_ms.size)
    ax.plot(x, y, color=colour, linewidth=0.8, zorder=2)


def _tick(label: str, colour: str, size: float) -> Line2D:
    return Line2D([], [], color=colour, marker="|", markersize=size, linestyle="none", label=label)
