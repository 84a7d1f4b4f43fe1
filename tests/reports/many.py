"""A run of as many schemes as the full plan has: what a first screen and a chart must bear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bench.records import Arm
from tests.schemes import arm

from . import synthetic
from .truths import FAULTS, Check, Shape, Truth

COSTS_US = {
    "session-cookie-memory": 12.0,
    "session-cookie-sqlite": 80.0,
    "session-cookie-redis": 126.0,
    "session-bearer-redis": 124.0,
    "session-cookie-redis-cached": 25.0,
    "session-cookie-postgres": 260.0,
    "token-bearer-hs256-expiry": 52.0,
    "token-cookie-hs256-expiry": 53.0,
    "token-bearer-rs256-expiry": 80.0,
    "token-bearer-ps256-expiry": 84.0,
    "token-bearer-es256-expiry": 210.0,
    "token-bearer-eddsa-expiry": 205.0,
    "token-bearer-hs256-denylist-redis": 157.0,
    "token-cookie-hs256-denylist-redis": 159.0,
    "token-bearer-es256-denylist-redis": 315.0,
    "token-bearer-hs256-denylist-sqlite": 96.0,
    "token-bearer-hs256-denylist-postgres": 300.0,
    "token-bearer-hs256-generation-redis": 158.0,
    "token-bearer-hs256-filter-redis": 56.0,
    "token-bearer-hs256-pushed-redis": 54.0,
    "token-bearer-hs256-snapshot-redis": 55.0,
    "token-bearer-hs256-statuslist-redis": 57.0,
}
"""By scheme, about what a real machine found."""
COUNT = len(COSTS_US)
WITHIN = ("cached", "filter", "pushed", "snapshot", "statuslist")
"""Ways that a revoke takes a while to reach every node by."""
WAYS = (*WITHIN, "expiry", "denylist", "generation", "memory", "sqlite", "postgres", "redis")
PUSHED = "token-bearer-hs256-pushed-redis"
CONTROLS = {"control": 0.0, "control-again": 0.0, "control-delay-100us": 100.0}
SHAPE = Shape(
    name="many",
    blocks=6,
    samples=60,
    trials=6,
    nodes=3,
    far_ms=(1.0,),
    grid_samples=20,
    everywhere=True,
)


def write(folder: Path, **changes: Any) -> Path:
    """Draw the run, of another shape if *changes* say so, and save it in *folder*."""
    usual = {arm.name for arm in synthetic.ARMS}
    more = tuple(_arm(name) for name in COSTS_US if name not in usual)
    fields = {**vars(SHAPE), "more_arms": more, **changes}
    return synthetic.write(folder, truth(), Shape(**fields), seed=3)


def truth() -> Truth:
    """Give what the run is drawn from."""
    lasting = {name: 2.0 for name in COSTS_US if _strength(name) != "immediate"}
    lasting[PUSHED] = 0.2  # and so it is on the front
    return Truth(
        cost_us={**CONTROLS, **COSTS_US},
        window_s=lasting,
        request_bytes={"control": 0.0, **{name: _bytes(name) for name in COSTS_US}},
        checks={name: _check(name, us) for name, us in COSTS_US.items()},
        outages={(name, fault): _outage(name) for name in COSTS_US for fault in FAULTS},
    )


def _arm(name: str) -> Arm:
    own = arm(name)
    bound_s = 0.0 if own.strength == "immediate" else 2.0
    return replace(own, summary=f"A scheme called {name}.", bound_s=bound_s)


def _strength(name: str) -> str:
    if name.endswith("expiry"):
        return "at-expiry"
    return "within" if any(way in name for way in WITHIN) else "immediate"


def _asks(name: str) -> bool:
    """Whether a check waits for a server to answer."""
    local = name.endswith(("memory", "sqlite"))
    return _strength(name) == "immediate" and not local


def _check(name: str, cost_us: float) -> Check:
    claim_us = 0.5 if name.startswith("token") else 0.1
    return Check(cost_us * 0.6, 1.0 if _asks(name) else 0.0, claim_us, 0.2)


def _bytes(name: str) -> float:
    if name.startswith("session"):
        return 70.0 if "cookie" in name else 67.0
    return 351.0 + 43 * ("es256" in name) + 256 * ("rs256" in name or "ps256" in name)


def _outage(name: str) -> tuple[float, float, int, float | None]:
    if _strength(name) == "at-expiry":
        return (100.0, 100.0, 200, 0.0)
    return (0.0, 0.0, 503, 0.2) if _asks(name) else (100.0, 0.0, 200, 0.0)
