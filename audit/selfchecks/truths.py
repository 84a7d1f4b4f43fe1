"""Known truths of several kinds and sizes, which the run must find again.

None is made by the clock that measures: delays are processor time of the thread, by the kernel's
account; hashes are a fixed amount of work; and one delay lies outside the check.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..intervals import Estimate, over_blocks
from ..measures.lookup import TIMES, pairs, preferring, timed
from ..raw import Records, Series
from .check import Check

SLACK = 0.05
"""What a known delay may be missed by beyond its interval, as a share of it."""
IN_APP = (("lookup", ("span", "app")),)
DELAYS_US = {f"control-delay-{us}us": float(us) for us in (5, 50, 500)}
HASHES = {f"control-hashes-{times}": times for times in (16, 64, 256)}
OUTSIDE = "control-outside-100us"
SLOPE_OFF, OFFSET_US = 0.03, 4.0
"""What slope and offset of the delays may be off by: what waits is called, and is in no cache."""
TIMES_OFF = 0.2
"""Of the ratio of two differences between amounts of hashing."""
OUTSIDE_LEAST_US, OUTSIDE_MOST_US = 80.0, 200.0
"""Of the app: what runs after a wait is slower, and more so on a busy machine."""


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


def truths_recovered(records: Records) -> Iterator[Check]:
    """Yield whether delays, hashes and a delay outside the check come out as they were put in."""
    spans = {arm: _cost(records, arm, "auth_ns") for arm in (*DELAYS_US, *HASHES, OUTSIDE)}
    found = {arm: one.value for arm, one in spans.items() if one is not None}
    if found.keys() >= DELAYS_US.keys():
        slope, offset = np.polyfit(list(DELAYS_US.values()), [found[arm] for arm in DELAYS_US], 1)
        yield Check(
            "delays_recovered",
            abs(slope - 1) <= SLOPE_OFF and abs(offset) <= OFFSET_US,
            f"slope {slope:.3f} and offset {offset:.1f} µs over delays of 5, 50 and 500 µs",
            f"1 and 0, within {SLOPE_OFF:g} and {OFFSET_US:g} µs",
            f"known delays come out with slope {slope:.2f} and offset {offset:.1f} µs",
            IN_APP,
        )
    if found.keys() >= HASHES.keys():
        few, some, many = (found[arm] for arm in HASHES)
        # Of differences: what the first hash takes, whose code is in no cache, is in each.
        times = (many - some) / (some - few) if some > few else float("inf")
        wanted = 4.0
        yield Check(
            "hashes_recovered",
            abs(times / wanted - 1) <= TIMES_OFF,
            f"from 64 to 256 hashes takes {times:.2f} times as long as from 16 to 64",
            f"{wanted:g} times, within {100 * TIMES_OFF:g} %",
            f"four times the work takes {times:.1f} times as long",
            IN_APP,
        )
    # By the processor's clock, which other work does not stretch; `app_accounted` ties it to time.
    whole = _cost(records, OUTSIDE, "cpu_ns")
    if OUTSIDE in found and whole is not None:
        inside = found[OUTSIDE]
        yield Check(
            "outside_is_outside",
            abs(inside) <= OFFSET_US and OUTSIDE_LEAST_US <= whole.value <= OUTSIDE_MOST_US,
            f"a delay of 100 µs after the check: {inside:.1f} µs of the check, "
            f"{whole.value:.0f} µs of the app",
            f"0, and {OUTSIDE_LEAST_US:g} to {OUTSIDE_MOST_US:g} µs",
            f"a delay after the check is {inside:.0f} µs of it and {whole.value:.0f} of the app",
            IN_APP,
        )


def _cost(records: Records, arm: str, time: str) -> Estimate | None:
    """Return what a truth takes more than the control beside it, in microseconds."""
    taken: dict[int, dict[str, np.ndarray]] = {}
    for cell in records.select("calibration", "truth"):
        if cell.arm in (arm, records.control) and cell.arrays.get(time, np.zeros(0)).size:
            taken.setdefault(cell.block, {})[cell.arm] = cell.arrays[time] / 1e3
    apart = [
        float(np.median(np.subtract.outer(of[arm], of[records.control])))
        for of in taken.values()
        if len(of) > 1
    ]
    return over_blocks(apart) if apart else None
