"""Ours beside theirs: the cost of a check over that of another library that does the same work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..figures import Found
from ..intervals import Estimate, all_pairs, share_of_medians
from ..raw import Records, Samples, Series
from .lookup import TIMES, preferring


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row of `cost_ratio_p50`, and of sessions over tokens."""
    yield from _session_token(records)
    layer, take = TIMES["app_us"]
    series = preferring("interleaved", records.series("lookup", layer, take))
    for mine, theirs in ((arm["beside"], arm["name"]) for arm in records.run["arms"]):
        for one in (s for s in series if s.arm == mine):
            other, control = (_like(one, series, arm) for arm in (theirs, records.control))
            if other is None or control is None:
                continue
            estimate = _ratio(one, other, control, records.seed)
            if estimate is not None:
                noted = {"beside": theirs, "layer": "app"}
                yield Found("lookup", mine, "cost_ratio_p50", estimate, one.regime, noted)


def _session_token(records: Records) -> Iterator[Found]:
    own = [a for a in records.run["arms"] if a["name"] == a["scheme"] and not a["library"]]
    for time, metric in SESSION_TOKEN.items():
        cells, take = TIMES[time]
        layer = "app" if time == "app_us" else cells
        series = preferring("interleaved", records.series("lookup", cells, take))
        for session in (arm["name"] for arm in own if arm["mechanism"] == "session"):
            for token in (arm["name"] for arm in own if arm["mechanism"] == "token"):
                for one in (s for s in series if s.arm == session):
                    other, control = (_like(one, series, a) for a in (token, records.control))
                    if other is None or control is None:
                        continue
                    estimate = _ratio(one, other, control, records.seed)
                    if estimate is not None:
                        noted = {"beside": token, "layer": layer}
                        yield Found("lookup", session, metric, estimate, one.regime, noted)


SESSION_TOKEN = {"auth_us": "session_token_ratio_p50", "app_us": "session_token_app_ratio_p50"}


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
