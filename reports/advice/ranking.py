"""Ranks the schemes of a run for somebody's circumstances.

templates/advice.js is the same in the page, line by line; a test holds the two together, so
arithmetic here is done in the one order that both share.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from ..question import (
    BOTH,
    BROWSER,
    LOGINS,
    MOBILE,
    NOTHING,
    OURS,
    REVOCATIONS,
    SERVICE,
    THIRD,
    Question,
)
from .cost import Cost, Facts, bytes_of, cost_of

SECONDS_A_DAY = 86_400
Said = dict[str, Any]
"""A text by its name, with what is filled in."""


@dataclass(frozen=True)
class Ranked:
    """One scheme, in the order of preference."""

    name: str
    cost_us: float | None
    """None if this run did not measure it."""
    bytes: float
    bites_s: float
    lacks: tuple[Said, ...]
    """Why it cannot be chosen; empty if it can."""


@dataclass(frozen=True)
class Advice:
    """The schemes in order, what argues against the first, and what it takes."""

    ranked: tuple[Ranked, ...]
    against: tuple[Said, ...]
    takes: tuple[Said, ...]


@dataclass(frozen=True)
class _One:
    scheme: Facts
    cost: Cost | None
    ranked: Ranked

    @property
    def able(self) -> bool:
        return not self.ranked.lacks


def advise(known: Facts, question: Question) -> Advice:
    """Rank every scheme: those that lack nothing first, cheapest first; ties by outages."""
    every = _without_doubles([_one(scheme, question) for scheme in known["schemes"]])
    able = sorted((one for one in every if one.able), key=_by_cost)
    tied = [one for one in able if _is_tied(known, able[0], one)]
    first = sorted(tied, key=lambda one: (-_through_outages(one), *_by_cost(one)))
    rest = [one for one in able if one not in tied]
    others = [one for one in every if not one.able]
    others.sort(key=lambda one: (one.cost is None, len(one.ranked.lacks), *_by_cost(one)))
    ordered = [*first, *rest, *others]
    against = _against(known, question, ordered, first) if first else []
    takes = _takes(known, question, first[0]) if first else []
    return Advice(tuple(one.ranked for one in ordered), tuple(against), tuple(takes))


def _one(scheme: Facts, question: Question) -> _One:
    cost = cost_of(scheme, question)
    ranked = Ranked(
        name=scheme["name"],
        cost_us=None if cost is None else cost.cost_us,
        bytes=bytes_of(scheme, question.claims),
        bites_s=_bites_s(scheme, question),
        lacks=tuple(_lacks(scheme, question, cost)),
    )
    return _One(scheme, cost, ranked)


def _without_doubles(every: list[_One]) -> list[_One]:
    """Leave out tokens that ask the store every time, where a session will do: it does the same."""
    if not any(one.able and one.scheme["mechanism"] == "session" for one in every):
        return every
    lack: Said = {"text": "like_session"}
    return [
        replace(one, ranked=replace(one.ranked, lacks=(lack,)))
        if one.able and one.scheme["asks"]
        else one
        for one in every
    ]


def _by_cost(one: _One) -> tuple[float, str]:
    return (0.0 if one.cost is None else one.cost.cost_us), one.ranked.name


def _is_tied(known: Facts, first: _One, other: _One) -> bool:
    """Return whether this run cannot tell what the two cost apart."""
    assert first.cost is not None
    assert other.cost is not None
    noise_us = 0.0 if known["noise_us"] is None else 2 * known["noise_us"]
    mine, theirs = first.cost.half_us, other.cost.half_us
    apart_us = max(noise_us, math.sqrt(mine * mine + theirs * theirs))
    return other.cost.cost_us - first.cost.cost_us <= apart_us


def _through_outages(one: _One) -> int:
    return (one.scheme["stays_in"] is True) + (one.scheme["stays_out"] is True)


def _bites_s(scheme: Facts, question: Question) -> float:
    """Return for how long a revoked login may work, or what was seen where that was longer."""
    bound = scheme["bound"]
    variables = {
        "token": question.token_s,
        "poll": question.poll_s,
        "cache": question.cache_s,
        "fixed": bound["s"],
    }
    bites_s = float(variables[bound["kind"]])
    if scheme["late_accepts"] and scheme["worst_s"] is not None:
        return float(max(bites_s, scheme["worst_s"]))
    return bites_s


def _lacks(scheme: Facts, question: Question, cost: Cost | None) -> list[Said]:
    found: list[Said] = []
    if cost is None:
        found.append({"text": "not_measured"})
    if question.nodes > 1 and not scheme["shared"]:
        found.append({"text": "one_machine", "nodes": question.nodes})
    if scheme["late_accepts"]:
        found.append({"text": "broke_claim"})
    bites_s = _bites_s(scheme, question)
    if bites_s > question.revoke_within_s:
        text = "late_token" if scheme["bound"]["kind"] == "token" else "bites_late"
        found.append({"text": text, "bites_s": bites_s, "wanted_s": question.revoke_within_s})
    ceiling = scheme["claims_max"]
    if ceiling is not None and question.claims > ceiling:
        found.append({"text": "too_many_claims", "claims_max": ceiling, "claims": question.claims})
    found += _misfits(scheme, question)
    if question.survive in (LOGINS, BOTH) and scheme["stays_in"] is False:
        found.append({"text": "out_when_down"})
    if question.survive in (REVOCATIONS, BOTH) and scheme["stays_out"] is False:
        found.append({"text": "back_in"})
    return found


def _misfits(scheme: Facts, question: Question) -> list[Said]:
    """Return why neither those who call nor those who verify can work with it."""
    found: list[Said] = []
    if question.caller == BROWSER and scheme["transport"] != "cookie":
        found.append({"text": "script_holds"})
    if question.caller in (MOBILE, SERVICE) and scheme["transport"] == "cookie":
        found.append({"text": "no_cookies"})
    if question.verifier != OURS:
        text = "third" if question.verifier == THIRD else "teams"
        if scheme["verified_with"] == "secret":
            found.append({"text": f"{text}_mint"})
        elif scheme["verified_with"] != "public-key":
            found.append({"text": f"{text}_store"})
        elif not scheme["elsewhere"]:
            found.append({"text": f"{text}_denials"})
    return found


def _against(known: Facts, question: Question, ordered: list[_One], tied: list[_One]) -> list[Said]:
    first = tied[0]
    assert first.cost is not None
    scheme = first.scheme
    found = _tie(tied) + _among(question, ordered, first)
    if first.cost.operations > 0:
        requests_per_s = question.sessions / question.every_s
        found.append({"text": "asks_store", "store_per_s": first.cost.operations * requests_per_s})
    if first.ranked.bites_s > 0:
        found.append({"text": "window", "bites_s": first.ranked.bites_s})
    if scheme["mechanism"] == "token" and question.survive != NOTHING:
        found.append({"text": "renewals_stop", "token_s": question.token_s})
    found += [dict(one) for one in scheme["faults"]]
    unknown = scheme["stays_in"] is None or scheme["stays_out"] is None
    if unknown and first.cost.operations > 0:
        found.append({"text": "outage_unknown"})
    return found + _beyond(known, question, scheme)


def _tie(tied: list[_One]) -> list[Said]:
    if len(tied) < 2:
        return []
    others = ", ".join(one.ranked.name for one in tied[1:])
    decided = _through_outages(tied[0]) > _through_outages(tied[1])
    return [{"text": "tie_outage" if decided else "tie", "others": others}]


def _among(question: Question, ordered: list[_One], first: _One) -> list[Said]:
    """Hold the first against the others: what would be cheaper, or is lighter."""
    found: list[Said] = []
    assert first.cost is not None
    for one in ordered[1:]:
        if not one.able and one.cost is not None and one.cost.cost_us < first.cost.cost_us:
            less_us = first.cost.cost_us - one.cost.cost_us
            why = one.ranked.lacks[0]
            name = one.ranked.name
            found.append({"text": "cheaper_but", "other": name, "less_us": less_us, "why": why})
    able = [one for one in ordered if one.able]
    lightest = min(able, key=lambda one: one.ranked.bytes)
    more = first.ranked.bytes - lightest.ranked.bytes
    if more > 0:
        requests_per_s = question.sessions / question.every_s
        gb_a_day = more * requests_per_s * SECONDS_A_DAY / 1_000_000_000
        other = lightest.ranked.name
        found.append({"text": "heavier", "other": other, "more_bytes": more, "gb_a_day": gb_a_day})
    return found


def _beyond(known: Facts, question: Question, scheme: Facts) -> list[Said]:
    """Return where the question lies outside of what the run measured."""
    found: list[Said] = []
    if scheme["prices"] is None:
        found.append({"text": "no_prices"})
    if scheme["model"] is None:
        found.append({"text": "no_model"})
    else:
        farthest_ms, most = known["farthest_ms"], known["most_sessions"]
        if question.round_trip_ms > farthest_ms and scheme["round_trips"] > 0:
            rtt_ms = question.round_trip_ms
            found.append({"text": "far", "rtt_ms": rtt_ms, "farthest_ms": farthest_ms})
        if question.sessions > most:
            found.append({"text": "many", "sessions": question.sessions, "most_sessions": most})
    if not known["valid"]:
        found.append({"text": "not_valid"})
    return found


def _takes(known: Facts, question: Question, first: _One) -> list[Said]:
    """Return what the first choice takes, and what that costs at the prices given."""
    cost, scheme = first.cost, first.scheme
    assert cost is not None
    requests_per_s = question.sessions / question.every_s
    found: list[Said] = []
    if known["bare_us"] is not None and cost.cpu_us + known["bare_us"] > 0:
        per_core = 1_000_000 / (cost.cpu_us + known["bare_us"])
        found.append({"text": "per_core", "per_core": per_core})
    found.append({"text": "operations", "store_per_s": cost.operations * requests_per_s})
    if cost.renewals > 0:
        renewals = cost.renewals * requests_per_s
        found.append({"text": "renewals", "renewals": renewals, "token_s": question.token_s})
    memory_gb = None
    if scheme["store_bytes"] is not None:
        memory_gb = scheme["store_bytes"] * question.sessions / 1_000_000_000
        found.append({"text": "memory", "memory_gb": memory_gb, "sessions": question.sessions})
    gb_a_day = first.ranked.bytes * requests_per_s * SECONDS_A_DAY / 1_000_000_000
    found.append({"text": "traffic", "gb_a_day": gb_a_day})
    money = cost.cpu_us / 3600 * question.core_hour
    money = money + cost.operations * question.million_operations
    money = money + first.ranked.bytes / 1000 * question.traffic_gb
    if memory_gb is not None:
        hours = 1_000_000 / requests_per_s / 3600
        money = money + memory_gb * hours * question.memory_gb_hour
    if money > 0:
        found.append({"text": "money", "money": money})
    return found
