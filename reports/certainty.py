"""Whether an effect may be claimed, and how much longer a run would have to be if not."""

from __future__ import annotations

from . import headline
from .results import Results
from .rows import Row
from .wording import quantity

PAIRED = ("aa_noise_store_us", "aa_noise_token_us")
BEARABLE = 100
"""Times as long as this run: beyond it, an effect is too small for this machine to matter."""


def told_apart(effect: Row, noise: Row) -> bool:
    """Return whether an effect is twice the noise floor or more, with an interval without zero."""
    size_us = abs(effect.value) * (1e3 if effect.unit == "ms" else 1.0)
    if size_us < 2 * noise.value:
        return False
    low, high = effect.ci_low, effect.ci_high
    return low is not None and high is not None and (low > 0) == (high > 0)


def is_backed(results: Results, difference: Row, scheme: str, other: str) -> bool:
    """Return whether a difference of two checks may be called one, as far as its costs are sound.

    Not if one of the two is withheld. Where one is rough, since the machine was busy, a scheme that
    asks a store waits for the processor more often than one that asks none: so the processor time
    of the two must be in the same order.
    """
    costs = results.main(headline.COST)
    found = [costs[name].validity for name in (scheme, other) if name in costs]
    if "withheld" in found:
        return False
    if "rough" not in found:
        return True
    used = results.main("app_cpu_us_cost_p50")
    if scheme not in used or other not in used:
        return False
    return (used[scheme].value > used[other].value) == (difference.value > 0)


def longer_run(
    results: Results, effect: Row, layer: str, noise: Row | None = None
) -> tuple[str, list[Row]]:
    """
    Say how long a run would have to be to tell *effect*, and from which rows that is.

    How the floor of arms that ask a store falls with more blocks, nothing in a run says.
    """
    if noise is not None and noise.metric in PAIRED:
        return "a run with more blocks could", []
    length = _about(results, "times_as_long", effect, layer)
    if length is None:
        return "a run with more blocks could", []
    if length.value > BEARABLE:
        return "no run of bearable length could", []
    minutes = _about(results, "run_minutes", effect, layer)
    if minutes is None:
        return f"a run {quantity(length)} as long could", [length]
    return f"a run of {quantity(minutes)} could, {quantity(length)} as long", [length, minutes]


def _about(results: Results, metric: str, effect: Row, layer: str) -> Row | None:
    """Return the row of *metric* about *effect*: of the same scheme under the same regime."""

    def conditions(row: Row) -> tuple[object, ...]:
        return (row.scheme, row.population, row.claims, row.regime("layer"))

    for row in results.of(metric):
        if row.layer == layer and conditions(row) == conditions(effect):
            return row
    return None
