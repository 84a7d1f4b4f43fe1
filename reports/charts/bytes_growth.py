"""Bytes of a request against the claims it carries, with the limit of a cookie drawn."""

from __future__ import annotations

from matplotlib.axes import Axes

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import ALARM, COLOURS, DASHES, INK, LINE, MARKERS, is_narrow
from ..wording import quantity
from . import lanes

SECTION = "payload"
TITLE = "How does a request grow with what it says of the caller?"
METRIC = "request_bytes"
COOKIE_LIMIT_BYTES = 4_096
"""Name plus value; browsers drop a longer cookie in silence and keep the old one."""


def applies(results: Results) -> bool:
    """Say whether requests were measured at several numbers of claims."""
    return any(len(rows) > 1 for rows in _found(results).values())


def caption(results: Results) -> str:
    """Give the growth of the fastest-growing scheme, and whether the limit was reached."""
    found = {scheme: rows for scheme, rows in _found(results).items() if len(rows) > 1}
    steepest = max(found.values(), key=lambda rows: rows[-1].value - rows[0].value)
    first, last = steepest[0], steepest[-1]
    flat = [scheme for scheme, rows in found.items() if rows[0].value == rows[-1].value]
    text = (
        f"Over control, {first.scheme} adds {quantity(first)} with {first.claims} claims and "
        f"{quantity(last)} with {last.claims}"
    )
    if flat:
        text += f"; {', '.join(flat)} do not grow"
    return (
        f"{text}. Exact counts at the socket, HTTP/1.1, equal on every machine. "
        f"A cookie ends at {COOKIE_LIMIT_BYTES:,} bytes."
    )


def table(results: Results) -> Table:
    """Give the bytes by scheme and number of claims."""
    found = _found(results)
    counts = sorted({row.claims or 0 for rows in found.values() for row in rows})
    lines: dict[str, list[Row | None]] = {
        scheme: [next((r for r in rows if (r.claims or 0) == count), None) for count in counts]
        for scheme, rows in found.items()
    }
    return by_scheme(lines, [f"{count} claims" for count in counts])


def height(results: Results, *, narrow: bool) -> float:
    """Give a height that leaves room for the names at the ends of the lines."""
    needed = 1.6 + 0.24 * len(_found(results))
    return max(3.4, needed if not narrow else 3.4)


def draw(results: Results, ax: Axes) -> None:
    """Draw one line a scheme; lines that coincide share a label."""
    found = _found(results)
    for scheme, rows in found.items():
        mechanism = results.mechanism(scheme)
        ax.plot(
            [row.claims or 0 for row in rows],
            [row.value for row in rows],
            color=COLOURS[mechanism],
            linestyle=DASHES[mechanism],
            marker=MARKERS[mechanism],
            markersize=4.5,
            linewidth=1.6,
        )
    top = max(row.value for rows in found.values() for row in rows)
    if top > COOKIE_LIMIT_BYTES / 6:
        ax.axhline(COOKIE_LIMIT_BYTES, color=ALARM, linewidth=1.2, linestyle=(0, (1, 1.5)))
        ax.text(
            0,
            COOKIE_LIMIT_BYTES,
            "limit of a cookie, 4,096 bytes",
            color=ALARM,
            va="bottom",
            fontsize=8.5,
        )
    _name_lines(ax, results, found)
    lanes.legend(ax, [results.mechanism(scheme) for scheme in found])
    ax.set_ylim(bottom=0)
    ax.set_ylim(top=ax.get_ylim()[1] * 1.06)
    ax.grid(axis="y")
    lanes.label_axis(ax, "claims, or lines in the cart")
    ax.set_ylabel("bytes over control, linear from zero")
    ax.yaxis.set_major_formatter(lanes.in_thousands)


def _name_lines(ax: Axes, results: Results, found: dict[str, list[Row]]) -> None:
    """Name each line at its end, pushed apart where ends are near each other."""
    narrow = is_narrow(ax)
    gap = ax.get_ylim()[1] * (0.075 if narrow else 0.068)
    right = max(row.claims or 0 for rows in found.values() for row in rows)
    ends = sorted((rows[-1].value, scheme) for scheme, rows in found.items())
    below = -gap
    for end, name in _clusters(ends, gap, results) if narrow else ends:
        height_at = max(end, below + gap)
        below = height_at
        ax.annotate(
            name,
            (right, end),
            xytext=(right * 1.07, height_at),
            color=INK,
            fontsize=8.5,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": LINE, "linewidth": 0.8, "relpos": (0, 0.5)},
        )


def _clusters(
    ends: list[tuple[float, str]], gap: float, results: Results
) -> list[tuple[float, str]]:
    """Put lines that end together under one short name; the table has the long ones."""
    groups: list[list[tuple[float, str]]] = []
    for end, scheme in ends:
        if groups and end - groups[-1][0][0] < gap:
            groups[-1].append((end, scheme))
        else:
            groups.append([(end, scheme)])
    named = []
    for group in groups:
        mechanisms = sorted({results.mechanism(scheme) for _, scheme in group})
        whole = f"{' and '.join(mechanisms)}, {len(group)} schemes"
        label = group[0][1] if len(group) == 1 else whole
        named.append((group[0][0], label.replace("-", "-\n", 1) if len(group) == 1 else label))
    return named


def _found(results: Results) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in results.rows:
        plain = row.metric == METRIC and not row.note
        if plain and results.mechanism(row.scheme) != "control":
            found.setdefault(row.scheme, []).append(row)
    for rows in found.values():
        rows.sort(key=lambda row: row.claims or 0)
    return dict(sorted(found.items(), key=lambda item: (-item[1][-1].value, item[0])))
