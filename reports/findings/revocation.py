"""How long a revoked login still works."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..guarantees import broken
from ..results import Results
from ..rows import Row
from ..wording import one_in, quantity, some
from .sentence import Finding

FIGURE = "revocation-window"


def revoked(results: Results) -> Iterator[Finding]:
    """Say who keeps a revoked login alive, and who ends it at once, of those who kept their word.

    Those who did not stand in the banner.
    """
    failed = {one.scheme for one in broken(results)}
    kept = [scheme for scheme in _headline(results, "claimed_bound_ms") if scheme not in failed]
    of = {
        strength: [s for s in kept if results.recording.arm(s).strength == strength]
        for strength in ("at-expiry", "within", "immediate")
    }
    found = []
    if of["at-expiry"]:
        found.append(_at_expiry(results, of["at-expiry"]))
    if of["within"]:
        found.append(_within(results, of["within"]))
    if of["immediate"]:
        found.append(_at_once(results, of["immediate"]))
    if found:
        text = " ".join(one.text for one in found)
        rows = tuple(row for one in found for row in one.rows)
        yield Finding(found[0].topic, text, rows, "revocation", FIGURE)


def _at_expiry(results: Results, schemes: Sequence[str]) -> Finding:
    """Pool what nobody calls back: what differs between them is where the revocations fell."""
    worsts, bounds = (_headline(results, m) for m in ("window_ms_worst", "claimed_bound_ms"))
    worst = max((worsts[scheme] for scheme in schemes), key=lambda row: row.value)
    lived = bounds[worst.scheme]
    still = _headline(results, "censored_trials").get(worst.scheme)
    which = "This one" if len(schemes) == 1 else f"These {len(schemes)}"
    worked = "worked" if still is None or not still.value else "was still working"
    text = (
        f"A token that nobody can call back works until it expires: {some(list(schemes))}. "
        f"{which} lived for {quantity(lived)} in this run, and a revoked one {worked} for "
        f"up to {quantity(worst)}. Yours work for as long as you let them live."
    )
    return Finding("Revoked, yet alive", text, (worst, lived), "revocation", FIGURE)


def _within(results: Results, schemes: Sequence[str]) -> Finding:
    """Tell of the one under which a revoked login lived longest."""
    worsts, bounds = (_headline(results, m) for m in ("window_ms_worst", "claimed_bound_ms"))
    worst = max((worsts[scheme] for scheme in schemes), key=lambda row: row.value)
    bound = bounds[worst.scheme]
    others = f" ({some(list(schemes))})" if len(schemes) > 1 else ""
    count, rows = _confidence(results, schemes)
    text = (
        f"Under {worst.scheme} a revoked login still worked for up to {quantity(worst)}, of the "
        f"{quantity(bound)} that it claims. Later than claimed{others}: {count}."
    )
    return Finding("Revoked, yet alive", text, (worst, bound, *rows), "revocation", FIGURE)


def _at_once(results: Results, schemes: Sequence[str]) -> Finding:
    count, rows = _confidence(results, schemes)
    text = (
        f"A revoked login ended at once under {some(list(schemes))}. A server that accepted it "
        f"afterwards: {count}."
    )
    return Finding("Revoked at once", text, rows, "revocation", FIGURE)


def _confidence(results: Results, schemes: Sequence[str]) -> tuple[str, tuple[Row, ...]]:
    """Say out of how many node-revocations there was no break, of the scheme with the fewest."""
    reached = _headline(results, "node_revocations")
    limits = _headline(results, "broken_limit_percent")
    least = min((reached[scheme] for scheme in schemes), key=lambda row: row.value)
    limit = limits[least.scheme]
    each = " of each or more" if len(schemes) > 1 else ""
    said = f"0 of {quantity(least)} node-revocations{each}, so fewer than {one_in(limit)} (95 %)"
    return said, (least, limit)


def _headline(results: Results, metric: str) -> dict[str, Row]:
    """Return one row about ending one login for each scheme."""
    found = {}
    for scheme in dict.fromkeys(row.scheme for row in results.rows if row.metric == metric):
        row = results.ending_one(metric, scheme, "all")
        if row is not None and results.mechanism(scheme) != "control":
            found[scheme] = row
    return found
