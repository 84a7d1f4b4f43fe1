"""What a synthetic run may have besides the usual schemes: other libraries', and equal arms."""

from __future__ import annotations

from bench.records import Arm
from tests.schemes import arm

from .truths import Truth

FLASK_SESSION, FLASK_JWT = "session-cookie-flasksession-redis", "token-bearer-flaskjwt-expiry"
JOSERFC, AGAIN = "token-bearer-joserfc-expiry", "session-cookie-redis-again"
COSTS_US = {FLASK_SESSION: 180.0, FLASK_JWT: 20.0, JOSERFC: 40.0, AGAIN: 90.0}
"""Half, twice and once what ours cost; and the session in Valkey once more."""
STORE_NOISE_US = 3.0
"""What the arm measured again truly differs by: a disturbance that only a store brings."""


def rival(name: str, mechanism: str, library: str, beside: str, apart: str = "") -> Arm:
    """Give an arm of another library."""
    return Arm(
        name=name,
        scheme=name,
        summary="Another's.",
        mechanism=mechanism,  # type: ignore[arg-type]  # one of the three
        library=library,
        configuration="https://example.org/docs",
        beside=beside,
        apart=apart,
    )


ARMS = (
    rival(FLASK_SESSION, "session", "Flask-Session 0.8.0", "session-cookie-redis"),
    rival(FLASK_JWT, "token", "Flask-JWT-Extended 4.7.1", "token-bearer-hs256-expiry"),
    rival(JOSERFC, "token", "joserfc 1.0.0", "token-bearer-hs256-expiry"),
    arm("session-cookie-redis", name=AGAIN),
)


def truth() -> Truth:
    """Give the usual truths, and those of the others."""
    costs = {**Truth().cost_us, **COSTS_US}
    costs[AGAIN] += STORE_NOISE_US
    return Truth(cost_us=costs)
