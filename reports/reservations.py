"""What two runs differ in besides their figures, said before these are held against each other."""

from __future__ import annotations

from collections.abc import Iterator

from .results import Results
from .wording import number

RATES_APART = 1.25
"""Offered rates further apart than this are two loads, and latency depends on the load."""
SPEEDS_APART = 1.05
"""From here on it is said that the machine was faster in one run than in the other."""


def reservations(before: Results, after: Results) -> Iterator[str]:
    """Return each in a sentence: the machine, its versions, its speed, and the load."""
    yield from _surroundings(before, after)
    yield from _speeds(before, after)
    yield from _loads(before, after)


def _surroundings(before: Results, after: Results) -> Iterator[str]:
    """Say what is another in the machine and its versions."""
    first, second = before.recording.environment, after.recording.environment
    if first is None or second is None:
        yield "The machine of one of them was not recorded."
        return
    for name in ("cpu", "cores", "kernel"):
        if first.machine.get(name) != second.machine.get(name):
            yield f"Another {name}: {first.machine.get(name)} and {second.machine.get(name)}."
    for name in sorted(first.versions.keys() & second.versions.keys()):
        if first.versions[name] != second.versions[name]:
            yield f"Another {name}: {first.versions[name]} and {second.versions[name]}."


def _speeds(before: Results, after: Results) -> Iterator[str]:
    """Say that the machine was not as fast as before, which no other figure of a run shows."""
    first, second = (
        one.find("fixed_work_us", design="interleaved", load="low") for one in (before, after)
    )
    if first is None or second is None:
        return
    slower = second.value / first.value
    if max(slower, 1 / slower) > SPEEDS_APART:
        yield (
            f"The machine took {number(slower)} times as long for the same work in the second run: "
            "costs may have changed with it, not all alike."
        )


def _loads(before: Results, after: Results) -> Iterator[str]:
    """Say that the two were not of one load, on which every latency depends."""
    first, second = (one.find("offered_rate", load="low") for one in (before, after))
    if first is None or second is None:
        return
    if not first.value / RATES_APART <= second.value <= first.value * RATES_APART:
        yield (
            f"Offered were {number(first.value)} requests a second and then "
            f"{number(second.value)}: what requests cost under one load is not held against "
            "another, and the order is judged across both."
        )
