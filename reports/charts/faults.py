"""What each scheme does while its store is in trouble: one cell a scheme and fault."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..measures.outage import Fault
from ..results import Results
from ..rows import Row
from ..tables import Table
from ..theme import ALARM, INK, LINE, MUTED, SURFACE, is_narrow, say
from ..wording import measured, number
from . import lanes
from .naming import titles

SECTION = "revocation"
NAMES = {
    "refused": "store down",
    "hung": "store hangs",
    "hung-crowd": "store hangs, many callers",
    "sigstop": "store frozen",
    "slow": "store slow",
    "kill-keep": "restarted with its data",
    "kill-lose": "restarted empty",
    "evict": "store full",
    "locked": "database locked",
    "node-killed": "server killed",
    "burst": "many callers at once",
}
"""What people call each fault, in the order of the columns."""
ALL, NONE = 99.0, 1.0
"""Percent of the probes from which on one says all, and up to which none."""


@dataclass(frozen=True)
class Outcome:
    """One way through a fault, as a mark and in words."""

    name: str
    marker: str
    filled: bool
    colour: str


AS_EVER = Outcome("as before: valid in, revoked out", "o", filled=True, colour=INK)
CLOSED = Outcome("nobody gets in", "s", filled=False, colour=INK)
PARTLY = Outcome("some valid logins are out", "^", filled=False, colour=INK)
EXPIRY = Outcome("revoked work until they expire, as before", "D", filled=False, colour=ALARM)
OPEN = Outcome("revoked logins work again", "X", filled=True, colour=ALARM)
OUTCOMES = (AS_EVER, CLOSED, PARTLY, EXPIRY, OPEN)


def outcome(results: Results, fault: Fault) -> Outcome | None:
    """Say which way a scheme went; None where the fault is none of its concern."""
    valid, revoked = fault.found.get("valid_accept_rate"), fault.found.get("revoked_accept_rate")
    after = fault.found.get("revoked_accept_rate_after")
    if not fault.applies or valid is None:
        return None
    if any(row is not None and row.value > NONE for row in (revoked, after)):
        at_expiry = results.recording.arm(fault.scheme).strength == "at-expiry"
        return EXPIRY if at_expiry else OPEN
    if valid.value >= ALL:
        return AS_EVER
    return CLOSED if valid.value <= NONE else PARTLY


def applies(results: Results) -> bool:
    """Return whether any outage was measured."""
    return any(outcome(results, fault) for fault in results.faults)


def title(results: Results) -> str:
    """Count the schemes that let revoked logins back in."""
    back = {fault.scheme for fault in results.faults if outcome(results, fault) is OPEN}
    count = _schemes_count(results)
    if not back:
        return "No store failure let a revoked login back in"
    return f"A failing store lets revoked logins back in under {len(back)} of {count} schemes"


def caption(results: Results) -> str:
    """Return who is shut out while the store is down."""
    down = [one for one in results.faults if one.fault == "refused" and outcome(results, one)]
    shut = [one.scheme for one in down if outcome(results, one) is CLOSED]
    if not down:
        return f"{len(results.faults)} failures were tried; none cut the store off."
    if not shut:
        return "While the store is down, people stay logged in under every scheme that asks one."
    return (
        f"While the store is down, nobody gets in under {len(shut)} of {len(down)} schemes. A "
        "store that loses its data forgets revocations too."
        if any(outcome(results, one) is OPEN for one in results.faults)
        else f"While the store is down, nobody gets in under {len(shut)} of {len(down)} schemes."
    )


def reading(results: Results) -> str:
    """Say what is below each mark."""
    count = sum(outcome(results, fault) is not None for fault in results.faults)
    return (
        f"Each of {count} marks is one scheme in one failure. Below it stand the status that valid "
        "logins received, and the seconds until all was right again; none means not within the "
        "time watched. Losing a session logs somebody out; losing a revocation lets somebody in."
    )


def table(results: Results) -> Table:
    """Return both accept rates, the status and the recovery, one line a scheme and fault."""
    metrics = ("valid_accept_rate", "revoked_accept_rate", "revoked_accept_rate_after")
    lines, source = [], []
    for fault in results.faults:
        way = outcome(results, fault)
        if way is None:
            lines.append([fault.scheme, name(fault.fault), "does not apply", *["\N{EM DASH}"] * 5])
            continue
        cells = [fault.found.get(metric) for metric in metrics]
        lines.append(
            [
                fault.scheme,
                name(fault.fault),
                way.name,
                *(measured(row) if row else "\N{EM DASH}" for row in cells),
                _status(fault),
                _recovery(fault),
            ]
        )
        source += list(fault.found.values())
    columns = ["scheme", "fault", "outcome", "valid in", "revoked in", "revoked in after"]
    return Table([*columns, "status", "recovery"], lines, source)


def height(results: Results, *, narrow: bool) -> float:
    """Return a tall lane a scheme, for mark and text."""
    count = _schemes_count(results)
    # Many schemes must still fit a sheet of paper.
    lane = 0.52 if count <= 12 else 0.43
    return count * (0.62 if narrow else lane) + (2.1 if narrow else 1.5)


def draw(results: Results, ax: Axes) -> None:
    """Draw a matrix, schemes by faults."""
    schemes = list(dict.fromkeys(fault.scheme for fault in results.faults))
    applying = {fault.fault for fault in results.faults if outcome(results, fault)}
    kinds = [*(kind for kind in NAMES if kind in applying), *sorted(applying - NAMES.keys())]
    narrow = is_narrow(ax)
    for fault in results.faults:
        if fault.fault not in kinds:
            continue
        x, y = kinds.index(fault.fault), schemes.index(fault.scheme)
        way = outcome(results, fault)
        if way is None:
            ax.plot([x], [y], marker="_", color=LINE, markersize=7)
            continue
        shapes = ax.plot(
            [x],
            [y - 0.12 if narrow else y - 0.24],
            marker=way.marker,
            color=way.colour,
            markerfacecolor=way.colour if way.filled else SURFACE,
            markersize=6.5 if narrow else 8,
            linestyle="none",
        )
        say(shapes, f"{results.title(fault.scheme)}, {name(fault.fault)}: {way.name}")
        words = [_status(fault), _recovery(fault)]
        ax.text(
            x,
            y + 0.22,
            "\n".join(words[:1] if narrow else words),
            ha="center",
            va="center",
            fontsize=6.5 if narrow else 7,
            linespacing=1.05,
            color=way.colour if way is OPEN else MUTED,
        )
    for line in range(len(schemes) - 1):
        ax.axhline(line + 0.5, color=LINE, linewidth=0.6)
    lanes.name_lanes(ax, titles(results, schemes), [results.look(s) for s in schemes], above=0.42)
    ax.set_ylim(len(schemes) - 0.45, -0.68 if narrow else -0.55)
    ax.set_xlim(-0.5, len(kinds) - 0.5)
    names = [name(kind) if narrow else textwrap.fill(name(kind), 10) for kind in kinds]
    ax.set_xticks(range(len(kinds)), names, rotation=90 if narrow else 0)
    ax.tick_params(axis="x", length=0)
    lanes.legend(ax, [], [_key(way) for way in OUTCOMES])


def name(fault: str) -> str:
    """Return what people call a fault."""
    return NAMES.get(fault, fault)


def _schemes_count(results: Results) -> int:
    return len({fault.scheme for fault in results.faults})


def _status(fault: Fault) -> str:
    row = fault.found.get("status")
    if row is None:
        return "\N{EM DASH}"
    return f"{row.value:.0f}" if row.value else "no reply"


def _recovery(fault: Fault) -> str:
    row: Row | None = fault.found.get("recovery_s")
    return "none" if row is None else f"{number(row.value)} s"


def _key(way: Outcome) -> Line2D:
    return Line2D(
        [],
        [],
        color=way.colour,
        marker=way.marker,
        markerfacecolor=way.colour if way.filled else SURFACE,
        linestyle="none",
        label=way.name,
    )
