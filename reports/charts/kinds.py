"""What is revoked: one login, all of a subject's, or a signing key."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, LINE, MUTED, SURFACE, is_narrow
from ..wording import listed, milliseconds
from . import lanes
from .naming import titles

SECTION = "revocation"
KINDS = {"one": ("one login", "o"), "all": ("all of a user's", "s"), "key": ("a key", "^")}
ALIKE = 1.5
"""Times: windows that differ by less are alike."""


def applies(results: Results) -> bool:
    """Return whether two kinds or more were measured."""
    kinds = {kind for found in _found(results).values() for kind, row in found.items() if row}
    return len(kinds) > 1


def title(results: Results) -> str:
    """Return whether it matters what is revoked."""
    worst = _worst(results)
    slowest = max(worst, key=lambda kind: worst[kind])
    if worst[slowest] <= ALIKE * max(min(worst.values()), 1.0):
        return f"It acts as fast to revoke {listed([KINDS[kind][0] for kind in worst], 'or')}"
    return f"Revoking {KINDS[slowest][0]} takes longest to act"


def caption(results: Results) -> str:
    """Return the longest window of each kind."""
    told = [f"{milliseconds(ms)} for {KINDS[kind][0]}" for kind, ms in _worst(results).items()]
    return f"Longest: {', '.join(told)}."


def reading(results: Results) -> str:
    """Say what was counted."""
    trials = [row.n or 0 for found in _found(results).values() for row in found.values() if row]
    return (
        "Each mark is the longest window of any server, from the acknowledged revocation to the "
        f"last accepted request, over {min(trials)} revocations or more of each kind."
    )


def table(results: Results) -> Table:
    """Return the worst window of each kind, and how long the call took."""
    cells: dict[str, list[Row | None]] = {}
    calls = {"one": "revoke_ms_p50", "all": "revoke_all_ms_p50", "key": "revoke_key_ms_p50"}
    for scheme, found in _found(results).items():
        taken = [_pooled(results, calls[kind], scheme, kind) for kind in KINDS]
        cells[scheme] = [*found.values(), *taken]
    names = [name for name, _ in KINDS.values()]
    columns = [*(f"worst, {name}" for name in names), *(f"call, {name}" for name in names)]
    kept = [i for i in range(len(columns)) if any(line[i] for line in cells.values())]
    return by_scheme(
        {scheme: [line[i] for i in kept] for scheme, line in cells.items()},
        [columns[i] for i in kept],
    )


def height(results: Results, *, narrow: bool) -> float:
    """Return the height for one lane a scheme."""
    return lanes.height(len(_found(results)), narrow=narrow, extra=1.0)


def draw(results: Results, ax: Axes) -> None:
    """Draw one lane a scheme, a mark a kind."""
    found = _found(results)
    mechanisms = [results.look(scheme) for scheme in found]
    for lane, (rows, mechanism) in enumerate(zip(found.values(), mechanisms, strict=True)):
        ax.axhline(lane, color=LINE, linewidth=0.7, zorder=1)
        for place, (kind, row) in enumerate(rows.items()):
            if row is not None:
                ax.plot(
                    [row.value],
                    # A little apart, or marks at zero would hide each other, and no name is hit.
                    [lane + (0.17 * place if is_narrow(ax) else 0.27 * (place - 1))],
                    marker=KINDS[kind][1],
                    color=COLOURS[mechanism],
                    markerfacecolor=SURFACE if kind != "one" else COLOURS[mechanism],
                    linestyle="none",
                    markersize=6,
                    zorder=3,
                )
    lanes.name_lanes(ax, titles(results, found), mechanisms)
    keys = [
        Line2D(
            [],
            [],
            color=MUTED,
            marker=marker,
            markerfacecolor=MUTED if kind == "one" else SURFACE,
            linestyle="none",
            label=name,
        )
        for kind, (name, marker) in KINDS.items()
        if any(rows[kind] for rows in found.values())
    ]
    lanes.legend(ax, mechanisms, keys)
    ax.set_xlim(left=-0.02 * max(ax.get_xlim()[1], 1.0))
    ax.grid(axis="x")
    ax.xaxis.set_major_formatter(lanes.in_thousands)
    lanes.label_axis(ax, "worst window, ms after the acknowledged revoke, from zero")


def _worst(results: Results) -> dict[str, float]:
    """Return the longest window of each kind in ms."""
    return {
        kind: max(rows)
        for kind in KINDS
        if (rows := [row.value for found in _found(results).values() if (row := found[kind])])
    }


def _found(results: Results) -> dict[str, dict[str, Row | None]]:
    schemes = dict.fromkeys(gathered.arm for gathered in results.trials if gathered.trials)
    return {
        scheme: {kind: _pooled(results, "window_ms_worst", scheme, kind) for kind in KINDS}
        for scheme in schemes
        if results.mechanism(scheme) != "control"
    }


def _pooled(results: Results, metric: str, scheme: str, kind: str) -> Row | None:
    """Return the row over all phases, else over the one there is."""
    pooled = results.find(metric, scheme, kind=kind, phase="all")
    return pooled or results.find(metric, scheme, kind=kind)
