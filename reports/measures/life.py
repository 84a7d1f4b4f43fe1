"""What a login does in its life: how often each event comes with one request.

Requests come at random (a Poisson process). A token is renewed by the first request that finds it
expired, or in the background as soon as it expires; a session is touched by the first request after
the touch interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

TOUCH_S = 60.0
"""The touch interval of the demo app."""
HOURS = 8.0
UPDATES = 0.05
HOUR_S = 3600.0


@dataclass(frozen=True)
class Use:
    """How people use a service."""

    every_s: float
    """Seconds between two requests of a login, on average."""
    token_s: float
    """Lifetime of an access token."""
    touch_s: float = TOUCH_S
    updates: float = UPDATES
    """Share of requests that change something."""
    requests: float | None = None
    """Requests of a login; None: those of `HOURS` hours."""
    ahead: bool = False
    """Whether clients renew in the background."""

    @property
    def per_login(self) -> float:
        """Requests of a login."""
        return max(1.0, HOURS * HOUR_S / self.every_s if self.requests is None else self.requests)


def weights(use: Use, *, token: bool) -> dict[str, float]:
    """Return how often each event happens for each request of a login."""
    found = {
        "update": use.updates,
        "login": 1 / use.per_login,
        "logout": 1 / use.per_login,
    }
    reads = 1 - use.updates
    if not token:
        touched = first_after(use.touch_s / use.every_s, use.per_login)
        return found | {"check": reads * (1 - touched), "touch": reads * touched}
    renewed = first_after(use.token_s / use.every_s, use.per_login)
    if use.ahead:
        renewed = max(renewed, use.every_s / use.token_s)
    return found | {"check": reads, "renewal": renewed}


def first_after(requests: float, per_login: float) -> float:
    """
    Return the share of requests that are the first after an interval.

    *requests* is how many come in one interval, *per_login* how many a login makes; both are means,
    and a login ends after any request with the same chance. For long logins 1 / (1 + *requests*).
    """
    ends = 1 / per_login
    outlives = math.exp(-requests * ends)
    return ends * outlives / (1 - (1 - ends) * outlives)
