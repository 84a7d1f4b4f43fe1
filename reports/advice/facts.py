"""What one run knows about each scheme, as plain data: the same for the command and the page.

Every number is that of a row of `results.csv`; nothing here ranks anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..charts.faults import ALL, NONE
from ..guarantees import broken
from ..measures.model import Model
from ..results import Results
from ..rows import Row, tidy
from ..wording import measured
from .texts import NUMBERS, TEXTS

Facts = dict[str, Any]
RANKED = ("auth_us_cost_p50", "window_ms_worst", "request_bytes")
"""The metrics that decide a ranking."""
DOWN = ("refused", "hung", "slow", "sigstop")
"""Faults in which the store says nothing of use; what it lost is another question."""
LOST = ("kill-keep", "kill-lose", "evict", "node-killed")


def facts(results: Results) -> Facts:
    """Give everything that a ranking needs: schemes, what was measured, and the words for it."""
    noise = results.noise_us("span")
    reach = [point.rtt_ms for point in results.points]
    alive = [point.condition("population") for point in results.points]
    failed = {one.scheme for one in broken(results)}
    costs = results.costs("auth_us_cost_p50")
    return {
        "run": results.recording.run.name,
        "valid": not any(row.validity == "withheld" for row in results.of(*RANKED)),
        "noise_us": None if noise is None else tidy(noise.value),
        "farthest_ms": tidy(max(reach, default=0.0)),
        "most_sessions": tidy(max(alive, default=0.0)),
        "schemes": [_scheme(results, name, name in failed) for name in costs],
        "texts": TEXTS,
        "numbers": NUMBERS,
    }


def _scheme(results: Results, name: str, failed: bool) -> Facts:
    arm = results.recording.arm(name)
    cost = results.costs("auth_us_cost_p50")[name]
    reads = _depth(results, name)
    worst = results.ending_one("window_ms_worst", name, "all")
    late = results.ending_one("late_accepts", name, "all")
    sizes = _sizes(results, name)
    ceiling = results.find("claims_max", name)
    model = next((one for one in results.models if one.scheme == name), None)
    used: list[Row | None] = [cost, *reads, worst, late, *_first(sizes), ceiling]
    used += [results.find(metric, name) for metric in (model.parts if model else ())]
    outages = _outages(results, name)
    return {
        "name": name,
        "mechanism": arm.mechanism,
        "shared": not arm.is_local,
        "cost_us": tidy(cost.value),
        "round_trips": tidy(sum(row.value for row in reads)),
        "model": _model(model),
        "bound_s": tidy(arm.bound_s),
        "lifetime_s": _lifetime_s(results) if arm.mechanism == "token" else None,
        # However it broke its guarantee, it is ruled out.
        "late_accepts": None if late is None else tidy(max(late.value, float(failed))),
        "worst_s": None if worst is None else tidy(worst.value / 1e3),
        "sizes": [[row.claims or 0, tidy(row.value)] for row in sizes],
        "claims_max": None if ceiling is None else tidy(ceiling.value),
        "stays_in": _stays_in(outages),
        # Where a revoke waits for expiry, an outage takes nothing away from it.
        "stays_out": arm.strength == "at-expiry" or _stays_out(outages),
        "rows": [_shown(row) for row in used if row is not None] + _told(outages),
    }


def _lifetime_s(results: Results) -> float | None:
    """Give how long an access token lives; None if no scheme of the run says it."""
    bounds = [arm.bound_s for arm in results.recording.run.arms if arm.strength == "at-expiry"]
    return tidy(max(bounds)) if bounds else None


def _model(model: Model | None) -> Facts | None:
    """Give what grows; the fixed part is that of the request, not of the hot loop."""
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
    """Give the store operations of one request that wait for each other, read or write."""
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
    """Say whether the valid stay in while the store is down; None where it was not measured."""
    rates = [valid.value for fault, valid, _ in outages if fault in DOWN and valid is not None]
    return min(rates) >= ALL if rates else None


def _stays_out(outages: list[tuple[str, Row | None, Row | None]]) -> bool | None:
    """Say whether the revoked stay out through every fault; None where it was not measured."""
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
    """Give the ends of a line; what lies between is interpolated."""
    return rows if len(rows) < 2 else (rows[0], rows[-1])


def _shown(row: Row, about: str = "") -> list[str]:
    conditions = [about] if about else []
    if row.claims is not None:
        conditions.append(f"{row.claims} claims")
    return [row.metric, measured(row), ", ".join(conditions)]
