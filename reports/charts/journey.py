"""What a request costs over a login's life, against how often people ask: a line a scheme."""

from __future__ import annotations

from matplotlib.axes import Axes

from ..results import Results
from ..rows import Row
from ..tables import Table, by_scheme
from ..theme import COLOURS, DASHES, MARKERS
from ..wording import interval, number, quantity
from . import alike, ends, lanes

SECTION = "lookup"
METRIC = "journey_request_us"
TOKEN_S = 300.0
"""The lifetime of the tokens that are drawn; the table of rows has others."""


def applies(results: Results) -> bool:
    """Return whether the run took the prices of a login's events."""
    return bool(_lines(results))


def title(results: Results) -> str:
    """Return where a session and a token cost the same over a login's life."""
    crossing = _crossing(results)
    if crossing is None:
        return "What a login costs over its life, by how often people ask"
    return f"The token is cheaper for people who ask more often than every {quantity(crossing)}"


def caption(results: Results) -> str:
    """Return the crossing with its interval."""
    crossing = _crossing(results)
    if crossing is None:
        return "No two lines cross among the intervals that were looked at."
    token, session = results.title(crossing.scheme), results.title(crossing.less)
    return f"{token} and {session} cost the same at {quantity(crossing)} {interval(crossing)}."


def reading(results: Results) -> str:
    """Return what is in a request's cost, and how well whole journeys agree with it."""
    text = (
        "Processor time of app and store for a request, over one without a login: checks, touches, "
        "cart changes (one request in twenty), renewals, and one login and logout in eight hours. "
        "Tokens live five minutes. "
    )
    worst = results.find("journey_error_percent_worst")
    if worst is None:
        return f"{text}This plan measured no whole journey to compare with."
    held = "Within" if worst.value <= 10 else "NOT within"
    return (
        f"{text}{held} the limit of 10 %: whole journeys of Locust users, in compressed time, cost "
        f"at most {number(worst.value)} % more or less than predicted ({worst.n} journeys)."
    )


def table(results: Results) -> Table:
    """Return what a request costs at each interval, and where the token stops being cheaper."""
    found = _lines(results)
    known = sorted({row.every_s or 0.0 for rows in found.values() for row in rows})
    cells: dict[str, list[Row | None]] = {}
    for scheme, rows in found.items():
        at = {row.every_s: row for row in rows}
        cells[scheme] = [at.get(every_s) for every_s in known]
        events = ("login", "renewal", "touch", "logout")
        cells[scheme] += [results.find("journey_cpu_us", scheme, event=event) for event in events]
    columns = [f"every {every_s:g} s" for every_s in known]
    return by_scheme(cells, [*columns, "a login", "a renewal", "a touch", "a logout"])


def height(results: Results, *, narrow: bool) -> float:
    """Return a height that leaves room for the names at the ends of the lines."""
    return 3.3 if narrow else ends.height_for(len(_chosen(results).drawn), least=3.4)


def draw(results: Results, ax: Axes) -> None:
    """Draw one line a scheme, with intervals."""
    choice = _chosen(results)
    found = {scheme: rows for scheme, rows in _lines(results).items() if scheme in choice.drawn}
    for scheme, rows in found.items():
        look = results.look(scheme)
        below = [0.0 if row.ci_low is None else row.value - row.ci_low for row in rows]
        above = [0.0 if row.ci_high is None else row.ci_high - row.value for row in rows]
        ax.errorbar(
            [row.every_s or 0.0 for row in rows],
            [row.value for row in rows],
            yerr=[below, above],
            color=COLOURS[look],
            linestyle=DASHES[look],
            marker=MARKERS[look],
            markersize=4.5,
            linewidth=1.6,
            elinewidth=1.0,
        )
    ax.set_xscale("log")
    ax.set_ylim(bottom=0)
    lanes.tick_at(ax, [row.every_s or 0.0 for rows in found.values() for row in rows])
    ax.grid(axis="y")
    lanes.legend(ax, [results.look(scheme) for scheme in found])
    lanes.label_axis(ax, "seconds between two requests of a login, logarithmic")
    ax.set_ylabel("µs a request, from zero")
    last = [(s, rows[-1].every_s or 0.0, rows[-1].value) for s, rows in found.items()]
    ends.name_lines(ax, results, last, choice.stands_for)


def _lines(results: Results) -> dict[str, list[Row]]:
    """Return the rows of each scheme, by interval; tokens of one lifetime."""
    found: dict[str, list[Row]] = {}
    for row in sorted(results.of(METRIC), key=lambda one: one.every_s or 0.0):
        if row.lifetime_s in (None, TOKEN_S):
            found.setdefault(row.scheme, []).append(row)
    return dict(sorted(found.items(), key=lambda item: (-item[1][-1].value, item[0])))


def _chosen(results: Results) -> alike.Chosen:
    lines = {s: {r.every_s or 0.0: r.value for r in rows} for s, rows in _lines(results).items()}
    return alike.chosen(results, lines)


def _crossing(results: Results) -> Row | None:
    """Return the crossing of the cheapest token that has one with the cheapest session."""
    rows = [r for r in results.of("journey_even_every_s") if r.lifetime_s == TOKEN_S]
    first = {s: rows[0].value for s, rows in _lines(results).items()}
    rows = [r for r in rows if r.scheme in first and r.less in first]
    return min(rows, key=lambda r: (first[r.scheme], first[r.less], r.scheme), default=None)
