"""Ours beside theirs: the cost of a check over that of another library that does the same work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..figures import Found
from ..intervals import Estimate, all_pairs, share_of_medians
from ..raw import Records, Samples, Series
from .lookup import CONTROL, TIMES, preferring

SAME_WORK = (
    ("session-cookie-redis", "session-cookie-flasksession-redis"),
    ("session-cookie-redis", "session-cookie-django-redis"),
    ("session-cookie-postgres", "session-cookie-flasksession-postgres"),
    ("session-cookie-postgres", "session-cookie-django-postgres"),
    ("token-bearer-hs256-expiry", "token-bearer-flaskjwt-expiry"),
    ("token-bearer-hs256-expiry", "token-bearer-joserfc-expiry"),
    ("token-bearer-hs256-expiry", "token-bearer-authlib-expiry"),
    ("token-bearer-hs256-expiry", "token-bearer-itsdangerous-expiry"),
    ("token-bearer-hs256-expiry", "token-bearer-paseto-expiry"),
    ("token-bearer-hs256-denylist-redis", "token-bearer-flaskjwt-denylist-redis"),
    ("token-bearer-hs256-denylist-postgres", "token-bearer-simplejwt-blacklist-postgres"),
    ("token-cookie-hs256-expiry", "session-cookie-flask-signed"),
    ("token-cookie-hs256-expiry", "session-cookie-django-signed"),
)
"""Ours, theirs."""


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row of `cost_ratio_p50`."""
    layer, take = TIMES["auth_us"]
    series = preferring("interleaved", records.series("lookup", layer, take))
    for mine, theirs in SAME_WORK:
        for one in (s for s in series if s.arm == mine):
            other, control = (_like(one, series, arm) for arm in (theirs, CONTROL))
            if other is None or control is None:
                continue
            estimate = _ratio(one, other, control, records.seed)
            if estimate is not None:
                noted = {"beside": theirs}
                yield Found("lookup", mine, "cost_ratio_p50", estimate, one.regime, noted)


def _like(one: Series, series: Sequence[Series], arm: str) -> Series | None:
    """The first series of *arm* under the regime of *one*."""
    fitting = (s for s in series if s.arm == arm and s.regime.agrees_with(one.regime))
    return next(fitting, None)


def _ratio(one: Series, other: Series, control: Series, seed: int) -> Estimate | None:
    blocks = [b for b in one.blocks if b in other.blocks and b in control.blocks]
    if not blocks:
        return None

    def costs(series: Series) -> Samples:
        return np.array([all_pairs(series, control, b) for b in blocks])

    samples = sum(one.blocks[b].size for b in blocks)
    return share_of_medians(costs(one), costs(other), seed, samples)
