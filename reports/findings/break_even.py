"""How far the store may be before a token costs less than a session."""

from __future__ import annotations

from collections.abc import Iterator

from ..certainty import longer_run
from ..charts import grid
from ..charts.break_even import reads, requests
from ..results import Results
from ..rows import Row
from ..wording import magnitude, measured
from .sentence import Finding, is_ordinary

FIGURE = "lookup-break-even"


def break_even(results: Results) -> Iterator[Finding]:
    """Compare the session that is cheapest far from its store with the cheapest token there."""
    lines = grid.lines(results, "store_rtt")
    session = _cheapest_far_away(results, lines, "session")
    token = _cheapest_far_away(results, lines, "token")
    if not session or not token:
        return
    differences = sorted(
        (row for row in results.rows if _compares(row, session, token)),
        key=lambda row: row.store_rtt_ms or 0.0,
    )
    near = [lines[session][0], lines[token][0]]
    crossing = results.find("break_even_rtt_ms", session, less=token)
    # Lines of equal slope may cross by accident, and then no distance is the reason.
    if crossing is not None and reads(results, session) != reads(results, token):
        certain = crossing.ci_low is not None
        doubt = "" if certain else ". One process each, so how sure that is this run cannot tell"
        said, asked = _in_requests(results, session, token)
        yield Finding(
            "Break-even",
            f"Below {measured(crossing)} of store round trip {session} costs less than {token}, "
            f"above it more: the check alone takes {measured(near[0])} and {measured(near[1])} "
            f"with the store nearest{doubt}.{said}",
            (crossing, *near, *asked),
            "lookup",
            FIGURE,
            certain=certain,
        )
    elif differences:
        yield _never(results, session, token, differences)


def _never(results: Results, session: str, token: str, differences: list[Row]) -> Finding:
    """Say which costs less at every round trip, or that it cannot be told."""
    nearest, farthest = differences[0], differences[-1]
    at = f"measured (from {_distance(nearest)} to {_distance(farthest)})"
    if all((row.ci_low or 0.0) > 0 for row in differences):
        text = f"{token} costs less than {session} at every store round trip {at}"
    elif all((row.ci_high or 0.0) < 0 for row in differences):
        text = f"{session} costs less than {token} at every store round trip {at}"
    else:
        unsure = next((row for row in differences if not _apart(row)), nearest)
        remedy, used = longer_run(results, unsure, "")
        return Finding(
            "Break-even",
            f"At which store round trip {token} begins to cost less than {session} cannot be told "
            f"on this machine: with the store {_distance(unsure)} away they differ by "
            f"{measured(unsure)}; {remedy}.",
            (unsure, *used),
            "lookup",
            FIGURE,
            certain=False,
        )
    told = (
        f"{text}: the check alone differs by {magnitude(nearest)} with the store nearest and by "
        f"{magnitude(farthest)} with it farthest."
    )
    other, crossed = _elsewhere(results, session, token)
    said, asked = _in_requests(results, session, token)
    rows = (nearest, farthest, *crossed, *asked)
    return Finding("Break-even", f"{told}{other}{said}", rows, "lookup", FIGURE)


def _elsewhere(results: Results, session: str, token: str) -> tuple[str, list[Row]]:
    """Tell where the session breaks even with another token, the farthest that is certain."""
    found = [
        row
        for row in results.rows
        if row.metric == "break_even_rtt_ms" and row.scheme == session and row.ci_low is not None
        if row.less != token
        if reads(results, session) != reads(results, row.less)
    ]
    if not found:
        return "", []
    row = max(found, key=lambda one: one.value)
    text = f" Against {row.less} the session costs less below {measured(row)}."
    return text, [row]


def _in_requests(results: Results, session: str, token: str) -> tuple[str, list[Row]]:
    """Tell what both cost inside real requests, with the store as far as both were asked there."""
    asked = requests(results)
    pairs = [
        (one, other)
        for one in asked.get(session, [])
        for other in asked.get(token, [])
        if one.store_rtt_ms == other.store_rtt_ms
    ]
    if not pairs:
        return "", []
    one, other = pairs[-1]
    text = (
        f" Inside real requests with the store {_distance(one)} away, {session} costs "
        f"{measured(one)} over no check and {token} {measured(other)}."
    )
    return text, [one, other]


def _apart(row: Row) -> bool:
    """Say whether the interval of a difference holds no zero."""
    return row.ci_low is not None and row.ci_high is not None and row.ci_low * row.ci_high > 0


def _distance(row: Row) -> str:
    return f"{row.store_rtt_ms or 0:g} ms"


def _compares(row: Row, session: str, token: str) -> bool:
    metric = "verify_us_difference_p50"
    return row.metric == metric and row.scheme == session and row.less == token


def _cheapest_far_away(results: Results, lines: dict[str, list[Row]], kind: str) -> str:
    """Choose by the cost with the store farthest; of sessions, an ordinary one."""
    mine = {s: rows[-1].value for s, rows in lines.items() if results.mechanism(s) == kind}
    ordinary = {s: cost for s, cost in mine.items() if kind == "token" or is_ordinary(results, s)}
    return min(ordinary or mine, key=lambda s: (mine[s], s), default="")
