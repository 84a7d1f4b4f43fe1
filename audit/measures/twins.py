"""Equal arms: what a scheme measured twice differs by from itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..figures import Found
from ..intervals import Estimate
from ..raw import Records
from .lookup import TIMES, pairs, preferring, timed

FACTORS = {"auth_us": 1.0, "app_us": 1.0, "request_ms": 1e3}
"""To microseconds, of the times that have a pair."""


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row of `aa_noise_store_us`."""
    twice = [
        (arm["name"], arm["scheme"])
        for arm in records.run["arms"]
        if arm["name"] != arm["scheme"] and arm["scheme"] != records.control
    ]
    for metric, factor in FACTORS.items():
        layer, take = TIMES[metric]
        series = preferring("interleaved", timed(records, layer, take))
        for again, scheme in twice:
            for one, apart in pairs(series, again, scheme):
                ends = [abs(e) for e in (apart.value, apart.low, apart.high) if e is not None]
                floor = Estimate(max(ends) * factor, n=apart.n, rounds=apart.rounds)
                noted = {"less": scheme, "layer": "app" if metric == "app_us" else layer}
                arm = records.arm(scheme)
                asks = arm.get("store") and arm.get("strategy") != "expiry"
                name = "aa_noise_store_us" if asks else "aa_noise_token_us"
                yield Found("calibration", again, name, floor, one.regime, noted)
