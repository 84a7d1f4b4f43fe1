"""The charts of a report: one a file, each a question, its answer and a table of its numbers."""

from __future__ import annotations

from typing import Protocol

from matplotlib.axes import Axes

from ..results import Results
from ..tables import Table
from . import (
    along,
    beside,
    break_even,
    bytes_growth,
    bytes_where,
    cost_model,
    faults,
    frontier,
    hpack,
    journey,
    kinds,
    loads,
    lookup_cost,
    lookup_layers,
    percentiles,
    revocation_over_time,
    shared,
    survival,
    traffic,
    window,
    worst_history,
)


class Chart(Protocol):
    """What each module of this folder provides."""

    SECTION: str

    def applies(self, results: Results) -> bool:
        """Return whether the run has what the chart shows."""

    def title(self, results: Results) -> str:
        """Return what the chart shows, as a claim without a full stop."""

    def caption(self, results: Results) -> str:
        """Return the answer in figures: at most 20 words a sentence."""

    def reading(self, results: Results) -> str:
        """Return how to read it: n, intervals, what is compared with what."""

    def table(self, results: Results) -> Table:
        """Return the same numbers to read."""

    def height(self, results: Results, *, narrow: bool) -> float:
        """Return the height in inches that the chart needs."""

    def draw(self, results: Results, ax: Axes) -> None:
        """Draw it."""


CHARTS: dict[str, Chart] = {
    "lookup-journey": journey,
    "lookup-cost": lookup_cost,
    "lookup-layers": lookup_layers,
    "lookup-break-even": break_even,
    "lookup-percentiles": percentiles,
    "lookup-loads": loads,
    "lookup-population": along.POPULATION,
    "lookup-denied": along.DENIED,
    "lookup-claims": along.CLAIMS,
    "lookup-model": cost_model,
    "revocation-window": window,
    "revocation-over-time": revocation_over_time,
    "revocation-survival": survival,
    "revocation-frontier": frontier,
    "revocation-kinds": kinds,
    "revocation-all": along.REVOKE_ALL,
    "revocation-worst": worst_history,
    "revocation-faults": faults,
    "payload-growth": bytes_growth,
    "payload-where": bytes_where,
    "payload-http2": hpack,
    "payload-shared": shared,
    "payload-traffic": traffic,
}
"""By the name of its files, in the order of the report."""

FRONT = (
    *(
        "lookup-journey",
        "lookup-cost",
        "lookup-break-even",
        "revocation-window",
        "revocation-faults",
    ),
    *("payload-where", "payload-growth", "payload-http2"),
)
"""Those that everybody sees; the others unfold for specialists."""

RIVALS: dict[str, Chart] = {"beside-cost": beside}
"""The same, of a run with schemes of other libraries."""
