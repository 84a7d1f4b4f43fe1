"""What a report says, before it is a page: the same for HTML and Markdown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.records import Arm

from . import theme
from .caveats import caveats
from .charts import CHARTS, Chart
from .findings import Finding, findings
from .results import Results
from .rows import Row
from .tables import Table, by_scheme
from .validity import Verdict
from .wording import number

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
STRENGTHS = {
    "immediate": "a revoke bites at once",
    "within": "a revoke bites within {bound}",
    "at-expiry": "a revoke bites when the token expires, within {bound}",
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


@dataclass(frozen=True)
class Document:
    """A whole report."""

    run: str
    plan: str
    started: str
    state: str
    valid: bool
    banners: Sequence[str]
    findings: Sequence[Finding]
    glance: Table
    verdicts: Sequence[Verdict]
    caveats: Sequence[str]
    sections: Sequence[Section]
    schemes: Sequence[tuple[Arm, str]]
    """Each with what it claims, in words."""
    environment: Sequence[tuple[str, str]]
    command: str
    rows: Sequence[Row] = field(repr=False, default=())


def compose(results: Results) -> Document:
    """Write the report of *results*."""
    run = results.recording.run
    return Document(
        run=run.name,
        plan=run.plan,
        started=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(run.started_at)),
        state=run.state,
        valid=results.valid,
        banners=_banners(results),
        findings=findings(results),
        glance=_glance(results),
        verdicts=results.verdicts,
        caveats=caveats(results),
        sections=_sections(results),
        schemes=[(arm, _claim(results, arm)) for arm in run.arms],
        environment=_environment(results),
        command=run.command,
        rows=results.rows,
    )


def _banners(results: Results) -> list[str]:
    run, cells = results.recording.run, results.recording.cells
    told = []
    if run.state != "complete":
        said = {
            "running": "This run has not ended, or was killed",
            "interrupted": "This run was interrupted",
            "failed": "This run failed",
        }[run.state]
        why = f": {run.reason}" if run.reason else ""
        missing = [
            title.lower()
            for name, title in SECTIONS.items()
            if not any(recorded.cell.measure == name for recorded in cells)
        ]
        without = f" Nothing was measured of {', '.join(missing)}." if missing else ""
        told.append(f"{said}{why}. What it measured until then is shown.{without}")
    if not cells:
        told.append("No cell was recorded, so there is nothing to show but the plan.")
    if not results.valid:
        failed = ", ".join(v.title for v in results.verdicts if not v.passed)
        told.append(
            f"Not valid: this run failed {failed}. Its figures are hatched, and are no evidence."
        )
    return told


def _glance(results: Results) -> Table:
    """Give the three measures side by side, one line a scheme: what most people come for."""
    costs = results.costs("auth_us_cost_p50")
    sizes = results.costs("request_bytes")
    schemes = dict.fromkeys([*costs, *sizes, *(g.arm for g in results.trials)])
    found: dict[str, list[Row | None]] = {}
    for scheme in schemes:
        if results.mechanism(scheme) == "control":
            continue
        found[scheme] = [
            costs.get(scheme),
            results.ending_one("window_ms_worst", scheme, "all"),
            results.ending_one("claimed_bound_ms", scheme, "all"),
            sizes.get(scheme),
        ]
    return by_scheme(
        found,
        ["check, over control", "revoked, works on (worst)", "claimed", "bytes a request"],
    )


def _sections(results: Results) -> list[Section]:
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


def _claim(results: Results, arm: Arm) -> str:
    if arm.mechanism == "control":
        return "nothing to revoke"
    # Revocation may run with shorter lifetimes, to end within anybody's patience.
    tested = results.find("claimed_bound_ms", arm.name)
    bound = f"{number(tested.value / 1e3 if tested else arm.bound_s)} s"
    return STRENGTHS[arm.strength].format(bound=bound)


def _environment(results: Results) -> list[tuple[str, str]]:
    run, environment = results.recording.run, results.recording.environment
    told: list[tuple[str, str]] = [("seed", str(run.seed)), ("blocks", str(run.blocks))]
    if environment is None:
        return [*told, ("machine", "not recorded: the run ended before it was")]
    told += [(_words(name), _value(name, value)) for name, value in environment.machine.items()]
    dirty = " and changes not committed" if environment.dirty else ""
    told.append(("commit", (environment.commit or "not known") + dirty))
    told += [(_words(name), _value(name, value)) for name, value in environment.load.items()]
    told += [(_words(name), str(value)) for name, value in environment.versions.items()]
    settings = {**environment.settings, **run.settings}
    told += [(_words(name), _value(name, value)) for name, value in settings.items()]
    return list(dict(told).items())


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name.endswith("_bytes") and isinstance(value, int | float):
        return f"{value / 2**30:.1f} GiB"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{_words(key)} {_value(key, one)}" for key, one in value.items())
    return "not known" if value in (None, "") else str(value)
