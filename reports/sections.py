"""The three measures of a report: what each is about, and its figures, drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from . import theme
from .charts import CHARTS, RIVALS, Chart, beside, lookup_cost
from .drawing import on_all_cores
from .guarantees import MARK, broken
from .results import Results
from .selection import selection
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
BESIDE = (
    "Schemes of other libraries, as their own documentation shows them, in the same run under the "
    "same control. Compared is only what does the same work against the same store; what a library "
    "promises less of is in the list of promises, where there is one."
)


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
    remarks: Sequence[str] = ()
    """Sentences that stand beneath its figures."""


def sections(results: Results) -> list[Section]:
    """Give the three measures, and after them other libraries where there are any."""
    charts = [(slug, one) for slug, one in {**CHARTS, **RIVALS}.items() if one.applies(results)]
    drawn = on_all_cores([partial(_figure, results, slug, chart) for slug, chart in charts])
    figures: dict[str, list[Figure]] = {}
    for (_, chart), figure in zip(charts, drawn, strict=True):
        figures.setdefault(chart.SECTION, []).append(figure)
    found = [
        Section(name, title, ABOUT[name], figures.get(name, [])) for name, title in SECTIONS.items()
    ]
    if beside.SECTION in figures:
        title, remarks = "Ours beside theirs", list(beside.slower(results))
        found.append(Section(beside.SECTION, title, BESIDE, figures[beside.SECTION], remarks))
    return found


def glance(results: Results) -> Mapping[str, str]:
    """Draw what a check costs under the few schemes of a first screen, by path of its file."""
    kept = set(selection(results, results.costs(lookup_cost.METRIC)))
    rows = [one for one in results.rows if one.scheme in kept or _is_control(results, one.scheme)]
    few = replace(results, rows=tuple(rows))
    if not lookup_cost.applies(few):
        return {}
    drawn = theme.render(
        lambda ax: lookup_cost.draw(few, ax),
        lookup_cost.height(few, narrow=False),
        narrow=False,
        valid=not any(row.validity == "withheld" for row in lookup_cost.table(few).source),
    )
    wide = theme.svg(drawn)
    return {
        "charts/at-a-glance.svg": wide,
        "charts/at-a-glance-dark.svg": theme.darkened(wide),
    }


def _is_control(results: Results, scheme: str) -> bool:
    return results.mechanism(scheme) == "control"


def labelled(results: Results, table: Table) -> Table:
    """Put beside each scheme its library, if it is not ours, and that it broke its guarantee."""
    failed = {one.scheme for one in broken(results)}
    names = {
        arm.name: "; ".join(
            filter(None, [results.rival(arm.name), MARK if arm.name in failed else ""])
        )
        for arm in results.recording.run.arms
    }
    rows = [
        [f"{cell} ({names[cell]})" if names.get(cell) else cell for cell in row]
        for row in table.rows
    ]
    return replace(table, rows=rows)


def _figure(results: Results, name: str, chart: Chart) -> Figure:
    table = chart.table(results)
    drawn = [
        theme.render(
            lambda ax: chart.draw(results, ax),
            chart.height(results, narrow=narrow),
            narrow=narrow,
            valid=not any(row.validity == "withheld" for row in table.source),
        )
        for narrow in (False, True)
    ]
    return Figure(
        name=name,
        title=chart.TITLE,
        caption=chart.caption(results),
        table=labelled(results, table),
        wide=theme.svg(drawn[0]),
        narrow=theme.svg(drawn[1]),
        png=theme.png(drawn[0]),
    )
