"""Somebody's system, and what each scheme costs and gives up there.

templates/answer.js computes the same in the page; a test holds the two together, so arithmetic
is done in one order here and there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..headline import STORE_MS

Known = dict[str, Any]
"""A scheme, or all that the first screen knows, as `facts` builds it."""
SCALES: dict[str, list[float]] = {
    "rtt_ms": [0, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5],
    "life_s": [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400],
    "every_s": [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600],
    "whole_ms": [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
    "need_s": [0, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 86_400],
}
"""What each slider can be set to."""
TOUCH_S = 60.0
"""The touch interval of the demo app."""
TIED_NOISE = 2.0
"""Costs that differ by less than so many times the noise are the same."""


@dataclass(frozen=True)
class System:
    """The reader's system: what the sliders of the first screen set."""

    rtt_ms: float = STORE_MS
    """Round trip between app and store."""
    life_s: float = 900.0
    """Lifetime of an access token."""
    every_s: float = 10.0
    """Between two requests of one user."""
    whole_ms: float = 20.0
    """What a request takes in all."""
    need_s: float = 60.0
    """How soon a logout must take effect."""
    survive: str = "nothing"
    """What must survive a store failure: `nothing`, `logins`, `revocations` or `both`."""


def cost_us(scheme: Known, system: System) -> float | None:
    """Return what a scheme adds to a request, on average; None if it was not measured."""
    if scheme["us"] is None:
        return None
    if scheme["cached_s"] is None or scheme["miss_us"] is None:
        return float(scheme["us"] + scheme["slope_us"] * system.rtt_ms)
    miss = miss_us(scheme, system)
    return float(scheme["us"] + missing(scheme, system) * (miss - scheme["us"]))


def miss_us(scheme: Known, system: System) -> float:
    """Return what a request costs that the cache has no answer for."""
    return float(scheme["miss_us"] + scheme["miss_slope_us"] * system.rtt_ms)


def missing(scheme: Known, system: System) -> float:
    """Return the share of requests that a cache has no answer for.

    One user, one server, random moments: each miss is followed by the requests of one cache
    lifetime.
    """
    return float(1 / (1 + scheme["cached_s"] / system.every_s))


def times_by_round(dear: Known, cheap: Known, system: System) -> list[float]:
    """Return how many times as much *dear* adds as *cheap*, round by round.

    Empty where one has a cache, whose rounds were measured at one hit rate, or added nothing.
    """
    rounds = min(len(dear["blocks"]), len(cheap["blocks"]))
    if rounds < 2 or dear["miss_us"] is not None or cheap["miss_us"] is not None:
        return []
    above, below = (
        [us + one["slope_us"] * system.rtt_ms for us in one["blocks"][:rounds]]
        for one in (dear, cheap)
    )
    if min(below) <= 0 or min(above) <= 0:
        return []
    return [one / other for one, other in zip(above, below, strict=True)]


def life_us(scheme: Known, system: System) -> float | None:
    """Return the processor time of a request, app and store, with its share of what recurs.

    A token is renewed by the first request after it expired, a session touched by the first after
    the touch interval, at random moments. None if this run has no prices.
    """
    prices = scheme["prices"]
    if prices is None:
        return None
    if scheme["kind"] == "token":
        return float(prices["check"] + prices["renewal"] / (1 + system.life_s / system.every_s))
    touched = 1 / (1 + TOUCH_S / system.every_s)
    return float(prices["check"] + touched * (prices["touch"] - prices["check"]))


def ends_s(scheme: Known, system: System) -> float:
    """Return how long a stolen login works after it was revoked."""
    if scheme["ends"] == "immediate":
        return 0.0
    return system.life_s if scheme["ends"] == "at-expiry" else float(scheme["bound_s"])


def lacks(scheme: Known, system: System) -> str:
    """Return why a scheme will not do, as the name of a text; empty if it will."""
    if scheme["local"]:
        return "lack_local"
    if scheme["broken"]:
        return "lack_broken"
    if ends_s(scheme, system) > system.need_s:
        return "lack_late"
    if system.survive in ("logins", "both") and scheme["stays_in"] is False:
        return "lack_down"
    if system.survive in ("revocations", "both") and scheme["stays_out"] is False:
        return "lack_back"
    return ""


def ranked(known: Known, system: System) -> list[Known]:
    """Return the schemes with a cost, cheapest first."""
    costed: list[tuple[float, str, Known]] = [
        (cost, one["id"], one)
        for one in known["schemes"]
        if (cost := cost_us(one, system)) is not None and one["ours"]
    ]
    return [one for _, _, one in sorted(costed, key=lambda item: item[:2])]


def advised(known: Known, system: System) -> list[Known]:
    """Return the schemes that lack nothing, the best first.

    Of those that cost the same as the cheapest, first who keeps people in while the store is down.
    """
    able = [one for one in ranked(known, system) if not lacks(one, system)]
    tied = [one for one in able[1:] if is_unsure(known, able[0], one, system)]
    first = sorted([*able[:1], *tied], key=lambda one: one["stays_in"] is not True)
    return [*first, *(one for one in able if one not in first)]


def is_unsure(known: Known, one: Known, other: Known, system: System) -> bool:
    """Return whether the order of two schemes cannot be told, in this run or at this distance."""
    noise = known["noise_us"]
    mine, others = cost_us(one, system), cost_us(other, system)
    if noise is None or mine is None or others is None:
        return True
    if abs(mine - others) < TIED_NOISE * noise:
        return True
    pair = [one["id"], other["id"]]
    if pair not in known["unsure"] and pair[::-1] not in known["unsure"]:
        return False
    moved: Any = (mine - one["us"]) - (others - other["us"])
    return bool(abs(moved) < TIED_NOISE * noise)
