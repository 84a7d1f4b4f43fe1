"""A probed service as a run: the same folder as the bench writes, for the same report."""

from __future__ import annotations

import time
from pathlib import Path

from msgspec.structs import replace

from ..environment import capture
from ..processes.folders import make_run_folder
from ..records import Arm, Cell, Gate, Run, write_cell, write_environment, write_run
from ..revocation.cells import Seen, revocation_cell
from ..revocation.history import REJECT
from ..revocation.revokes import Case, Group, Trials
from .findings import Findings

PLAN = "probe"


def record(findings: Findings, parent: Path, started_at: float, command: str) -> Path:
    """Write *findings* as a run below *parent*, and give its folder."""
    folder = make_run_folder(parent, PLAN)
    watch = findings.config.watch
    arm = _arm(findings)
    settings = {"service": findings.config.name, "nodes": list(findings.config.nodes)}
    run = Run(
        name=folder.name,
        plan=PLAN,
        seed=watch.seed,
        started_at=started_at,
        blocks=1,
        arms=[arm],
        command=command,
        settings=settings,
    )
    write_run(folder, run)
    write_environment(folder, capture(settings, {}))
    for number, cell in enumerate(_payload(findings, arm), start=1):
        identifier = f"{number:04d}-payload-{number:02d}"
        write_cell(folder, replace(cell, id=identifier, started_at=started_at))
    cell, arrays = revocation_cell(*_revocations(findings, arm, started_at))
    cell = replace(cell, gates=[*cell.gates, _verdict(findings)])
    write_cell(folder, cell, arrays)
    write_run(folder, replace(run, state="complete", ended_at=time.time()))
    return folder


def _arm(findings: Findings) -> Arm:
    bound_s = findings.config.watch.claimed_bound_s
    return Arm(
        name=findings.config.name,
        scheme=findings.config.name,
        summary=f"A service that was probed at {', '.join(findings.config.nodes)}.",
        mechanism="token" if findings.is_token else "session",
        transport="cookie" if findings.transport == "cookie" else "bearer",
        strength="within" if bound_s else "immediate",
        bound_s=bound_s,
    )


def _verdict(findings: Findings) -> Gate:
    """Return the gate for what the records alone do not show: too little, or another way in."""
    verdict = findings.verdict
    unseen = len(verdict.ways_left) + (verdict.outcome == "void")
    return Gate(
        name="probe_verdict",
        passed=not unseen,
        value=float(unseen),
        limit=0.0,
        note=verdict.sentence,
    )


def _payload(findings: Findings, arm: Arm) -> list[Cell]:
    cells = [Cell(id="", measure="payload", arm=arm.name, figures=findings.counts)]
    for policy, figures in findings.compressed.items():
        labels = {"header_policy": policy}
        cells.append(Cell(id="", measure="payload", arm=arm.name, figures=figures, labels=labels))
    return cells


def _revocations(
    findings: Findings, arm: Arm, started_at: float
) -> tuple[Cell, Trials, list[Seen], int, Group]:
    watch = findings.config.watch
    template = Cell(
        id="0100-revocation",
        measure="revocation",
        arm=arm.name,
        conditions={"nodes": float(len(findings.config.nodes))},
        started_at=started_at,
    )
    trials = Trials(
        random_count=watch.trials,
        adversarial_count=0,
        interval_s=watch.interval_ms / 1e3,
        bound_s=watch.claimed_bound_s,
        immediate=not watch.claimed_bound_s,
    )
    case = Case("random", "one", 0, 0, 0, 0.0)
    group = [Seen(case, each.seen, each.lag_ns, each.missed) for each in findings.trials]
    # That a tampered credential is refused was checked first: without it there are no findings.
    return template, trials, group, REJECT, ("random", "one")
