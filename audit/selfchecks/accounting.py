"""Where the time of a request went: its parts fit into it, by clocks that know nothing of it.

Elapsed time is CLOCK_MONOTONIC, read by server and generator. Processor time is the kernel's own
account of the thread, and so is the time it waited for a processor. What is left is time in which
the thread slept, and it sleeps nowhere but in the store.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..raw import Records
from .check import Check
from .requests import Arrays, by_arm

SLACK_NS = 3_000
"""For the looks at the clocks themselves."""
CLOSE_US, CLOSE_SHARE = 8.0, 0.03
"""How far the medians of elapsed time and of the kernel's account of it may be apart: so much, or
this share of it."""
FEWEST = 30
"""Requests whose median says something."""
FEW = 0.01
"""Share of requests that may be otherwise, such as one that was interrupted between two looks."""
WAITED_NS = 500_000
"""A thread that was ready and waited longer than this for a processor was disturbed: one that its
store has woken waits up to 100 µs on an idle machine, which is part of asking a store."""
OFTEN = 0.25
"""Share of requests that may be, before times of an arm are rough."""
LATEST_END = 2.5
"""Times as long as the way to the app: the way back."""
IN_APP = (("lookup", ("span", "app")),)
SPAN = (("lookup", ("span",)),)
ENDING = (("lookup", ("request", "service")),)


def parts_within_span(records: Records) -> Iterator[Check]:
    """Yield whether the check of a caller takes as long as its store and cryptography alone."""
    for load, design, arm, of in by_arm(records, "auth_ns", "store_ns", "crypto_ns"):
        over = of["store_ns"] + of["crypto_ns"] > of["auth_ns"] + SLACK_NS
        share = float(over.mean())
        yield Check(
            "parts_within_span",
            share <= FEW,
            f"in {100 * share:.2g} % of requests of {arm} the parts are longer",
            f"{100 * FEW:g} %",
            f"the check of {arm} is shorter than its own store and cryptography",
            SPAN,
            load,
            design,
            arm,
        )


def clocks_in_order(records: Records) -> Iterator[Check]:
    """Yield whether every request was sent, came, was answered and came back, in this order."""
    if records.run["settings"].get("machines"):
        return  # two machines, two clocks
    names = ("start_ns", "end_ns", "came_ns", "app_ns", "auth_ns", "intended_ns")
    for load, design, arm, of in by_arm(records, *names):
        left_ns = of["came_ns"] + of["app_ns"]
        wrong = (of["start_ns"] > of["came_ns"]) | (left_ns > of["end_ns"])
        wrong |= (of["auth_ns"] > of["app_ns"]) | (of["intended_ns"] > of["start_ns"])
        share = float(wrong.mean())
        yield Check(
            "clocks_in_order",
            share == 0,
            f"{100 * share:.2g} % of requests of {arm} are out of order",
            "none",
            f"requests of {arm} left the server before they reached it, or came back before that",
            (("lookup", ()),),
            load,
            design,
            arm,
        )
        if of["start_ns"].size < FEWEST:
            continue
        there, back = _ways(of)
        yield Check(
            "ends_on_time",
            back <= LATEST_END * there,
            f"{back:.0f} µs back and {there:.0f} µs there, of {arm} at its fastest",
            f"{LATEST_END:g} times as long",
            f"the end of requests of {arm} is stamped late",
            ENDING,
            load,
            design,
            arm,
        )


def time_accounted(records: Records) -> Iterator[Check]:
    """Yield whether elapsed time is what the kernel says the thread did meanwhile."""
    wanted = ("auth_ns", "check_cpu_ns", "store_ns")
    for load, design, arm, of in by_arm(records, *wanted):
        if of["auth_ns"].size < FEWEST:
            continue
        # No check waits for a processor often enough to move a median, but in its store.
        slept = of["auth_ns"] - of["check_cpu_ns"]
        yield _accounted("check_accounted", (load, design, arm), of, "auth_ns", slept)
    for load, design, arm, of in by_arm(records, "app_ns", "cpu_ns", "waited_ns", "store_ns"):
        if of["app_ns"].size < FEWEST:
            continue
        slept = of["app_ns"] - of["cpu_ns"] - of["waited_ns"]
        yield _accounted("app_accounted", (load, design, arm), of, "app_ns", slept)


def processor_at_hand(records: Records) -> Iterator[Check]:
    """Yield whether threads that were ready to run got a processor."""
    for load, design, arm, of in by_arm(records, "waited_ns"):
        share = float((of["waited_ns"] > WAITED_NS).mean())
        yield Check(
            "processor_at_hand",
            share <= OFTEN,
            f"in {100 * share:.0f} % of requests of {arm} the thread waited for a processor",
            f"{100 * OFTEN:g} %",
            f"the thread waited for a processor in {100 * share:.0f} % of requests",
            IN_APP,
            load,
            design,
            arm,
            validity="rough",
        )


def _accounted(
    name: str, about: tuple[str, str, str], of: Arrays, time: str, slept_ns: NDArray[np.int64]
) -> Check:
    """Hold what is left of *time* without the thread's processor time against the store's."""
    slept_us = float(np.median(slept_ns)) / 1e3
    over_us = float(np.median(slept_ns - of["store_ns"])) / 1e3
    most_us = max(CLOSE_US, CLOSE_SHARE * float(np.median(of[time])) / 1e3)
    off_us = slept_us if slept_us < -most_us else max(over_us, 0.0)
    load, design, arm = about
    return Check(
        name,
        slept_us >= -most_us and over_us <= most_us,
        f"{arm} slept {slept_us:.1f} µs, {over_us:.1f} µs more than its store took",
        f"{most_us:.1f} µs of either",
        f"the time of {arm} is {abs(off_us):.0f} µs {'less' if off_us < 0 else 'more'} than the "
        "kernel's account of its thread",
        SPAN if time == "auth_ns" else IN_APP,
        load,
        design,
        arm,
    )


def _ways(of: Arrays) -> tuple[float, float]:
    """Return how long requests were on their way, there and back, in microseconds at their best."""
    there = of["came_ns"] - of["start_ns"]
    back = of["end_ns"] - of["came_ns"] - of["app_ns"]
    return float(there.min()) / 1e3, float(back.min()) / 1e3
