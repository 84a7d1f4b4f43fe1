"""A scheme measured twice as two arms: what equal arms of its kind differ by.

The pair of controls has no check and no store, so its noise floor lacks what these add to it.
"""

from __future__ import annotations

from ..loading import Recording
from ..rows import Row, row
from ..statistics import Estimate, noise_floor
from .lookup import paired, timed_medians

LAYERS = {"auth_us": ("span", 1.0), "app_us": ("app", 1.0), "request_ms": ("request", 1e3)}
"""By quantity: the name of its layer, and the factor to microseconds."""


def metric(asked_store: str) -> str:
    """Return the name of the noise floor of arms that ask this store; empty: none."""
    return "aa_noise_store_us" if asked_store else "aa_noise_token_us"


def rows(recording: Recording) -> list[Row]:
    """Return the noise floor of each pair, for each layer and regime it was measured in."""
    pairs = [
        (arm.name, arm.scheme)
        for arm in recording.run.arms
        if arm.is_again and arm.scheme != recording.control
    ]
    found = []
    for quantity, (layer, factor) in LAYERS.items():
        series = timed_medians(recording, quantity)
        for again, scheme in pairs:
            for one, apart in paired(series, again, scheme):
                floor = Estimate(noise_floor(apart) * factor, None, None, apart.n, apart.rounds)
                found.append(
                    row(
                        recording.run.name,
                        "calibration",
                        again,
                        metric(recording.arm(scheme).asked_store),
                        floor,
                        one.regime,
                        less=scheme,
                        layer=layer,
                    )
                )
    return found
