"""What a report says, before it is a page: the same for HTML and Markdown."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bench.records import Arm

from . import headline
from .advice import Facts, facts
from .answer import Answer, System, answer, known
from .answer.system import Known
from .caveats import caveats
from .findings import Finding, findings
from .guarantees import MARK, Broken, broken, marked, watched
from .results import Results
from .rows import Row
from .sections import IDENTIFIER, SECTIONS, Figure, Section, glance, labelled, sections
from .surroundings import surroundings
from .tables import Table, by_scheme
from .tested import Tested
from .validity import Reservation, Verdict, counted, reserved
from .wording import number, quantity

STRENGTHS = {
    "immediate": "a revocation takes effect at once",
    "within": "a revocation takes effect within {bound}",
    "at-expiry": "a token works until it expires, up to {bound} in this run",
}


@dataclass(frozen=True)
class Shown:
    """A finding, and the place in the page that shows it."""

    topic: str
    text: str
    certain: bool
    anchor: str
    place: str
    """In words: the question of the figure, or the section."""


@dataclass(frozen=True)
class Document:
    """A whole report."""

    run: str
    plan: str
    started: str
    state: str
    valid: bool
    broken: Sequence[Broken]
    """Guarantees that were broken: above all else, whatever checks failed."""
    watched: Sequence[str]
    """What revoked logins were put through, and what nobody watched."""
    banners: Sequence[str]
    findings: Sequence[Shown]
    facts: Facts
    """What the form that ranks the schemes works with."""
    known: Known
    """What the first screen works with."""
    answer: Answer
    """What the first screen says of the system that its sliders start with."""
    glance: Figure | None
    """The picture of the first screen."""
    glance_all: Table
    """Cost, windows and bytes of every scheme."""
    machine: str
    """The processor, its cores and Python, in a few words; empty if not recorded."""
    figures: Sequence[Reservation]
    """What is rough or withheld, and why; empty if every figure is sound."""
    summary: str
    """How many figures are sound, rough and withheld."""
    verdicts: Sequence[Verdict]
    floors: Sequence[str]
    """What arms that are equal differ by."""
    caveats: Sequence[str]
    sections: Sequence[Section]
    tested: Sequence[Tested]
    """What tests of the project found, which is not of this run."""
    schemes: Sequence[tuple[Arm, str]]
    """Each with what it claims, in words."""
    environment: Sequence[tuple[str, str]]
    command: str
    rows: Sequence[Row] = field(repr=False, default=())


def compose(results: Results, tested: Sequence[Tested] = ()) -> Document:
    """Write the report of *results*, with what tests found of its schemes beside it."""
    run = results.recording.run
    drawn = sections(results)
    figures = {figure.name: figure.title for section in drawn for figure in section.figures}
    facts_known = known(results)
    return Document(
        run=run.name,
        plan=run.plan,
        started=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(run.started_at)),
        state=run.state,
        valid=results.valid,
        broken=broken(results),
        watched=watched(results),
        banners=_banners(results),
        findings=[_shown(finding, figures) for finding in findings(results)],
        facts=facts(results),
        known=facts_known,
        answer=answer(facts_known, System()),
        glance=glance(results, facts_known),
        glance_all=labelled(results, _glance(results)),
        machine=_machine(results),
        figures=reserved(results.rows),
        summary=counted(results.counted),
        verdicts=results.verdicts,
        floors=_floors(results),
        caveats=caveats(results),
        sections=drawn,
        tested=[replace(one, columns=marked(results, one.columns)) for one in tested],
        schemes=[(arm, _claim(results, arm)) for arm in run.arms],
        environment=surroundings(results),
        command=run.command,
        rows=results.rows,
    )


def _shown(finding: Finding, figures: dict[str, str]) -> Shown:
    known = finding.figure in figures
    anchor = finding.figure if known else finding.section
    place = figures[finding.figure] if known else finding.section.capitalize()
    return Shown(finding.topic, finding.text, finding.certain, anchor, place)


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
    return told


def _glance(results: Results) -> Table:
    """Return the three measures side by side, one line a scheme: what most people come for."""
    costs = results.costs(headline.COST)
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
    built = by_scheme(
        found,
        ["added to a request", "revoked, still worked for", "guaranteed bound", "bytes a request"],
    )
    lines = [[line[0], line[0], *(_at_once(cell) for cell in line[1:])] for line in built.rows]
    return Table([built.columns[0], IDENTIFIER, *built.columns[1:]], lines, built.source)


def _at_once(cell: str) -> str:
    return cell.replace("0 ms", "at once", 1) if cell.startswith("0 ms") else cell


def _machine(results: Results) -> str:
    environment = results.recording.environment
    if environment is None:
        return ""
    told = [str(environment.machine.get("cpu") or "")]
    cores = environment.machine.get("cores")
    if cores:
        told.append(f"{cores} core{'s' if cores != 1 else ''}")
    python = environment.versions.get("python")
    if python:
        told.append(f"Python {python}")
    return ", ".join(one for one in told if one)


def _floors(results: Results) -> list[str]:
    """Say what equal arms differ by, without a store and with one, and two generators."""
    told = []
    plain = results.noise_us(headline.LAYER)
    if plain is not None:
        told.append(
            f"Equal arms without a store differ by up to {quantity(plain)} in the app "
            "(control, measured twice)."
        )
    stored = results.find("aa_noise_store_us", layer=headline.LAYER)
    if stored is not None:
        told.append(
            f"Equal arms with a store differ by up to {quantity(stored)} in the app "
            f"({stored.less}, measured twice, over {stored.rounds} blocks)."
        )
    ours, theirs = (results.find(f"{whose}_ms_mean") for whose in ("ours", "h2load"))
    if ours is not None and theirs is not None:
        medians = [results.find(f"{whose}_ms_p50") for whose in ("ours", "h2load")]
        apart = number(100 * abs(ours.value / theirs.value - 1))
        at_median = " and ".join(quantity(row) for row in medians if row is not None)
        told.append(
            f"A second generator, h2load, at the same rate: the mean of a request to control is "
            f"{quantity(ours)} by ours and {quantity(theirs)} by h2load, {apart} % apart; the "
            f"medians are {at_median}."
        )
    return told


def _claim(results: Results, arm: Arm) -> str:
    again = results.repeated(arm.name)
    if again:
        return f"the same as {again}, of which it is a second measurement"
    if arm.mechanism == "control":
        return "nothing to revoke"
    # Revocation may run with shorter lifetimes, to end within anybody's patience.
    tested = results.find("claimed_bound_ms", arm.name)
    bound = f"{number(tested.value / 1e3 if tested else arm.bound_s)} s"
    said = STRENGTHS[arm.strength].format(bound=bound)
    return f"{said} ({MARK})" if arm.name in {one.scheme for one in broken(results)} else said
