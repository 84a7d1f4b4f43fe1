"""Whether an effect may be claimed, and how much longer a run would have to be if not."""

from __future__ import annotations

from .results import Results
from .rows import Row
from .wording import quantity

BEARABLE = 100
"""Times as long as this run: beyond it, an effect is too small for this machine to matter."""


def told_apart(effect: Row, noise: Row) -> bool:
    """Say whether an effect may be claimed: twice the noise floor, and an interval without zero."""
    size_us = abs(effect.value) * (1e3 if effect.unit == "ms" else 1.0)
    if size_us < 2 * noise.value:
        return False
    low, high = effect.ci_low, effect.ci_high
    return low is not None and high is not None and (low > 0) == (high > 0)


def longer_run(results: Results, scheme: str, **noted: str) -> tuple[str, list[Row]]:
    """Say how much longer a run would have to be, and from which row that is."""
    length = results.find("times_as_long", scheme, **noted)
    if length is None:
        return "a run with more blocks could", []
    if length.value > BEARABLE:
        return "no run of bearable length could", []
    minutes = results.find("run_minutes", scheme, **noted)
    if minutes is None:
        return f"a run {quantity(length)} as long could", [length]
    return f"a run {quantity(length)} as long could, of {quantity(minutes)}", [length, minutes]
