"""What each scheme adds: to the application's answer, and end to end."""

from __future__ import annotations

from collections.abc import Iterator

from .. import headline
from ..certainty import is_backed, longer_run, told_apart
from ..results import Results
from ..rows import Row
from ..wording import floor, magnitude, measured, quantity, regime
from .sentence import Finding, champions, ours


def inside_the_request(results: Results) -> Iterator[Finding]:
    pair = champions(results, headline.COST)
    if pair is None:
        return
    session, token = pair
    difference = next(
        row
        for row in results.rows
        if row.metric == headline.DIFFERENCE
        and row.scheme == session.scheme
        and row.less == token.scheme
        and _same_regime(row, session)
    )
    noise = results.floor_us(headline.LAYER, session.scheme, token.scheme)
    where = f" ({regime(session)})" if regime(session) else ""
    opening = (
        f"To the application's answer{where}, {session.scheme} adds {measured(session)} "
        f"and {token.scheme} {measured(token)}"
    )
    rows = [session, token, difference]
    aside, between = _cheapest_of_all(results, pair, noise)
    if noise is None:
        yield Finding(
            "Lookup",
            f"{opening}; without an A/A pair the noise floor is unknown, so this run "
            "cannot tell which is faster.",
            tuple(rows),
            "lookup",
            "lookup-cost",
            certain=False,
        )
        return
    rows.append(noise)
    if told_apart(difference, noise) and is_backed(
        results, difference, session.scheme, token.scheme
    ):
        slower, faster = (session, token) if difference.value > 0 else (token, session)
        sign = "longer" if difference.value > 0 else "less"
        text = (
            f"A {results.mechanism(faster.scheme)} adds less here: {faster.scheme} adds "
            f"{measured(faster)} to the application's answer, {slower.scheme} "
            f"{measured(slower)}{where}. Block by block the session takes {magnitude(difference)} "
            f"{sign}; {floor(noise)}.{aside}"
        )
        yield Finding("Lookup", text, (*rows, slower, *between), "lookup", "lookup-cost")
        return
    remedy, used = longer_run(results, difference, headline.LAYER, noise)
    yield Finding(
        "Lookup",
        f"{opening}. Which is faster cannot be told on this machine: they differ by "
        f"{measured(difference)}, and {floor(noise)}; {remedy}.{aside}",
        (*rows, *used, *between),
        "lookup",
        "lookup-cost",
        certain=False,
    )


def _cheapest_of_all(
    results: Results, pair: tuple[Row, Row], noise: Row | None
) -> tuple[str, list[Row]]:
    """Tell of what is cheaper than both and gives something up for it, with its rows."""
    if noise is None:
        return "", []
    least = min(row.value for row in pair) - 2 * noise.value
    cheaper = [
        row
        for scheme, row in ours(results, headline.COST).items()
        if row.value < least and not results.is_local(scheme)
    ]
    if not cheaper:
        return "", []
    row, rows = cheaper[0], [cheaper[0]]
    bound = results.ending_one("claimed_bound_ms", row.scheme, "all")
    lives = ""
    if bound is not None and bound.value:
        lives, rows = (
            f", and lets a revoked credential live for up to {quantity(bound)}",
            [row, bound],
        )
    return f" Less than both costs {row.scheme}, {measured(row)}{lives}.", rows


def end_to_end(results: Results) -> Iterator[Finding]:
    pair = champions(results, headline.COST)
    costs = results.costs("request_ms_cost_p50")
    whole = results.main("request_ms_p50").get(results.recording.control)
    if pair is None or whole is None:
        return
    noise = results.floor_us("request", *(row.scheme for row in pair))
    if noise is None:
        return
    if any(row.scheme not in costs for row in pair):
        return
    rows = [whole, noise]
    parts, certain = [], True
    for one in (costs[row.scheme] for row in pair):
        rows.append(one)
        if told_apart(one, noise):
            parts.append(f"{one.scheme} adds {measured(one)}")
            continue
        certain = False
        remedy, used = longer_run(results, one, "request", noise)
        rows += used
        parts.append(f"what {one.scheme} adds this run cannot tell ({measured(one)}; {remedy})")
    yield Finding(
        "End to end",
        f"End to end a request without any check takes {measured(whole)} at the median; "
        f"{' and '.join(parts)}; {floor(noise)}.",
        tuple(rows),
        "lookup",
        "lookup-layers",
        certain=certain,
    )


def _same_regime(one: Row, other: Row) -> bool:
    conditions = (one.population, one.claims, one.regime("less"))
    return conditions == (other.population, other.claims, other.regime("less"))
