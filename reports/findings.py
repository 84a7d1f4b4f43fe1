"""The opening of a report: a few sentences computed from the data, each with what it rests on.

A sentence is written only from rows: whatever number it holds stands in one of them, and so in
`results.csv`. What noise may have made is said as "cannot tell", with how long a run could.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .certainty import longer_run, told_apart
from .results import Results
from .rows import Row
from .wording import listed, measured, quantity, regime

LOCAL = ("-memory", "-sqlite")
"""States that nodes on several machines cannot share; the opening compares those that they can."""


@dataclass(frozen=True)
class Finding:
    """One sentence, the rows its numbers come from, and the section that shows them."""

    topic: str
    """In a word or two, for who reads no further."""
    text: str
    rows: tuple[Row, ...]
    section: str
    certain: bool = True


def findings(results: Results) -> list[Finding]:
    """Give the sentences of the first screen, those that this run has the data for."""
    written: list[Callable[[Results], Iterator[Finding]]] = [
        _inside_the_request,
        _end_to_end,
        _revoked,
        _payload,
        _instrument,
    ]
    return [finding for write in written for finding in write(results)]


def champions(results: Results, metric: str) -> tuple[Row, Row] | None:
    """Give the cheapest session and token; of sessions, one that several machines can share."""
    costs = results.costs(metric)
    sessions = [row for scheme, row in costs.items() if results.mechanism(scheme) == "session"]
    tokens = [row for scheme, row in costs.items() if results.mechanism(scheme) == "token"]
    if not sessions or not tokens:
        return None
    shared = [row for row in sessions if not row.scheme.endswith(LOCAL)]
    return (shared or sessions)[0], tokens[0]


def _inside_the_request(results: Results) -> Iterator[Finding]:
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
        yield Finding("Lookup", text, (*rows, slower), "lookup")
        return
    remedy, used = longer_run(results, session.scheme, layer="span", less=token.scheme)
    yield Finding(
        "Lookup",
        f"{opening}. Which is faster cannot be told on this machine: they differ by "
        f"{measured(difference)}, and two identical arms by up to {quantity(noise)}; {remedy}.",
        (*rows, *used),
        "lookup",
        certain=False,
    )


def _end_to_end(results: Results) -> Iterator[Finding]:
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
        certain=certain,
    )


def _revoked(results: Results) -> Iterator[Finding]:
    bounds = _headline(results, "claimed_bound_ms")
    late = _headline(results, "late_accepts")
    prompt = [scheme for scheme, row in bounds.items() if row.value == 0]
    if prompt:
        yield _at_once([late[scheme] for scheme in prompt], results)
    lasting = [scheme for scheme, row in bounds.items() if row.value > 0]
    if lasting:
        yield _for_a_while(results, lasting)


def _for_a_while(results: Results, lasting: list[str]) -> Finding:
    """Tell of the scheme under which a revoked credential lived longest."""
    worsts = _headline(results, "window_ms_worst")
    scheme = max(lasting, key=lambda name: worsts[name].value)
    median = _headline(results, "window_ms_p50", phase="random")[scheme]
    bound = _headline(results, "claimed_bound_ms")[scheme]
    late = _headline(results, "late_accepts")[scheme]
    worst = worsts[scheme]
    still = _headline(results, "censored_trials")[scheme]
    text = (
        f"Under {scheme} a revoked credential went on working for {measured(median)} at the "
        f"median of {median.n or 0:,} revocations and {quantity(worst)} at worst"
    )
    if still.value:
        text += (
            f" (or longer: {quantity(still)} of {still.n or 0:,} were not over at the last probe)"
        )
    text += f"; it claims at most {quantity(bound)}"
    rows = [median, worst, bound, still]
    if late.n:
        text += f", and {quantity(late)} of {late.n:,} probes sent after that were accepted"
        rows.append(late)
    return Finding("Revoked, yet alive", f"{text}.", tuple(rows), "revocation")


def _at_once(late: list[Row], results: Results) -> Finding:
    broken = [row for row in late if row.value > 0]
    if broken:
        worst = max(broken, key=lambda row: row.value)
        return Finding(
            "Revoked at once",
            f"{worst.scheme} claims to end a login at once and does not: {quantity(worst)} of "
            f"{worst.n or 0:,} probes after the acknowledgement were accepted.",
            (worst,),
            "revocation",
        )
    least = min(late, key=lambda row: row.n or 0)
    limit = _headline(results, "late_accept_limit").get(least.scheme)
    sure = f", so with 95 % confidence fewer than {quantity(limit)} are" if limit else ""
    return Finding(
        "Revoked at once",
        f"Revoked is revoked at once under {listed([row.scheme for row in late])}: no probe sent "
        f"after the acknowledgement was accepted, of {least.n or 0:,} or more for each{sure}.",
        (least, *([limit] if limit else [])),
        "revocation",
    )


def _payload(results: Results) -> Iterator[Finding]:
    sizes = results.costs("request_bytes")
    if not sizes:
        return
    lightest, heaviest = next(iter(sizes.values())), list(sizes.values())[-1]
    steady = results.main("request_bytes_h2_steady").get(heaviest.scheme)
    text = (
        f"The credential makes every request {quantity(lightest)} larger under "
        f"{lightest.scheme} and {quantity(heaviest)} under {heaviest.scheme}"
    )
    rows = [lightest, heaviest]
    if steady is not None:
        policy = steady.noted("header_policy")
        how = f" where the client indexes headers as {policy} does" if policy else ""
        text += f"; over a warm HTTP/2 connection the latter shrinks to {quantity(steady)}{how}"
        rows.append(steady)
    yield Finding("Payload", f"{text}.", tuple(rows), "payload")


def _instrument(results: Results) -> Iterator[Finding]:
    found = results.find("recovered_delay_us", layer="span")
    noise = results.noise_us("span")
    if found is None or noise is None:
        return
    injected = results.find("injected_delay_us", found.scheme, layer="span")
    assert injected is not None
    yield Finding(
        "Instrument",
        f"The instrument was checked in the same run: a known delay of {quantity(injected)} was "
        f"measured as {measured(found)}, and no difference under twice the noise floor of "
        f"{quantity(noise)} is claimed.",
        (found, injected, noise),
        "trust",
    )


def _headline(results: Results, metric: str, phase: str = "all") -> dict[str, Row]:
    """Give one row about ending one login for each scheme."""
    found = {}
    for scheme in dict.fromkeys(row.scheme for row in results.rows if row.metric == metric):
        row = results.ending_one(metric, scheme, phase)
        if row is not None and results.mechanism(scheme) != "control":
            found[scheme] = row
    return found


def _same_regime(one: Row, other: Row) -> bool:
    conditions = (one.population, one.claims, one.regime("less"))
    return conditions == (other.population, other.claims, other.regime("less"))


def _size(row: Row) -> str:
    """Write a difference without its sign, which the sentence says in words."""
    text = measured(row)
    return text.replace("\N{MINUS SIGN}", "") if row.value < 0 else text
