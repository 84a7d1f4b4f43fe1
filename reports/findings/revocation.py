"""How long a revoked credential goes on working."""

from __future__ import annotations

from collections.abc import Iterator

from ..results import Results
from ..rows import Row
from ..wording import measured, quantity, some
from .sentence import Finding

FIGURE = "revocation-window"


def revoked(results: Results) -> Iterator[Finding]:
    """Say who is out at once and who is not, in one; a broken claim stands alone."""
    bounds = _headline(results, "claimed_bound_ms")
    late = _headline(results, "late_accepts")
    prompt = [scheme for scheme, row in bounds.items() if row.value == 0]
    lasting = [scheme for scheme, row in bounds.items() if row.value > 0]
    yield from _broken_elsewhere(results)
    found = []
    if lasting:
        found.append(_for_a_while(results, lasting))
    if prompt:
        found.append(_at_once([late[scheme] for scheme in prompt], results))
    if len(found) < 2 or any(late[scheme].value for scheme in prompt):
        yield from reversed(found)
        return
    slow, fast = found
    text = f"{slow.text} {fast.text}"
    yield Finding(slow.topic, text, (*slow.rows, *fast.rows), "revocation", FIGURE)


def _broken_elsewhere(results: Results) -> Iterator[Finding]:
    """Call out a claim that is broken where more than one login is ended."""
    kinds = {"all": "all of a subject's logins are", "key": "a signing key is"}
    for row in results.rows:
        if row.metric != "late_accepts" or not row.value or row.phase == "all":
            continue
        what = kinds.get(row.kind)
        if what and results.mechanism(row.scheme) != "control":
            yield Finding(
                "Claim broken",
                f"{row.scheme} breaks its claim where {what} revoked: {quantity(row)} of "
                f"{row.n or 0:,} probes beyond the bound were accepted.",
                (row,),
                "revocation",
                "revocation-kinds",
            )


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
    return Finding("Revoked, yet alive", f"{text}.", tuple(rows), "revocation", FIGURE)


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
            FIGURE,
        )
    least = min(late, key=lambda row: row.n or 0)
    limit = _headline(results, "late_accept_limit").get(least.scheme)
    sure = f", so with 95 % confidence fewer than {quantity(limit)} are" if limit else ""
    return Finding(
        "Revoked at once",
        f"It ends at once under {some([row.scheme for row in late])}: no request sent after the "
        f"acknowledged revoke was accepted, of {least.n or 0:,} or more for each{sure}.",
        (least, *([limit] if limit else [])),
        "revocation",
        FIGURE,
    )


def _headline(results: Results, metric: str, phase: str = "all") -> dict[str, Row]:
    """Give one row about ending one login for each scheme."""
    found = {}
    for scheme in dict.fromkeys(row.scheme for row in results.rows if row.metric == metric):
        row = results.ending_one(metric, scheme, phase)
        if row is not None and results.mechanism(scheme) != "control":
            found[scheme] = row
    return found
