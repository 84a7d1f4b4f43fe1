"""Bytes of a request against the claims it carries, with the limit of a cookie drawn."""

from __future__ import annotations

from matplotlib.axes import Axes

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import ALARM, COLOURS, DASHES, marker_of, say
from ..wording import listed, quantity
from . import alike, ends, lanes

SECTION = "payload"
METRIC = "request_bytes"
COOKIE_LIMIT_BYTES = 4_096
"""Name plus value; browsers drop a longer cookie in silence and keep the old one."""


def applies(results: Results) -> bool:
    """Return whether requests were measured at several numbers of claims."""
    return any(len(rows) > 1 for rows in _found(results).values())


def title(results: Results) -> str:
    """Say what grows and what does not."""
    found = {scheme: rows for scheme, rows in _found(results).items() if len(rows) > 1}
    flat = [scheme for scheme, rows in found.items() if rows[0].value == rows[-1].value]
    if not flat:
        return "Every credential grows with what it says of the user"
    if len(flat) == len(found):
        return "No credential grows with what is stored of the user"
    sessions = {scheme for scheme in found if results.mechanism(scheme) == "session"}
    if set(flat) == sessions:
        return "A token grows with what it says of the user; a session ID never does"
    return (
        f"{len(found) - len(flat)} of {len(found)} credentials grow with what they say of the user"
    )


def caption(results: Results) -> str:
    """Return the growth of the fastest-growing scheme."""
    found = {scheme: rows for scheme, rows in _found(results).items() if len(rows) > 1}
    steepest = max(found.values(), key=lambda rows: rows[-1].value - rows[0].value)
    first, last = steepest[0], steepest[-1]
    return (
        f"{results.title(first.scheme)} grows from {quantity(first)} to {quantity(last)} with "
        f"{last.claims} claims."
    )


def reading(results: Results) -> str:
    """Say what refuses a large request."""
    return (
        "Bytes are exact counts at the socket over HTTP/1.1, over control, and equal on every "
        f"machine. Dotted lines are limits, beyond which browsers or servers refuse a request."
        f"{chosen(results).remark}"
    )


def table(results: Results) -> Table:
    """Return the bytes by scheme and number of claims."""
    found = _found(results)
    counts = sorted({row.claims or 0 for rows in found.values() for row in rows})
    lines: dict[str, list[Row | None]] = {
        scheme: [next((r for r in rows if (r.claims or 0) == count), None) for count in counts]
        for scheme, rows in found.items()
    }
    return by_scheme(lines, [f"{count} claims" for count in counts])


def height(results: Results, *, narrow: bool) -> float:
    """Return a height that leaves room for the names at the ends of the lines."""
    return 3.4 if narrow else ends.height_for(len(chosen(results).drawn), least=3.4)


def draw(results: Results, ax: Axes) -> None:
    """Draw one line a scheme; lines that coincide share a label."""
    everything, choice = _found(results), chosen(results)
    found = {scheme: everything[scheme] for scheme in choice.drawn}
    for scheme, rows in found.items():
        mechanism = results.look(scheme)
        shapes = ax.plot(
            [row.claims or 0 for row in rows],
            [row.value for row in rows],
            color=COLOURS[mechanism],
            linestyle=DASHES[mechanism],
            marker=marker_of(results, scheme),
            markersize=4.5,
            linewidth=1.6,
        )
        first, last = rows[0], rows[-1]
        ends_at = f"{quantity(last)} with {last.claims} claims"
        say(shapes, f"{results.title(scheme)}: from {quantity(first)} to {ends_at}")
    top = max(row.value for rows in found.values() for row in rows)
    drawn = [ceiling for ceiling in ceilings(results) if ceiling[0] < 2.2 * top]
    for limit, name in drawn:
        ax.axhline(limit, color=ALARM, linewidth=1.2, linestyle=(0, (1, 1.5)))
        ax.text(0, limit, name, color=ALARM, va="bottom", fontsize=8)
    lanes.legend(ax, [results.look(scheme) for scheme in found])
    ax.set_ylim(0, 1.08 * max([top, *(limit for limit, _ in drawn)]))
    ax.grid(axis="y")
    lanes.label_axis(ax, "claims, or lines in the cart")
    ax.set_ylabel("bytes over control, linear from zero")
    ax.yaxis.set_major_formatter(lanes.in_thousands)
    named = [
        (scheme, float(rows[-1].claims or 0), rows[-1].value) for scheme, rows in found.items()
    ]
    ends.name_lines(ax, results, named, choice.stands_for)


def chosen(results: Results) -> alike.Chosen:
    """Choose the lines to draw."""
    return alike.chosen(
        results,
        {
            scheme: {float(row.claims or 0): row.value for row in rows}
            for scheme, rows in _found(results).items()
        },
    )


def ceilings(results: Results) -> list[tuple[float, str]]:
    """Return what refuses a header that grows, the lowest first: browsers, and servers by name."""
    found = {float(COOKIE_LIMIT_BYTES): ["a cookie"]}
    for row in results.rows:
        if row.metric == "header_field_limit_bytes":
            found.setdefault(row.value, []).append(row.server)
    return [
        (limit, f"limit of {listed(sorted(set(names)))}, {limit:,.0f} bytes")
        for limit, names in sorted(found.items())
    ]


def _found(results: Results) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in results.rows:
        plain = row.metric == METRIC and row.users is None
        if plain and results.mechanism(row.scheme) != "control":
            found.setdefault(row.scheme, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.claims or 0)
    return dict(sorted(found.items(), key=lambda item: (-item[1][-1].value, item[0])))
