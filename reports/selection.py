"""The few schemes to show where there is no room for all: one for each way to keep a caller."""

from __future__ import annotations

from collections.abc import Iterable

from .results import Results

MOST = 10
"""Schemes that fit a first screen; so few are all shown."""
RULE = (
    "at most ten of ours, and of schemes that differ in transport, algorithm or store alone the "
    "cheapest that several machines can share"
)


def selection(results: Results, schemes: Iterable[str]) -> list[str]:
    """Choose among *schemes*, which come in order of preference; few are all kept."""
    everything = list(schemes)
    if len(everything) <= MOST:
        return everything
    ours = [scheme for scheme in everything if not results.rival(scheme)] or everything
    shared = [scheme for scheme in ours if not results.is_local(scheme)]
    first: dict[tuple[str, str], str] = {}
    for scheme in shared or ours:
        first.setdefault((results.family(scheme), results.rival(scheme)), scheme)
    return list(first.values())[:MOST]
