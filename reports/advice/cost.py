"""What a request of one scheme costs in somebody's circumstances, from the prices of its events.

templates/advice.js is the same in the page, in the same order of arithmetic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from ..measures.life import HOURS, TOUCH_S, UPDATES, Use, weights
from ..question import MOBILE, Question

Facts = dict[str, Any]
EVENTS = ("check", "touch", "update", "renewal", "login", "logout")
"""In the order in which they are added up."""
CONSTANTS = {"touch_s": TOUCH_S, "updates": UPDATES, "hours": HOURS}


@dataclass(frozen=True)
class Cost:
    """What one request takes, over a login's life."""

    cost_us: float
    """Processor time, and the time that it waits for a distant store."""
    cpu_us: float
    half_us: float
    """Half of the interval of the processor time."""
    operations: float
    """Of the store."""
    renewals: float


def cost_of(scheme: Facts, question: Question) -> Cost | None:
    """Return what a request costs; None if this run did not measure it."""
    if not scheme["measured"]:
        return None
    prices, renewals = scheme["prices"], 0.0
    cpu_us, half_us, operations = scheme["cost_us"], 0.0, scheme["round_trips"]
    if prices is not None:
        cpu_us = operations = 0.0
        shares = _shares(scheme, question)
        renewals = shares.get("renewal", 0.0)
        for event in EVENTS:
            if event in shares:
                cpu_us = cpu_us + shares[event] * prices[event]["us"]
                half_us = half_us + shares[event] * prices[event]["half_us"]
                operations = operations + shares[event] * prices[event]["operations"]
    if scheme["cached"]:
        # Only the first request at a node after its copy is too old asks the store.
        operations = operations / (1 + question.cache_s / (question.every_s * question.nodes))
    model = scheme["model"]
    if model is not None:
        cpu_us = cpu_us + model["claim_us"] * question.claims
        if question.sessions > model["base"]:
            cpu_us = cpu_us + model["tenfold_us"] * math.log10(question.sessions / model["base"])
    waits_us = operations * question.round_trip_ms * 1000 if scheme["networked"] else 0.0
    return Cost(cpu_us + waits_us, cpu_us, half_us, operations, renewals)


def _shares(scheme: Facts, question: Question) -> dict[str, float]:
    use = Use(question.every_s, question.token_s, ahead=question.caller == MOBILE)
    return weights(use, token=scheme["mechanism"] == "token")


def bytes_of(scheme: Facts, claims: float) -> float:
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
