"""How far the store may be before a token costs less than a session, inside real requests."""

from __future__ import annotations

from collections.abc import Iterator

from .. import headline
from ..certainty import longer_run
from ..charts.break_even import lines
from ..measures.in_request import METRIC
from ..results import Results
from ..rows import Row
from ..wording import magnitude, measured
from .sentence import Finding, is_ordinary

FIGURE = "lookup-break-even"


def break_even(results: Results) -> Iterator[Finding]:
    """Compare the session that is cheapest far from its store with the cheapest token there."""
    found = lines(results)
    session = _cheapest_far_away(results, found, "session")
    token = _cheapest_far_away(results, found, "token")
    if not session or not token:
        return
    near = [found[session][0], found[token][0]]
    crossing = results.find(METRIC, session, less=token)
    # With zero in its interval, either may be the cheaper one beside the store.
    if crossing is not None and crossing.ci_low != 0:
        certain = crossing.ci_low is not None
        doubt = "" if certain else ". How sure that is this run cannot tell"
        yield Finding(
            "Break-even",
            f"Below {measured(crossing)} of store round trip {session} adds less than {token}, "
            f"above it more: they add {measured(near[0])} and {measured(near[1])} with the store "
            f"on the same machine{doubt}.",
            (crossing, *near),
            "lookup",
            FIGURE,
            certain=certain,
        )
        return
    differences = sorted(
        (
            row
            for row in results.of(headline.DIFFERENCE)
            if (row.scheme, row.less) == (session, token) and row.load != "high"
        ),
        key=lambda row: row.store_rtt_ms or 0.0,
    )
    if len(differences) > 1:
        yield _never(results, session, token, differences)


def _never(results: Results, session: str, token: str, differences: list[Row]) -> Finding:
    """Say which adds less at every distance, or that it cannot be told."""
    nearest, farthest = differences[0], differences[-1]
    at = f"from the same machine to {_distance(farthest)}"
    if all((row.ci_low or 0.0) > 0 for row in differences):
        text = f"{token} adds less than {session} at every distance measured, {at}"
    elif all((row.ci_high or 0.0) < 0 for row in differences):
        text = f"{session} adds less than {token} at every distance measured, {at}"
    else:
        unsure = next((row for row in differences if not _apart(row)), nearest)
        remedy, used = longer_run(results, unsure, headline.LAYER)
        return Finding(
            "Break-even",
            f"At which store round trip {token} begins to add less than {session} cannot be told "
            f"on this machine: with the store {_distance(unsure)} away they differ by "
            f"{measured(unsure)}; {remedy}.",
            (unsure, *used),
            "lookup",
            FIGURE,
            certain=False,
        )
    other, crossed = _elsewhere(results, session, token)
    told = (
        f"{text}: they differ by {magnitude(nearest)} with the store nearest and by "
        f"{magnitude(farthest)} with it farthest.{other}"
    )
    return Finding("Break-even", told, (nearest, farthest, *crossed), "lookup", FIGURE)


def _elsewhere(results: Results, session: str, token: str) -> tuple[str, list[Row]]:
    """Tell where the session breaks even with another token, the farthest that is certain."""
    found = [
        row
        for row in results.of(METRIC)
        if row.scheme == session and row.ci_low is not None and row.less != token
    ]
    if not found:
        return "", []
    row = max(found, key=lambda one: one.value)
    text = f" Against {row.less} the session adds less below {measured(row)}."
    return text, [row]


def _apart(row: Row) -> bool:
    """Return whether the interval of a difference holds no zero."""
    return row.ci_low is not None and row.ci_high is not None and row.ci_low * row.ci_high > 0


def _distance(row: Row) -> str:
    return f"{row.store_rtt_ms or 0:g} ms"


def _cheapest_far_away(results: Results, lines: dict[str, list[Row]], kind: str) -> str:
    """Choose by the cost with the store farthest; of sessions, an ordinary one."""
    mine = {s: rows[-1].value for s, rows in lines.items() if results.mechanism(s) == kind}
    ordinary = {s: cost for s, cost in mine.items() if kind == "token" or is_ordinary(results, s)}
    return min(ordinary or mine, key=lambda s: (mine[s], s), default="")
