"""What one run knows about each scheme, as plain data: the same for the command and the page.

Every number is that of a row of `results.csv`; nothing here ranks anything.
"""

from __future__ import annotations

from collections.abc import Iterable

from bench.records import Arm

from .. import headline
from ..charts.faults import ALL, NONE
from ..guarantees import broken
from ..measures.life import Use, weights
from ..measures.model import Model
from ..results import Results
from ..rows import Row, tidy
from ..wording import measured
from .cost import CONSTANTS, EVENTS, Facts
from .texts import NUMBERS, TEXTS

RANKED = ("journey_cpu_us", headline.COST, "window_ms_worst", "request_bytes")
"""The metrics that decide a ranking."""
DOWN = ("refused", "hung", "hung-crowd", "slow", "sigstop")
"""Faults in which the store says nothing of use; what it lost is another question."""
LOST = ("kill-keep", "kill-lose", "evict", "node-killed")
POLLING = ("snapshot", "statuslist", "filter")
"""Strategies under which a node looks for new denials at an interval."""


def facts(results: Results) -> Facts:
    """Return everything that a ranking needs: schemes, what was measured, and the words for it."""
    noise = results.noise_us(headline.LAYER)
    reach = [point.rtt_ms for point in results.points]
    alive = [point.condition("population") for point in results.points]
    failed = {one.scheme for one in broken(results)}
    bare = results.find("journey_bare_us", event="check")
    priced = {row.scheme for row in results.of("journey_cpu_us")}
    arms = [a for a in results.recording.run.arms if a.mechanism != "control" and not a.is_again]
    costs = results.costs(headline.COST)
    # Cheapest checks first, and what has no cost at the end.
    arms.sort(key=lambda arm: list(costs).index(arm.name) if arm.name in costs else len(costs))
    schemes = [
        _scheme(results, arm, costs.get(arm.name), bool(priced), arm.name in failed) for arm in arms
    ]
    return {
        "run": results.recording.run.name,
        "valid": not any(row.validity == "withheld" for row in results.of(*RANKED)),
        "noise_us": None if noise is None else tidy(noise.value),
        "bare_us": None if bare is None else tidy(bare.value),
        "farthest_ms": tidy(max(reach, default=0.0)),
        "most_sessions": tidy(max(alive, default=0.0)),
        # Where nothing was measured there is nothing to ask.
        "schemes": schemes if any(one["measured"] for one in schemes) else [],
        "constants": CONSTANTS,
        "events": EVENTS,
        "texts": TEXTS,
        "numbers": NUMBERS,
    }


def _scheme(results: Results, arm: Arm, cost: Row | None, priced: bool, failed: bool) -> Facts:
    name = arm.name
    reads = _depth(results, name)
    worst = results.ending_one("window_ms_worst", name, "all")
    late = results.ending_one("late_accepts", name, "all")
    sizes = _sizes(results, name)
    ceiling = results.find("claims_max", name)
    kept = results.find("store_bytes_per_session", name)
    model = next((one for one in results.models if one.scheme == name), None)
    prices, price_rows = _prices(results, arm)
    used: list[Row | None] = [cost, *price_rows, *reads, worst, late, *_first(sizes), ceiling, kept]
    used += [results.find(metric, name) for metric in (model.parts if model else ())]
    outages = _outages(results, name)
    return {
        "name": name,
        "title": results.title(name),
        "mechanism": arm.mechanism,
        "transport": arm.transport,
        "shared": not arm.is_local,
        "cached": arm.cached,
        # What is in the process, or in a file beside it, is no round trip away.
        "networked": arm.store not in ("", "memory", "sqlite"),
        "verified_with": arm.verified_with,
        # Whoever has the public key needs no store of ours, or a list that is published.
        "elsewhere": arm.verified_with == "public-key" and arm.strategy in ("expiry", "statuslist"),
        # Costs of two kinds are not compared: prices where the run has them, else the check's.
        "measured": prices is not None if priced else cost is not None,
        "asks": _asks(arm),
        "prices": prices,
        "cost_us": None if cost is None else tidy(cost.value),
        "round_trips": tidy(sum(row.value for row in reads)),
        "model": _model(model),
        "bound": _bound(arm),
        # However it broke its guarantee, it is ruled out.
        "late_accepts": None if late is None else tidy(max(late.value, float(failed))),
        "worst_s": None if worst is None else tidy(worst.value / 1e3),
        "sizes": [[row.claims or 0, tidy(row.value)] for row in sizes],
        "claims_max": None if ceiling is None else tidy(ceiling.value),
        "store_bytes": None if kept is None else tidy(kept.value),
        "stays_in": _stays_in(outages),
        # Where a revoke waits for expiry, an outage takes nothing away from it.
        "stays_out": arm.strength == "at-expiry" or _stays_out(outages),
        "faults": _objections(outages, expires=arm.strength == "at-expiry"),
        "rows": [_shown(row) for row in used if row is not None] + _told(outages),
    }


def _prices(results: Results, arm: Arm) -> tuple[Facts | None, list[Row]]:
    """Return what each event costs, if every event of a login's life has a price."""
    needed = weights(Use(1.0, 1.0), token=arm.mechanism == "token")
    found, rows = {}, []
    for event in EVENTS:
        us = results.find("journey_cpu_us", arm.name, event=event)
        operations = results.find("journey_store_operations", arm.name, event=event)
        if event not in needed:
            continue
        if us is None or operations is None:
            return None, []
        low, high = us.ci_low, us.ci_high
        half_us = 0.0 if low is None or high is None else (high - low) / 2
        found[event] = {
            "us": tidy(us.value),
            "half_us": tidy(half_us),
            "operations": tidy(operations.value),
        }
        rows.append(us)
    return found, rows


def _asks(arm: Arm) -> bool:
    """Return whether it is a token that asks a store whenever it is verified."""
    knows = (*POLLING, "pushed")
    return arm.mechanism == "token" and bool(arm.asked_store) and arm.strategy not in knows


def _bound(arm: Arm) -> Facts:
    """Return for how long a revoked login may work, and which variable decides it."""
    kind = "fixed"
    if arm.strength == "at-expiry":
        kind = "token"
    elif arm.strength == "within" and arm.strategy in POLLING:
        kind = "poll"
    elif arm.strength == "within" and arm.cached:
        kind = "cache"
    return {"kind": kind, "s": tidy(arm.bound_s)}


def _objections(
    outages: list[tuple[str, Row | None, Row | None]], *, expires: bool
) -> list[dict[str, str]]:
    """Return what the run's own faults did to it: whom they locked out, whom they let in."""
    out = [f for f, valid, _ in outages if valid is not None and valid.value < ALL]
    let_in = [f for f, _, revoked in outages if revoked is not None and revoked.value > NONE]
    found = [("locked_out", out), ("let_in", [] if expires else let_in)]
    return [{"text": text, "faults": ", ".join(faults)} for text, faults in found if faults]


def _model(model: Model | None) -> Facts | None:
    """Return what grows; the fixed part is that of the request, not of the hot loop."""
    if model is None:
        return None
    values = {metric: tidy(estimate.value) for metric, estimate in model.parts.items()}
    return {
        "round_trips": values.get("model_round_trips", 0.0),
        "claim_us": values.get("model_claim_us", 0.0),
        "tenfold_us": values.get("model_tenfold_us", 0.0),
        "base": tidy(model.base),
    }


def _depth(results: Results, name: str) -> list[Row]:
    """Return the store operations of one request that wait for each other, read or write."""
    found = [results.find(m, name, layer="span") for m in ("store_reads", "store_writes")]
    return [row for row in found if row is not None]


def _sizes(results: Results, name: str) -> list[Row]:
    rows = [
        row
        for row in results.rows
        if row.metric == "request_bytes" and row.scheme == name and row.users is None
    ]
    return sorted(rows, key=lambda row: row.claims or 0)


def _outages(results: Results, name: str) -> list[tuple[str, Row | None, Row | None]]:
    found = []
    for one in results.faults:
        if one.scheme == name and one.applies:
            during = one.found.get("revoked_accept_rate")
            after = one.found.get("revoked_accept_rate_after")
            rows = [row for row in (during, after) if row is not None]
            worst = max(rows, key=lambda row: row.value, default=None)
            found.append((one.fault, one.found.get("valid_accept_rate"), worst))
    return found


def _stays_in(outages: list[tuple[str, Row | None, Row | None]]) -> bool | None:
    """Return whether the valid stay in while the store is down; None where it was not measured."""
    rates = [valid.value for fault, valid, _ in outages if fault in DOWN and valid is not None]
    return min(rates) >= ALL if rates else None


def _stays_out(outages: list[tuple[str, Row | None, Row | None]]) -> bool | None:
    """Return whether the revoked stay out through every fault; None where it was not measured."""
    rates = [revoked.value for _, _, revoked in outages if revoked is not None]
    return max(rates) <= NONE if rates else None


def _told(outages: list[tuple[str, Row | None, Row | None]]) -> list[list[str]]:
    return [
        _shown(row, fault)
        for fault, *rows in outages
        if fault in DOWN + LOST
        for row in rows
        if row is not None
    ]


def _first(rows: list[Row]) -> Iterable[Row]:
    """Return the ends of a line; what lies between is interpolated."""
    return rows if len(rows) < 2 else (rows[0], rows[-1])


def _shown(row: Row, about: str = "") -> list[str]:
    conditions = [text for text in (about, row.event) if text]
    if row.claims is not None:
        conditions.append(f"{row.claims} claims")
    return [row.metric, measured(row), ", ".join(conditions)]
