"""HTTP/2 behind a proxy: many users on one connection share one table of headers."""

from __future__ import annotations

from matplotlib.axes import Axes

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, DASHES, MARKERS
from ..wording import quantity
from . import alike, ends, hpack, lanes

SECTION = "payload"


def applies(results: Results) -> bool:
    """Return whether several numbers of users were counted."""
    return any(len(rows) > 1 for rows in _found(results).values())


def title(results: Results) -> str:
    """Say what many users on a connection do."""
    first, last = _most(results)
    if last.value <= first.value:
        return "HTTP/2 still helps when many users share a connection"
    return "HTTP/2 helps less when many users share a connection"


def caption(results: Results) -> str:
    """Return the scheme that loses most."""
    first, last = _most(results)
    return (
        f"{results.title(last.scheme)} sends {quantity(first)} with {_users(first):,} on the "
        f"connection, {quantity(last)} with {_users(last):,}."
    )


def reading(results: Results) -> str:
    """Say why."""
    return (
        "A proxy that sends everybody's requests over one connection has room for a few headers "
        f"only. Headers are compressed as {hpack.policy(results)} does it; counts are exact."
        f"{_chosen(results).remark}"
    )


def _most(results: Results) -> tuple[Row, Row]:
    worst = max(_found(results).values(), key=lambda rows: rows[-1].value - rows[0].value)
    return worst[0], worst[-1]


def table(results: Results) -> Table:
    """Return the bytes by number of users."""
    found = _found(results)
    counts = sorted({_users(row) for rows in found.values() for row in rows})
    lines: dict[str, list[Row | None]] = {
        scheme: [next((row for row in rows if _users(row) == count), None) for count in counts]
        for scheme, rows in found.items()
    }
    return by_scheme(lines, [f"{count:,} users" for count in counts])


def height(results: Results, *, narrow: bool) -> float:
    """Return a height that leaves room for the names at the ends of the lines."""
    return 3.3 if narrow else ends.height_for(len(_chosen(results).drawn), least=3.2)


def draw(results: Results, ax: Axes) -> None:
    """Draw one line a scheme."""
    everything, choice = _found(results), _chosen(results)
    found = {scheme: everything[scheme] for scheme in choice.drawn}
    for scheme, rows in found.items():
        mechanism = results.look(scheme)
        ax.plot(
            [_users(row) for row in rows],
            [row.value for row in rows],
            color=COLOURS[mechanism],
            linestyle=DASHES[mechanism],
            marker=MARKERS[mechanism],
            markersize=4.5,
            linewidth=1.6,
        )
    ax.set_xscale("log")
    lanes.tick_at(ax, [float(_users(row)) for rows in found.values() for row in rows])
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(lanes.in_thousands)
    ax.grid(axis="y")
    lanes.legend(ax, [results.look(scheme) for scheme in found])
    lanes.label_axis(ax, "users on one connection, logarithmic")
    ax.set_ylabel("bytes a later request, from zero")
    last = [(scheme, float(_users(rows[-1])), rows[-1].value) for scheme, rows in found.items()]
    ends.name_lines(ax, results, last, choice.stands_for)


def _chosen(results: Results) -> alike.Chosen:
    return alike.chosen(
        results,
        {
            scheme: {float(_users(row)): row.value for row in rows}
            for scheme, rows in _found(results).items()
        },
    )


def _users(row: Row) -> int:
    return row.users or 0


def _found(results: Results) -> dict[str, list[Row]]:
    name = hpack.policy(results)
    found: dict[str, list[Row]] = {}
    for row in results.of(hpack.STEADY):
        if row.header_policy == name and row.users and results.mechanism(row.scheme) != "control":
            found.setdefault(row.scheme, []).append(row)
    for rows in found.values():
        rows.sort(key=_users)
    return dict(sorted(found.items(), key=lambda item: (-item[1][-1].value, item[0])))
