"""Known truths: delays that the run was given, and must find again."""

from __future__ import annotations

from collections.abc import Iterator

from ..measures.lookup import TIMES, pairs, preferring, timed
from ..raw import Records, Series
from .check import Check

SLACK = 0.05
"""What a known delay may be missed by beyond its interval, as a share of it."""
IN_APP = (("lookup", ("span", "app")),)


def known_delay(records: Records) -> Iterator[Check]:
    """Yield whether the span found each delay that was put into it, give or take the noise."""
    layer, take = TIMES["auth_us"]
    series = preferring("interleaved", timed(records, layer, take))
    noise = {
        _where(one): max(abs(e) for e in (apart.value, apart.low, apart.high) if e is not None)
        for arm in records.run["arms"]
        if arm["scheme"] == records.control != arm["name"]
        for one, apart in pairs(series, arm["name"], records.control)
    }
    for arm in records.run["arms"]:
        injected = float(arm["injected_us"])
        for one, found in pairs(series, arm["name"], records.control) if injected > 0 else ():
            # At high load arms wait for each other, and through a relay no delay is looked for.
            if _where(one) != ("low", None) and one.regime.labels.get("load"):
                continue
            slack = max(SLACK * injected, noise.get(_where(one), 0.0))
            low = found.value if found.low is None else found.low
            high = found.value if found.high is None else found.high
            yield Check(
                "known_delay_recovered",
                low - slack <= injected <= high + slack,
                f"{found.value:.1f} µs [{low:.1f}, {high:.1f}]",
                f"{injected:g} µs, give or take {slack:.1f} µs",
                f"a known delay of {injected:g} µs was measured as {found.value:.0f} µs",
                IN_APP,
            )


def _where(one: Series) -> tuple[str, float | None]:
    return one.regime.labels.get("load", ""), one.regime.conditions.get("store_rtt_ms")
