"""What a check costs: inside the request, and end to end."""

from __future__ import annotations

from collections.abc import Iterator

from ..certainty import longer_run, told_apart
from ..results import Results
from ..rows import Row
from ..wording import measured, quantity, regime
from .sentence import Finding, champions


def inside_the_request(results: Results) -> Iterator[Finding]:
    pair = champions(results, "auth_us_cost_p50")
    if pair is None:
        return
    session, token = pair
    difference = next(
        row
        for row in results.rows
        if row.metric == "auth_us_difference_p50"
        and row.scheme == session.scheme
        and row.noted("less") == token.scheme
        and _same_regime(row, session)
    )
    noise = results.noise_us("span")
    where = f" ({regime(session)})" if regime(session) else ""
    opening = (
        f"Inside the request{where}, {session.scheme} costs {measured(session)} over no check "
        f"and {token.scheme} {measured(token)}"
    )
    rows = [session, token, difference]
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
    if told_apart(difference, noise):
        slower, faster = (session, token) if difference.value > 0 else (token, session)
        sign = "longer" if difference.value > 0 else "less"
        text = (
            f"{faster.scheme} is the faster here. {opening}: compared block by block the session "
            f"takes {_size(difference)} {sign}; two identical arms differ by up to "
            f"{quantity(noise)}."
        )
        yield Finding("Lookup", text, (*rows, slower), "lookup", "lookup-cost")
        return
    remedy, used = longer_run(results, session.scheme, layer="span", less=token.scheme)
    yield Finding(
        "Lookup",
        f"{opening}. Which is faster cannot be told on this machine: they differ by "
        f"{measured(difference)}, and two identical arms by up to {quantity(noise)}; {remedy}.",
        (*rows, *used),
        "lookup",
        "lookup-cost",
        certain=False,
    )


def end_to_end(results: Results) -> Iterator[Finding]:
    pair = champions(results, "auth_us_cost_p50")
    costs = results.costs("request_ms_cost_p50")
    whole = results.main("request_ms_p50").get("control")
    noise = results.noise_us("request")
    if pair is None or whole is None or noise is None:
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
        remedy, used = longer_run(results, one.scheme, layer="request", less="")
        rows += used
        parts.append(f"what {one.scheme} adds this run cannot tell ({measured(one)}; {remedy})")
    yield Finding(
        "End to end",
        f"End to end a request without any check takes {measured(whole)} at the median; "
        f"{' and '.join(parts)}. The noise floor there is {quantity(noise)}.",
        tuple(rows),
        "lookup",
        "lookup-layers",
        certain=certain,
    )


def _same_regime(one: Row, other: Row) -> bool:
    conditions = (one.population, one.claims, one.regime("less"))
    return conditions == (other.population, other.claims, other.regime("less"))


def _size(row: Row) -> str:
    """Write a difference without its sign, which the sentence says in words."""
    text = measured(row)
    return text.replace("\N{MINUS SIGN}", "") if row.value < 0 else text
