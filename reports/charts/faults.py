"""What each scheme does while its store is in trouble: one cell a scheme and fault."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..measures.outage import Fault
from ..results import Results
from ..rows import Row
from ..tables import Table
from ..theme import ALARM, INK, LINE, MUTED, SURFACE, is_narrow
from ..wording import measured, number, some
from . import lanes

SECTION = "revocation"
TITLE = "What happens to logins, and to revocations, while the store is in trouble?"
ALL, NONE = 99.0, 1.0
"""Percent of the probes from which on one says all, and up to which none."""


@dataclass(frozen=True)
class Outcome:
    """One way through a fault, as a mark and in words."""

    name: str
    marker: str
    filled: bool
    colour: str


AS_EVER = Outcome("as ever: valid in, revoked out", "o", filled=True, colour=INK)
CLOSED = Outcome("closed: nobody in", "s", filled=False, colour=INK)
PARTLY = Outcome("some of the valid are out", "^", filled=False, colour=INK)
EXPIRY = Outcome("revoked in until expiry, as ever", "D", filled=False, colour=ALARM)
OPEN = Outcome("revoked are let in", "X", filled=True, colour=ALARM)
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
    """Say whether any outage was measured."""
    return any(outcome(results, fault) for fault in results.faults)


def caption(results: Results) -> str:
    """Say under which schemes the revoked come back, and which keep everybody in."""
    found = [(fault, outcome(results, fault)) for fault in results.faults]
    back = [fault for fault, way in found if way is OPEN]
    shut = sum(way is CLOSED for _, way in found)
    count = sum(way is not None for _, way in found)
    if back:
        names = some(sorted({fault.scheme for fault in back}))
        text = f"Revoked credentials were let in under {names}, in {len(back)} of {count} cases"
    else:
        text = f"No revoked credential was let in, in any of {count} cases"
    return (
        f"{text}; in {shut} nobody was let in while it lasted. Below each mark: the status that "
        "the valid were given, and the seconds until all was right again (none: not within the "
        "watch). Losing a session logs somebody out; losing a revocation lets somebody in."
    )


def table(results: Results) -> Table:
    """Give both accept rates, the status and the recovery, one line a scheme and fault."""
    metrics = ("valid_accept_rate", "revoked_accept_rate", "revoked_accept_rate_after")
    lines, source = [], []
    for fault in results.faults:
        way = outcome(results, fault)
        if way is None:
            lines.append([fault.scheme, fault.fault, "does not apply", *["\N{EM DASH}"] * 5])
            continue
        cells = [fault.found.get(metric) for metric in metrics]
        lines.append(
            [
                fault.scheme,
                fault.fault,
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
    """Give a tall lane a scheme, for mark and text."""
    count = _schemes_count(results)
    # Many schemes must still fit a sheet of paper.
    lane = 0.52 if count <= 12 else 0.43
    return count * (0.62 if narrow else lane) + (2.1 if narrow else 1.5)


def draw(results: Results, ax: Axes) -> None:
    """Draw a matrix, schemes by faults."""
    schemes = list(dict.fromkeys(fault.scheme for fault in results.faults))
    kinds = list(dict.fromkeys(fault.fault for fault in results.faults))
    narrow = is_narrow(ax)
    for fault in results.faults:
        x, y = kinds.index(fault.fault), schemes.index(fault.scheme)
        way = outcome(results, fault)
        if way is None:
            ax.plot([x], [y], marker="_", color=LINE, markersize=7)
            continue
        ax.plot(
            [x],
            [y - 0.12 if narrow else y - 0.24],
            marker=way.marker,
            color=way.colour,
            markerfacecolor=way.colour if way.filled else SURFACE,
            markersize=6.5 if narrow else 8,
            linestyle="none",
        )
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
    lanes.name_lanes(ax, schemes, [results.look(s) for s in schemes], above=0.42)
    ax.set_ylim(len(schemes) - 0.45, -0.68 if narrow else -0.55)
    ax.set_xlim(-0.5, len(kinds) - 0.5)
    names = kinds if narrow else [kind.replace("-", "-\n") for kind in kinds]
    ax.set_xticks(range(len(kinds)), names, rotation=90 if narrow else 0)
    ax.tick_params(axis="x", length=0)
    lanes.legend(ax, [], [_key(way) for way in OUTCOMES])


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
