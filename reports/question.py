"""What an advice is asked: somebody's circumstances, with bounds, for the command and the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

ANY, BROWSER, MOBILE, SERVICE = "any", "browser", "mobile", "service"
OURS, TEAMS, THIRD = "ours", "teams", "third"
NOTHING, LOGINS, REVOCATIONS, BOTH = "nothing", "logins", "revocations", "both"


@dataclass(frozen=True)
class Question:
    """Somebody's circumstances."""

    caller: str = ANY
    verifier: str = OURS
    survive: str = NOTHING
    """What must survive an outage of the store."""
    revoke_within_s: float = 60
    every_s: float = 30
    """Seconds between two requests of a login, on average."""
    sessions: float = 100_000
    """Live logins."""
    token_s: float = 300
    """Lifetime of an access token."""
    poll_s: float = 5
    """Between two looks of a node for new denials."""
    cache_s: float = 5
    """For how long a node trusts a session it has looked up."""
    round_trip_ms: float = 0.5
    nodes: float = 3
    claims: float = 4
    core_hour: float = 0
    """Price of a processor core for an hour, in any currency; so are those that follow."""
    million_operations: float = 0
    traffic_gb: float = 0
    memory_gb_hour: float = 0


class Number(NamedTuple):
    """A number that is asked for."""

    label: str
    least: float
    most: float
    step: float | str = "any"


NUMBERS: Mapping[str, Number] = {
    "revoke_within_s": Number("A revocation must work within, s", 0, 31_536_000),
    "every_s": Number("Seconds between two requests of a login", 0.01, 86_400),
    "sessions": Number("Live logins", 1, 10_000_000_000, 1),
    "token_s": Number("Lifetime of an access token, s", 1, 604_800),
    "poll_s": Number("Nodes look for new denials every, s", 0.1, 86_400),
    "cache_s": Number("A node trusts a cached session for, s", 0, 86_400),
    "round_trip_ms": Number("Round trip to your store, ms", 0, 1_000),
    "nodes": Number("Nodes that answer requests", 1, 100_000, 1),
    "claims": Number("Claims, or values kept for a caller", 0, 10_000, 1),
    "core_hour": Number("Price of a core for an hour", 0, 1_000_000),
    "million_operations": Number("Price of a million store operations", 0, 1_000_000),
    "traffic_gb": Number("Price of a GB of traffic", 0, 1_000_000),
    "memory_gb_hour": Number("Price of a GB of store memory for an hour", 0, 1_000_000),
}
CHOICES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "caller": (
        "Who calls",
        {
            ANY: "any of them",
            BROWSER: "browsers",
            MOBILE: "mobile apps",
            SERVICE: "services and scripts",
        },
    ),
    "verifier": (
        "Who verifies a login",
        {
            OURS: "our own nodes",
            TEAMS: "services of other teams, too",
            THIRD: "third parties, too",
        },
    ),
    "survive": (
        "What must survive while the store is in trouble",
        {
            NOTHING: "nothing",
            LOGINS: "logins: the valid stay in",
            REVOCATIONS: "revocations: the revoked stay out",
            BOTH: "both",
        },
    ),
}
