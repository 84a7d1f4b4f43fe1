"""Situations, and what a senior architect would answer; costs are like those of a standard run."""

from __future__ import annotations

from typing import Any, NamedTuple

from reports.advice import Facts
from reports.advice.cost import CONSTANTS, EVENTS
from reports.advice.texts import NUMBERS, TEXTS

NOTHING = ""
"""The answer that no scheme will do."""
SESSION, SESSION_BEARER = "session-cookie-redis", "session-bearer-redis"
CACHED, MEMORY = "session-cookie-redis-cached", "session-cookie-memory"
HS256, HS256_COOKIE = "token-bearer-hs256-expiry", "token-cookie-hs256-expiry"
ES256, LISTS = "token-bearer-es256-expiry", "token-bearer-es256-statuslist-redis"
DENYLIST, SNAPSHOT = "token-bearer-hs256-denylist-redis", "token-bearer-hs256-snapshot-redis"
DENYLIST_COOKIE = "token-cookie-hs256-denylist-redis"


class Situation(NamedTuple):
    """Somebody's circumstances, in words and as what differs from the usual question."""

    words: str
    asked: dict[str, Any]
    answer: str


def known() -> Facts:
    """Return what a run knows that measured everything."""
    return {
        "run": "made-up",
        "valid": True,
        "noise_us": 1.0,
        "bare_us": 300.0,
        "farthest_ms": 5.0,
        "most_sessions": 1e7,
        "schemes": [
            _session(MEMORY, 35, 60, shared=False, networked=False),
            _session(CACHED, 60, 200, cached=True),
            _session(SESSION, 110, 300),
            _session(SESSION_BEARER, 108, 298),
            _session("session-cookie-postgres", 330, 900),
            _token(HS256, 60, 620, "secret", "token"),
            _token(HS256_COOKIE, 66, 640, "secret", "token"),
            _token(ES256, 130, 720, "public-key", "token", elsewhere=True),
            _token(DENYLIST, 133, 640, "secret", "fixed", asks=True),
            _token(DENYLIST_COOKIE, 140, 660, "secret", "fixed", asks=True),
            _token("token-bearer-es256-denylist-redis", 200, 740, "public-key", "fixed", asks=True),
            _token(SNAPSHOT, 66, 630, "secret", "poll"),
            _token(LISTS, 145, 740, "public-key", "poll", elsewhere=True),
        ],
        "constants": CONSTANTS,
        "events": EVENTS,
        "texts": TEXTS,
        "numbers": NUMBERS,
    }


def _prices(**events: tuple[float, float]) -> dict[str, dict[str, float]]:
    return {
        event: {"us": us, "half_us": us / 100, "operations": operations}
        for event, (us, operations) in events.items()
    }


def _session(name: str, check: float, touch: float, **more: Any) -> Facts:
    found = _scheme(name, 43.0, **more)
    found |= {"mechanism": "session", "verified_with": "store"}
    found["prices"] = _prices(
        check=(check, 1), touch=(touch, 2), update=(400, 2), login=(400, 1), logout=(270, 1)
    )
    found["bound"] = {"kind": "cache" if found["cached"] else "fixed", "s": 0.0}
    return found | {"stays_in": False, "stays_out": True}


def _token(
    name: str, check: float, renewal: float, verified_with: str, bound: str, **more: Any
) -> Facts:
    asks = more.pop("asks", False)
    found = _scheme(name, 320.0, **more) | {"asks": asks}
    found |= {"mechanism": "token", "verified_with": verified_with}
    found["prices"] = _prices(
        check=(check, asks), update=(360, 1), renewal=(renewal, 2), login=(420, 1), logout=(300, 1)
    )
    found["bound"] = {"kind": bound, "s": 0.0}
    found["claims_max"] = 100.0 if "cookie" in name else None
    return found | {"stays_in": not asks, "stays_out": bound != "fixed"}


def _scheme(name: str, size: float, **more: Any) -> Facts:
    return {
        "name": name,
        "title": name,
        "transport": name.split("-")[1],
        "shared": True,
        "cached": False,
        "networked": True,
        "elsewhere": False,
        "measured": True,
        "cost_us": None,
        "round_trips": 0.0,
        "model": None,
        "late_accepts": 0,
        "worst_s": 0.0,
        "sizes": [[0, size]],
        "claims_max": None,
        "store_bytes": 560.0,
        "faults": [],
        "asks": False,
        "rows": [],
        **more,
    }


B, M, S = {"caller": "browser"}, {"caller": "mobile"}, {"caller": "service"}
AT_ONCE = {"revoke_within_s": 0}
TEN_MINUTES = {"revoke_within_s": 600}
SITUATIONS = [
    Situation("a shop in browsers, logouts at once", {**B, **AT_ONCE}, SESSION),
    Situation("the same on one machine", {**B, **AT_ONCE, "nodes": 1}, MEMORY),
    Situation("browsers, a minute will do, busy", {**B, "every_s": 1}, CACHED),
    Situation("browsers, no cache may be trusted", {**B, "revoke_within_s": 1}, SESSION),
    Situation("browsers, a cache for a minute", {**B, "cache_s": 60, "every_s": 1}, CACHED),
    Situation("browsers, a cache for an hour is too long", {**B, "cache_s": 3600}, SESSION),
    Situation("a mobile app, logouts at once", {**M, **AT_ONCE}, SESSION_BEARER),
    Situation(
        "a mobile app that sleeps all day", {**M, **TEN_MINUTES, "every_s": 3600}, SESSION_BEARER
    ),
    Situation(
        "a chatty app, hour-long tokens",
        {**M, "revoke_within_s": 3600, "token_s": 3600, "every_s": 5},
        HS256,
    ),
    Situation(
        "services, ten minutes, one request a second", {**S, **TEN_MINUTES, "every_s": 1}, HS256
    ),
    Situation(
        "services, a minute, one request a second", {**S, "token_s": 60, "every_s": 1}, HS256
    ),
    Situation(
        "services, one request in five minutes, tokens of one",
        {**S, "token_s": 60, "every_s": 300},
        SESSION_BEARER,
    ),
    Situation(
        "services, one request in five minutes, tokens of an hour",
        {**S, "token_s": 3600, "every_s": 300, "revoke_within_s": 3600},
        HS256,
    ),
    Situation("services, at once", {**S, **AT_ONCE, "every_s": 1}, SESSION_BEARER),
    Situation(
        "services, hour-long tokens, revoked within ten seconds",
        {**S, "token_s": 3600, "revoke_within_s": 10, "every_s": 1},
        SNAPSHOT,
    ),
    Situation(
        "the same, but nodes look every two minutes",
        {**S, "token_s": 3600, "revoke_within_s": 10, "every_s": 1, "poll_s": 120},
        SESSION_BEARER,
    ),
    Situation(
        "browsers, a poll would do, and only a cookie", {**B, "cache_s": 90, "every_s": 1}, SESSION
    ),
    Situation("other teams verify", {**S, **TEN_MINUTES, "verifier": "teams", "every_s": 1}, ES256),
    Situation(
        "third parties verify", {**S, **TEN_MINUTES, "verifier": "third", "every_s": 1}, ES256
    ),
    Situation(
        "third parties, within ten seconds",
        {**S, "verifier": "third", "revoke_within_s": 10},
        LISTS,
    ),
    Situation("third parties, at once", {**S, **AT_ONCE, "verifier": "third"}, NOTHING),
    Situation("third parties, in browsers", {**B, **TEN_MINUTES, "verifier": "third"}, NOTHING),
    Situation("other teams, a mobile app", {**M, **TEN_MINUTES, "verifier": "teams"}, ES256),
    Situation(
        "browsers, logins survive an outage",
        {**B, **TEN_MINUTES, "survive": "logins"},
        HS256_COOKIE,
    ),
    Situation(
        "browsers, revocations survive an outage",
        {**B, **AT_ONCE, "survive": "revocations"},
        SESSION,
    ),
    Situation("both survive, at once", {**B, **AT_ONCE, "survive": "both"}, NOTHING),
    Situation(
        "services, both survive, ten minutes",
        {**S, **TEN_MINUTES, "survive": "both", "every_s": 1},
        HS256,
    ),
    Situation(
        "services, both survive, ten seconds",
        {**S, "survive": "both", "revoke_within_s": 10},
        SNAPSHOT,
    ),
    Situation(
        "services, the store in another region", {**S, **TEN_MINUTES, "round_trip_ms": 30}, HS256
    ),
    Situation(
        "browsers, the store in another region, ten minutes",
        {**B, **TEN_MINUTES, "round_trip_ms": 30},
        HS256_COOKIE,
    ),
    Situation(
        "browsers, the store in another region, at once, rare requests",
        {**B, **AT_ONCE, "round_trip_ms": 30, "every_s": 300},
        SESSION,
    ),
    Situation(
        "browsers, 200 claims, logins survive",
        {**B, **TEN_MINUTES, "claims": 200, "survive": "logins"},
        NOTHING,
    ),
    Situation("browsers, 200 claims", {**B, **TEN_MINUTES, "claims": 200, "cache_s": 900}, SESSION),
    Situation(
        "a day-long token, revoked within a minute, browsers", {**B, "token_s": 86_400}, CACHED
    ),
    Situation(
        "tokens as short as the wish, few requests, browsers",
        {**B, "token_s": 60, "every_s": 300, "cache_s": 90},
        SESSION,
    ),
]
