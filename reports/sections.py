"""The three measures of a report: what each is about, and its figures, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import theme
from .charts import CHARTS, Chart
from .results import Results
from .tables import Table

SECTIONS = {"lookup": "Lookup", "revocation": "Revocation", "payload": "Payload"}
ABOUT = {
    "lookup": (
        "What it costs to know who is calling, in three layers that are never mixed: the check "
        "alone in a hot loop, the check inside a real request, and the request end to end from "
        "the moment it was due. Costs are over a control without any check, in the same run."
    ),
    "revocation": (
        "One prober uses a credential at every node at a fixed rate while it is revoked through "
        "one of them. The window of a node runs from the acknowledged revoke to the last probe "
        "it accepted; the longest of the nodes counts."
    ),
    "payload": (
        "Bytes counted at the socket are exact, and so equal on every machine; what a store takes "
        "is a mean over many entries."
    ),
}


@dataclass(frozen=True)
class Figure:
    """One chart, drawn for every place it is shown, and its numbers."""

    name: str
    """Of its files: `charts/<name>.svg`."""
    title: str
    caption: str
    table: Table
    wide: str
    narrow: str
    png: bytes


@dataclass(frozen=True)
class Section:
    """One measure."""

    name: str
    title: str
    about: str
    figures: Sequence[Figure]


def sections(results: Results) -> list[Section]:
    return [
        Section(
            name=name,
            title=title,
            about=ABOUT[name],
            figures=[
                _figure(results, slug, chart)
                for slug, chart in CHARTS.items()
                if name == chart.SECTION and chart.applies(results)
            ],
        )
        for name, title in SECTIONS.items()
    ]


def _figure(results: Results, name: str, chart: Chart) -> Figure:
    drawn = [
        theme.render(
            lambda ax: chart.draw(results, ax),
            chart.height(results, narrow=narrow),
            narrow=narrow,
            valid=results.valid,
        )
        for narrow in (False, True)
    ]
    return Figure(
        name=name,
        title=chart.TITLE,
        caption=chart.caption(results),
        table=chart.table(results),
        wide=theme.svg(drawn[0]),
        narrow=theme.svg(drawn[1]),
        png=theme.png(drawn[0]),
    )
