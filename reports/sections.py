"""The sections of a report: what each is about, and its figures, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from . import theme
from .answer import System
from .answer.system import Known
from .charts import CHARTS, FRONT, RIVALS, Chart, at_a_glance, beside, lookup_cost
from .drawing import on_all_cores
from .guarantees import MARK, broken
from .results import Results
from .selection import few
from .tables import Table

SECTIONS = {
    "lookup": "What a request costs",
    "revocation": "How long a stolen login works, and what a store failure does",
    "payload": "What travels with every request",
}
ABOUT = {
    "lookup": (
        "Layers are never mixed: the check alone in a hot loop, the check inside a real request, "
        "all that a scheme adds to the application's answer, and the request end to end. The "
        "headline is what it adds to the answer, over a control without any check."
    ),
    "revocation": (
        "A prober uses a login at every server while it is revoked through one of them. The "
        "longest time that any server still accepts it counts."
    ),
    "payload": (
        "Bytes counted at the socket are exact, and so equal on every machine. What a store takes "
        "is a mean over many entries."
    ),
}
IDENTIFIER = "identifier"
"""The column of a table that names schemes as the command line does."""
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
    """What the figure shows, as a claim."""
    caption: str
    """The answer."""
    reading: str
    """How to read it: n, intervals, what is compared with what."""
    table: Table
    wide: str
    narrow: str
    png: bytes
    front: bool = True
    """Whether it is shown at once, or unfolded by specialists."""


@dataclass(frozen=True)
class Section:
    """One question of a reader."""

    name: str
    title: str
    about: str
    figures: Sequence[Figure]
    remarks: Sequence[str] = ()
    """Sentences that stand beneath its figures."""

    @property
    def more(self) -> Sequence[Figure]:
        """The figures for specialists."""
        return [figure for figure in self.figures if not figure.front]

    @property
    def folded(self) -> Sequence[Figure]:
        """The figures that report.md folds: all but the first two of everybody's."""
        shown = [figure for figure in self.figures if figure.front][:2]
        return [figure for figure in self.figures if figure not in shown]


def sections(results: Results) -> list[Section]:
    """Return the sections, and after them other libraries where there are any."""
    shown = few(results, lookup_cost.METRIC)
    charts = [
        (slug, one)
        for slug, one in {**CHARTS, **RIVALS}.items()
        if one.applies(results if slug in RIVALS else shown)
    ]
    drawn = on_all_cores(
        [
            partial(_figure, results, results if slug in RIVALS else shown, slug, chart)
            for slug, chart in charts
        ]
    )
    figures: dict[str, list[Figure]] = {}
    for (_, chart), figure in zip(charts, drawn, strict=True):
        figures.setdefault(chart.SECTION, []).append(figure)
    found = [
        Section(name, title, ABOUT[name], figures.get(name, [])) for name, title in SECTIONS.items()
    ]
    if beside.SECTION in figures:
        title, remarks = "Ours beside other libraries", list(beside.slower(results))
        found.append(Section(beside.SECTION, title, BESIDE, figures[beside.SECTION], remarks))
    return found


def glance(results: Results, known: Known) -> Figure | None:
    """Draw the first picture for the system that the sliders start with; None without costs."""
    system = System()
    if not any(one["head"] and one["us"] is not None for one in known["schemes"]):
        return None
    drawn = [
        theme.render(
            lambda ax: at_a_glance.draw(results, known, system, ax),
            height,
            narrow=narrow,
            valid=not known["withheld"],
        )
        for narrow, height in ((False, 3.9), (True, 3.6))
    ]
    return Figure(
        name="at-a-glance",
        title="What each way costs, and how long a stolen login works",
        caption=at_a_glance.caption(system),
        reading="",
        table=Table([], []),
        wide=theme.svg(drawn[0]),
        narrow=theme.svg(drawn[1]),
        png=b"",
    )


def labelled(results: Results, table: Table) -> Table:
    """Call each scheme by its title, beside it its library, and that it broke its guarantee."""
    failed = {one.scheme for one in broken(results)}
    names = {}
    for arm in results.recording.run.arms:
        title, library = results.title(arm.name), results.rival(arm.name)
        beside = [library if library not in title else "", MARK if arm.name in failed else ""]
        remark = "; ".join(filter(None, beside))
        names[arm.name] = f"{title} ({remark})" if remark else title
    rows = [
        [
            cell if column == IDENTIFIER else names.get(cell, cell)
            for column, cell in zip(table.columns, row, strict=True)
        ]
        for row in table.rows
    ]
    return replace(table, rows=rows)


def _figure(results: Results, shown: Results, name: str, chart: Chart) -> Figure:
    """Draw the schemes of *shown*; the table beneath has those of *results*."""
    table = chart.table(results)
    drawn = [
        theme.render(
            lambda ax: chart.draw(shown, ax),
            chart.height(shown, narrow=narrow),
            narrow=narrow,
            valid=not any(row.validity == "withheld" for row in table.source),
        )
        for narrow in (False, True)
    ]
    return Figure(
        name=name,
        title=chart.title(shown),
        caption=chart.caption(shown),
        reading=chart.reading(shown),
        table=labelled(results, table),
        wide=theme.svg(drawn[0]),
        narrow=theme.svg(drawn[1]),
        png=theme.png(drawn[0]),
        front=name in FRONT or name in RIVALS,
    )
