"""The few schemes to show where there is no room for all: one for each way to keep a caller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from . import headline
from .results import Results
from .rows import Row

MOST = 10
"""Schemes that fit a first screen; so few are all shown."""


ALIKE = 1.05
"""Costs whose ratio is less are alike: of such relatives the one with the shortest name."""


def selection(results: Results, schemes: Iterable[str]) -> list[str]:
    """Choose among *schemes*, which come in order of preference; few are all kept."""
    everything = list(schemes)
    if len(everything) <= MOST:
        return everything
    ours = [scheme for scheme in everything if not results.rival(scheme)] or everything
    shared = [scheme for scheme in ours if not results.is_local(scheme)]
    costs = results.costs(headline.COST)
    chosen: dict[tuple[str, str], str] = {}
    for scheme in shared or ours:
        of = (results.family(scheme), results.rival(scheme))
        best = chosen.setdefault(of, scheme)
        if scheme not in costs or best not in costs:
            continue
        near = costs[scheme].value <= ALIKE * costs[best].value
        if near and len(results.title(scheme)) < len(results.title(best)):
            chosen[of] = scheme
    return list(chosen.values())[:MOST]


def few(results: Results, metric: str) -> Results:
    """Return *results* with the schemes of a first screen alone, and the controls.

    A chart of all schemes of a full run is taller than a screen; its table has them all.
    """
    schemes = list(results.costs(metric))
    kept = set(selection(results, schemes))
    if len(kept) == len(schemes):
        return results
    # The grid leaves out schemes that differ in transport alone.
    timed = {point.scheme for point in results.points}
    grid = set(selection(results, [one for one in schemes if one in timed]))
    arms = results.recording.run.arms
    controls = {arm.name for arm in arms if results.mechanism(arm.name) == "control"}

    def is_kept(row: Row) -> bool:
        if row.metric.startswith("history_"):
            return True  # the slowest revocation of the run, whoever's it was
        mine = grid if row.measure == "scale" else kept | grid if row.far else kept
        return row.scheme in mine | controls and (not row.less or row.less in mine | controls)

    return replace(
        results,
        rows=tuple(one for one in results.rows if is_kept(one)),
        trials=tuple(one for one in results.trials if one.arm in kept | controls),
        points=tuple(one for one in results.points if one.scheme in grid | controls),
        models=tuple(one for one in results.models if one.scheme in grid | controls),
        faults=tuple(one for one in results.faults if one.scheme in kept | controls),
    )
