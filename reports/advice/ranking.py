"""Ranks the schemes of a run for somebody's circumstances.

templates/advice.js is the same in the page, line by line; a test holds the two together, so
arithmetic here is done in the one order that both share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .facts import Facts

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Question:
    """Somebody's circumstances."""

    round_trip_ms: float = 0.5
    nodes: float = 3
    requests_per_s: float = 500
    sessions: float = 100_000
    claims: float = 4
    revoke_within_s: float = 60
    survive: str = "nothing"
    """What must survive an outage of the store: `nothing`, `logins`, `revocations` or `both`."""


@dataclass(frozen=True)
class Ranked:
    """One scheme, in the order of preference."""

    name: str
    cost_us: float
    bytes: float
    bites_s: float
    lacks: tuple[dict[str, Any], ...]
    """Why it cannot be chosen; empty if it can."""


@dataclass(frozen=True)
class Advice:
    """The schemes in order, and what argues against the first."""

    ranked: tuple[Ranked, ...]
    against: tuple[dict[str, Any], ...]


def advise(known: Facts, question: Question) -> Advice:
    """Rank every scheme: those that lack nothing first, cheapest first."""
    ranked = [_ranked(scheme, question) for scheme in known["schemes"]]
    ranked.sort(key=lambda one: (len(one.lacks), one.cost_us, one.name))
    return Advice(tuple(ranked), tuple(_against(known, question, ranked)))


def _ranked(scheme: Facts, question: Question) -> Ranked:
    return Ranked(
        name=scheme["name"],
        cost_us=_cost_us(scheme, question),
        bytes=_bytes(scheme, question.claims),
        bites_s=_bites_s(scheme),
        lacks=tuple(_lacks(scheme, question)),
    )


def _cost_us(scheme: Facts, question: Question) -> float:
    """Give the cost inside the request, and what distance, claims and sessions add to it."""
    model = scheme["model"]
    trips = scheme["round_trips"] if model is None else model["round_trips"]
    cost: float = scheme["cost_us"] + trips * question.round_trip_ms * 1000
    if model is None:
        return cost
    cost = cost + model["claim_us"] * question.claims
    if question.sessions > model["base"]:
        cost = cost + model["tenfold_us"] * math.log10(question.sessions / model["base"])
    return cost


def _bytes(scheme: Facts, claims: float) -> float:
    """Interpolate between the sizes measured, and prolong the last line beyond them."""
    sizes = scheme["sizes"]
    if not sizes:
        return 0.0
    if len(sizes) == 1:
        return float(sizes[0][1])
    place = 1
    while place < len(sizes) - 1 and sizes[place][0] < claims:
        place += 1
    left, right = sizes[place - 1], sizes[place]
    slope = (right[1] - left[1]) / (right[0] - left[0])
    return float(left[1] + slope * (claims - left[0]))


def _bites_s(scheme: Facts) -> float:
    """Give the bound that it claims, or what was seen where that was longer."""
    if scheme["late_accepts"] and scheme["worst_s"] is not None:
        return float(max(scheme["bound_s"], scheme["worst_s"]))
    return float(scheme["bound_s"])


def _lacks(scheme: Facts, question: Question) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if question.nodes > 1 and not scheme["shared"]:
        found.append({"text": "one_machine", "nodes": question.nodes})
    if scheme["late_accepts"]:
        found.append({"text": "broke_claim"})
    bites_s = _bites_s(scheme)
    if bites_s > question.revoke_within_s:
        found.append(
            {"text": "bites_late", "bites_s": bites_s, "wanted_s": question.revoke_within_s}
        )
    ceiling = scheme["claims_max"]
    if ceiling is not None and question.claims > ceiling:
        found.append({"text": "too_many_claims", "claims_max": ceiling, "claims": question.claims})
    if question.survive in ("logins", "both") and scheme["stays_in"] is False:
        found.append({"text": "out_when_down"})
    if question.survive in ("revocations", "both") and scheme["stays_out"] is False:
        found.append({"text": "back_in"})
    return found


def _against(known: Facts, question: Question, ranked: list[Ranked]) -> list[dict[str, Any]]:
    if not ranked or ranked[0].lacks:
        return []
    first = ranked[0]
    scheme = next(one for one in known["schemes"] if one["name"] == first.name)
    found = _among(known, question, ranked, first)
    store_per_s = scheme["round_trips"] * question.requests_per_s
    if store_per_s > 0:
        found.append({"text": "asks_store", "store_per_s": store_per_s})
    if first.bites_s > 0:
        found.append({"text": "window", "bites_s": first.bites_s})
    lifetime_s = scheme["lifetime_s"]
    if lifetime_s is not None:
        renewals = question.sessions / lifetime_s
        found.append({"text": "renewals", "renewals": renewals, "lifetime_s": lifetime_s})
    unknown = scheme["stays_in"] is None or scheme["stays_out"] is None
    if unknown and scheme["round_trips"] > 0:
        found.append({"text": "outage_unknown"})
    return found + _beyond(known, question, scheme)


def _among(
    known: Facts, question: Question, ranked: list[Ranked], first: Ranked
) -> list[dict[str, Any]]:
    """Hold the first against the others: what is as cheap, cheaper or lighter."""
    found: list[dict[str, Any]] = []
    noise = known["noise_us"]
    second = ranked[1] if len(ranked) > 1 and not ranked[1].lacks else None
    if second is not None and noise is not None and second.cost_us - first.cost_us < 2 * noise:
        found.append({"text": "near", "other": second.name})
    for one in ranked[1:]:
        if one.lacks and one.cost_us < first.cost_us:
            less = first.cost_us - one.cost_us
            why = one.lacks[0]
            found.append({"text": "cheaper_but", "other": one.name, "less_us": less, "why": why})
    able = [one for one in ranked if not one.lacks]
    lightest = min(able, key=lambda one: one.bytes)
    more = first.bytes - lightest.bytes
    if more > 0:
        gb_a_day = more * question.requests_per_s * SECONDS_A_DAY / 1_000_000_000
        found.append(
            {
                "text": "heavier",
                "other": lightest.name,
                "more_bytes": more,
                "gb_a_day": gb_a_day,
            }
        )
    return found


def _beyond(known: Facts, question: Question, scheme: Facts) -> list[dict[str, Any]]:
    """Say where the question lies outside of what the run measured."""
    found: list[dict[str, Any]] = []
    if scheme["model"] is None:
        found.append({"text": "no_model"})
    else:
        if question.round_trip_ms > known["farthest_ms"] and scheme["round_trips"] > 0:
            found.append(
                {
                    "text": "far",
                    "rtt_ms": question.round_trip_ms,
                    "farthest_ms": known["farthest_ms"],
                }
            )
        if question.sessions > known["most_sessions"]:
            found.append(
                {
                    "text": "many",
                    "sessions": question.sessions,
                    "most_sessions": known["most_sessions"],
                }
            )
    if not known["valid"]:
        found.append({"text": "not_valid"})
    return found
