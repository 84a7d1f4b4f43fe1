"""How far the store may be before a token costs less than a session."""

from __future__ import annotations

from collections.abc import Iterator

from ..charts import grid
from ..results import LOCAL, Results
from ..rows import Row
from ..wording import measured
from .sentence import Finding

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
    if crossing is not None and _reads(results, session) != _reads(results, token):
        certain = crossing.ci_low is not None
        doubt = "" if certain else ". One process each, so how sure that is this run cannot tell"
        yield Finding(
            "Break-even",
            f"Below {measured(crossing)} of store round trip {session} costs less than {token}, "
            f"above it more: the check alone takes {measured(near[0])} and {measured(near[1])} "
            f"with the store nearest{doubt}.",
            (crossing, *near),
            "lookup",
            FIGURE,
            certain=certain,
        )
    elif differences:
        yield _never(session, token, differences)


def _never(session: str, token: str, differences: list[Row]) -> Finding:
    """Say which costs less at every round trip, or that it cannot be told."""
    nearest, farthest = differences[0], differences[-1]
    at = f"measured (from {_distance(nearest)} to {_distance(farthest)})"
    if all((row.ci_low or 0.0) > 0 for row in differences):
        text = f"{token} costs less than {session} at every store round trip {at}"
    elif all((row.ci_high or 0.0) < 0 for row in differences):
        text = f"{session} costs less than {token} at every store round trip {at}"
    else:
        return Finding(
            "Break-even",
            f"At which store round trip {token} begins to cost less than {session} this run "
            f"cannot tell: with the store nearest they differ by {measured(nearest)}; a run with "
            "more processes could.",
            (nearest,),
            "lookup",
            FIGURE,
            certain=False,
        )
    return Finding(
        "Break-even",
        f"{text}: the check alone differs by {measured(nearest)} with the store nearest and by "
        f"{measured(farthest)} with it farthest.".replace("\N{MINUS SIGN}", ""),
        (nearest, farthest),
        "lookup",
        FIGURE,
    )


def _reads(results: Results, scheme: str) -> float | None:
    """Give how often a check of the grid asks the store."""
    for row in results.rows:
        if (row.measure, row.metric, row.scheme) == ("scale", "store_reads", scheme):
            return row.value
    return None


def _distance(row: Row) -> str:
    return f"{row.store_rtt_ms or 0:g} ms"


def _compares(row: Row, session: str, token: str) -> bool:
    metric = "verify_us_difference_p50"
    return row.metric == metric and row.scheme == session and row.noted("less") == token


def _cheapest_far_away(results: Results, lines: dict[str, list[Row]], kind: str) -> str:
    """Choose by the cost with the store farthest; of sessions, one that machines can share."""
    mine = {s: rows[-1].value for s, rows in lines.items() if results.mechanism(s) == kind}
    shared = {s: cost for s, cost in mine.items() if not s.endswith(LOCAL)}
    return min(shared or mine, key=lambda s: (mine[s], s), default="")
