"""HTTP/2: the first request against later ones, and the cliff where the table ends."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import ALARM, COLOURS, MUTED, SURFACE, is_narrow, marker_of, say
from ..wording import quantity
from . import bytes_growth, lanes

SECTION = "payload"
FIRST, STEADY, PLAIN = "request_bytes_h2_first", "request_bytes_h2_steady", "request_bytes"
CLIFF = 20.0
"""Times as many bytes from one size to the next: HPACK's table no longer holds the header."""
SHRUNK = 0.1
"""Of the plain bytes: up to here a credential is next to nothing."""
Sizes = list[tuple[Row, Row, Row]]
"""Plain, first and steady for each number of claims, smallest first."""


def applies(results: Results) -> bool:
    """Return whether HTTP/2 was measured at several sizes."""
    return any(len(sizes) > 1 for sizes in _found(results, policy(results)).values())


def title(results: Results) -> str:
    """Say how far HTTP/2 shrinks a repeated credential, and whether there is a cliff."""
    found = _drawn(results)
    least = min(sizes[0][2].value / max(sizes[0][0].value, 1.0) for sizes in found.values())
    if least > SHRUNK:
        return "HTTP/2 shrinks a repeated credential only a little"
    until = ", until its table is full" if any(map(cliff, found.values())) else ""
    return f"HTTP/2 shrinks a repeated credential to next to nothing{until}"


def caption(results: Results) -> str:
    """Return first and later size of one credential, and where the cliff is."""
    found = _drawn(results)
    scheme, edge = next(((s, c) for s in found if (c := cliff(found[s]))), ("", None))
    if edge is None:
        scheme = max(found, key=lambda one: found[one][-1][0].value)
        _, first, steady = found[scheme][-1]
        return f"A credential of {quantity(first)} takes {quantity(steady)} in every later request."
    below, above = edge
    return (
        f"A repeated credential of {quantity(below[0])} takes {quantity(below[2])}; one of "
        f"{quantity(above[0])} takes {quantity(above[2])}."
    )


def reading(results: Results) -> str:
    """Say whose headers these are."""
    name = policy(results)
    return (
        f"Headers are compressed (HPACK) as {name} does it, with a table of 4,096 bytes; counts "
        "are exact. Hollow marks are the first request of a connection, filled ones every later "
        "request. Schemes whose credentials grow alike are drawn once; the table has all."
    )


def table(results: Results) -> Table:
    """Return first and steady at each number of claims; of policies not drawn, at the fewest."""
    lines: dict[str, list[Row | None]] = {}
    drawn = policy(results)
    for name in sorted(_policies(results), key=lambda one: (one != drawn, one)):
        for scheme, sizes in _found(results, name).items():
            for plain, first, steady in sizes if name == drawn else sizes[:1]:
                lines[f"{scheme}, {name}, {plain.claims or 0} claims"] = [plain, first, steady]
    return by_scheme(lines, ["HTTP/1.1", "HTTP/2 first", "HTTP/2 steady"])


def height(results: Results, *, narrow: bool) -> float:  # noqa: ARG001 - as every chart
    """Return one height for all."""
    return 3.5


def draw(results: Results, ax: Axes) -> None:
    """Draw both against the plain size, on logarithmic axes; of like growth one scheme is drawn."""
    found = _drawn(results)
    for scheme, sizes in found.items():
        mechanism = results.look(scheme)
        for index, face in ((1, SURFACE), (2, COLOURS[mechanism])):
            shapes = ax.plot(
                [size[0].value for size in sizes],
                [max(size[index].value, 1.0) for size in sizes],
                color=COLOURS[mechanism],
                linestyle="-" if index == 2 else (0, (1, 1.5)),
                linewidth=1.2,
                marker=marker_of(results, scheme),
                markerfacecolor=face,
                markersize=5,
                zorder=3 if index == 2 else 2,
            )
            when = "every later request" if index == 2 else "first request"
            plain, other = quantity(sizes[-1][0]), quantity(sizes[-1][index])
            say(shapes, f"{results.title(scheme)}, {when}: up to {other} for {plain}")
    _mark_cliff(ax, results, found)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.minorticks_off()
    if is_narrow(ax):
        ax.locator_params(axis="x", numticks=4)
    ax.xaxis.set_major_formatter(lanes.in_thousands)
    ax.yaxis.set_major_formatter(lanes.in_thousands)
    ax.grid(axis="both")
    keys = [
        Line2D([], [], color=MUTED, marker="o", markerfacecolor=SURFACE, linestyle=":"),
        Line2D([], [], color=MUTED, marker="o", linestyle="-"),
    ]
    for key, label in zip(keys, ("first request", "later ones"), strict=True):
        key.set_label(label)
    lanes.legend(ax, [results.look(scheme) for scheme in found], keys)
    lanes.label_axis(ax, "bytes of the credential's header in HTTP/1.1, logarithmic")
    ax.set_ylabel("bytes in HTTP/2, logarithmic")


def _drawn(results: Results) -> dict[str, Sizes]:
    """Return what is drawn: of schemes whose credentials grow alike, one."""
    drawn = bytes_growth.chosen(results).drawn
    everything = _found(results, policy(results))
    return {scheme: sizes for scheme, sizes in everything.items() if scheme in drawn} or everything


def _mark_cliff(ax: Axes, results: Results, found: dict[str, Sizes]) -> None:
    """Mark the exact size where it was searched for, else the two sizes it lies between."""
    name = policy(results)
    exact = [
        row.value
        for row in results.of("h2_cliff_bytes")
        if row.header_policy == name and not row.fields
    ]
    edges = [edge for sizes in found.values() if (edge := cliff(sizes))]
    if exact:
        left = min(exact)
        ax.axvline(left, color=ALARM, linewidth=1.4, linestyle=(0, (1, 1.5)))
    elif edges:
        left, right = sorted(
            (max(below[0].value for below, _ in edges), min(above[0].value for _, above in edges))
        )
        ax.axvspan(left, right, color=ALARM, alpha=0.15, linewidth=0)
    else:
        return
    ax.annotate(
        f"the cliff, {left:,.0f} bytes" if exact else "the cliff",
        (left, 0.5),
        xycoords=("data", "axes fraction"),
        xytext=(-5, 0),
        textcoords="offset points",
        ha="right",
        color=ALARM,
        fontsize=8.5,
    )


def policy(results: Results) -> str:
    """Choose the client policy to draw: the one that indexes most, which is where the cliff is."""
    names = _policies(results)
    steady = {
        name: sum(size[2].value for sizes in _found(results, name).values() for size in sizes)
        for name in names
    }
    return min(names, key=lambda name: (steady[name], name)) if names else ""


def cliff(sizes: Sizes) -> tuple[tuple[Row, Row, Row], tuple[Row, Row, Row]] | None:
    """Return the sizes on either side of a cliff; None where there is none."""
    for below, above in pairwise(sizes):
        if above[2].value > CLIFF * max(below[2].value, 1.0):
            return below, above
    return None


def _policies(results: Results) -> list[str]:
    rows = [r for r in results.of(STEADY) if not r.users]
    return sorted({r.header_policy for r in rows})


def _found(results: Results, name: str) -> dict[str, Sizes]:
    def rows(metric: str) -> dict[tuple[str, int], Row]:
        return {
            (row.scheme, row.claims or 0): row
            for row in results.of(metric)
            if not row.users
            if metric == PLAIN or row.header_policy == name
        }

    plain, first, steady = rows(PLAIN), rows(FIRST), rows(STEADY)
    found: dict[str, Sizes] = {}
    for key in sorted(plain.keys() & first.keys() & steady.keys()):
        if results.mechanism(key[0]) != "control" and plain[key].value > 0:
            found.setdefault(key[0], []).append((plain[key], first[key], steady[key]))
    return found
