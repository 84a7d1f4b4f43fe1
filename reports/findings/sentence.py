"""A sentence of the first screen, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from ..results import LOCAL, Results
from ..rows import Row


@dataclass(frozen=True)
class Finding:
    """One sentence, the rows its numbers come from, and where they are shown."""

    topic: str
    """In a word or two, for who reads no further."""
    text: str
    rows: tuple[Row, ...]
    section: str
    figure: str = ""
    """The chart that shows it, where the run has the data for one."""
    certain: bool = True


def champions(results: Results, metric: str) -> tuple[Row, Row] | None:
    """Give our cheapest session and token; of sessions, one that several machines can share."""
    costs = results.costs(metric)
    # How other libraries compare is a section of its own.
    ours = {scheme: row for scheme, row in costs.items() if not results.rival(scheme)}
    costs = ours or costs
    sessions = [row for scheme, row in costs.items() if results.mechanism(scheme) == "session"]
    tokens = [row for scheme, row in costs.items() if results.mechanism(scheme) == "token"]
    if not sessions or not tokens:
        return None
    shared = [row for row in sessions if not row.scheme.endswith(LOCAL)]
    return (shared or sessions)[0], tokens[0]
