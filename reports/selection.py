"""The few schemes to show where there is no room for all: one for each way to keep a caller."""

from __future__ import annotations

from collections.abc import Iterable

from .results import LOCAL, Results

MOST = 10
"""Schemes that fit a first screen; so few are all shown."""
RULE = (
    "at most ten of ours, and of schemes that differ in transport, algorithm or store alone the "
    "cheapest that several machines can share"
)
INCIDENTAL = {"cookie", "bearer", "url", "form"} | {"memory", "sqlite", "redis", "postgres"}
INCIDENTAL |= {"hs256", "rs256", "ps256", "es256", "eddsa"}
"""Words of a scheme's name that do not say in which way it keeps a caller."""


def selection(results: Results, schemes: Iterable[str]) -> list[str]:
    """Choose among *schemes*, which come in order of preference; few are all kept."""
    everything = list(schemes)
    if len(everything) <= MOST:
        return everything
    ours = [scheme for scheme in everything if not results.rival(scheme)] or everything
    shared = [scheme for scheme in ours if not scheme.endswith(LOCAL)]
    first: dict[tuple[str, str, str], str] = {}
    for scheme in shared or ours:
        way = "-".join(word for word in scheme.split("-")[1:] if word not in INCIDENTAL)
        first.setdefault((results.mechanism(scheme), way, results.rival(scheme)), scheme)
    return list(first.values())[:MOST]
