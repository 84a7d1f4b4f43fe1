"""Ratios of costs: ours beside theirs for the same work, and each session over each token.

Both costs are over `control`, in the same blocks; the ratio is that of their medians over blocks,
and its interval draws whole blocks, so that both costs of a resample come from the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .. import headline
from ..differences import shift
from ..loading import Recording, Series
from ..rows import Row, row
from ..statistics import Estimate, limits, resampled
from .lookup import timed_medians

METRIC = "cost_ratio_p50"
SESSION_TOKEN = {"auth_us": "session_token_ratio_p50", "app_us": "session_token_app_ratio_p50"}
"""By the time that is compared: the check, and all that a scheme adds in the app."""
LAYERS = {"auth_us": "span", "app_us": "app"}
Costs = NDArray[np.float64]


def rows(recording: Recording) -> list[Row]:
    """Return the ratio of each pair, in each regime that both were measured in."""
    series = timed_medians(recording, headline.QUANTITY)
    found = _session_token(recording)
    for theirs in recording.run.arms:
        for one, other, control in _alike(series, theirs.beside, theirs.name, recording.control):
            estimate = ratio(one, other, control, recording.run.seed)
            if estimate is not None:
                found.append(
                    row(
                        recording.run.name,
                        "lookup",
                        theirs.beside,
                        METRIC,
                        estimate,
                        one.regime,
                        beside=theirs.name,
                        layer=headline.LAYER,
                    )
                )
    return found


def _session_token(recording: Recording) -> list[Row]:
    """Return how many times the cost of each token each session has; machines agree on it best."""
    arms = [arm for arm in recording.run.arms if not arm.is_again and not arm.library]
    sessions = [arm.name for arm in arms if arm.mechanism == "session"]
    tokens = [arm.name for arm in arms if arm.mechanism == "token"]
    name, seed = recording.run.name, recording.run.seed
    found = []
    for quantity, metric in SESSION_TOKEN.items():
        series = timed_medians(recording, quantity)
        for session, token in product(sessions, tokens):
            for one, other, control in _alike(series, session, token, recording.control):
                estimate = ratio(one, other, control, seed)
                if estimate is not None:
                    about = {"beside": token, "layer": LAYERS[quantity]}
                    found.append(
                        row(name, "lookup", session, metric, estimate, one.regime, **about)
                    )
    return found


def ratio(mine: Series, theirs: Series, control: Series, seed: int) -> Estimate | None:
    """Return how many times *theirs* the cost of *mine* is.

    None where no block has all three, or where the cost divided by may be nothing.
    """
    shared = [b for b in mine.blocks if b in theirs.blocks and b in control.blocks]
    if not shared:
        return None
    one, other = (np.array([shift(s.beside(control, b)) for b in shared]) for s in (mine, theirs))
    count = sum(mine.blocks[b].size for b in shared)
    if len(shared) < 2:
        below = float(other[0])
        value = None if below <= 0 else float(one[0]) / below
        return None if value is None else Estimate(value, None, None, count, 1)
    # The same seed draws the same blocks for both.
    above, below_drawn = resampled(one, seed), resampled(other, seed)
    if np.median(other) <= 0 or (below_drawn <= 0).any():
        return None
    value = float(np.median(one) / np.median(other))
    low, high = limits(above / below_drawn, len(shared))
    return Estimate(value, min(low, value), max(high, value), count, len(shared))


def _alike(
    series: Sequence[Series], mine: str, theirs: str, control: str
) -> Iterator[tuple[Series, Series, Series]]:
    """Return each series of *mine* with those of *theirs* and of the control that agree with it."""
    for one in series:
        if one.arm != mine:
            continue
        fitting = [other for other in series if one.regime.agrees_with(other.regime)]
        other = next((s for s in fitting if s.arm == theirs), None)
        base = next((s for s in fitting if s.arm == control), None)
        if other is not None and base is not None:
            yield one, other, base
