"""The names that people read: of the built-in schemes, their families, their stores and strategies.

The page, the command line, the demo and the labs take them from here, by `Scheme.title` and
`Scheme.family`.
"""

from __future__ import annotations

from typing import Literal

Transport = Literal["cookie", "bearer", "url", "form"]
STORES = {"memory": "memory", "sqlite": "SQLite", "redis": "Redis", "postgres": "PostgreSQL"}
STRATEGIES = {
    "expiry": " without revocation",
    "denylist": " + denylist",
    "generation": " + generations",
    "snapshot": " + polled denylist",
    "pushed": " + pushed denylist",
    "statuslist": " + status list",
    "filter": " + Bloom filter",
}
CARRIED = {
    "cookie": ", in a cookie",
    "bearer": ", as bearer",
    "url": ", in the address",
    "form": ", in a form field",
}
USUAL_ALGORITHM = "HS256"
"""Left out of titles."""


def session_family(cached: bool = False) -> str:
    """Return the family of sessions: `Session` or `Cached session`."""
    return "Cached session" if cached else "Session"


def session_title(transport: Transport, store: str, cached: bool = False) -> str:
    """Return a title such as `Session in Redis`; a cookie goes without saying."""
    carried = "" if transport == "cookie" else CARRIED[transport]
    return f"{session_family(cached)} in {STORES[store]}{carried}"


def token_family(strategy: str, cached: bool = False) -> str:
    """Return the family of tokens under *strategy*, such as `JWT + denylist`."""
    return f"{'Cached ' if cached else ''}JWT{STRATEGIES[strategy]}"


def token_title(transport: Transport, algorithm: str, strategy: str, store: str | None) -> str:
    """Return a title such as `JWT ES256 + denylist in Redis`; bearer and HS256 are left out."""
    signed = "" if algorithm == USUAL_ALGORITHM else f" {algorithm}"
    where = f" in {STORES[store]}" if store else ""
    carried = "" if transport == "bearer" else CARRIED[transport]
    return f"JWT{signed}{STRATEGIES[strategy]}{where}{carried}"
