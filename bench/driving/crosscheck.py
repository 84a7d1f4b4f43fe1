"""Asks an independent generator, h2load, whether it sees what ours sees.

Both send to the same server, `control`, evenly spaced over one connection, in turns. Ours is
counted from the actual start here, as h2load counts; what the intended one adds is no question for
a generator that sends when it can.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from ..nodes import Node, start_nodes
from ..processes.children import BenchError, Child
from ..processes.placement import Placement, place
from ..records import Arm, Cell
from ..services import Services
from .generator import Generator
from .job import Load
from .schedule import NS_PER_S, Schedule

if TYPE_CHECKING:
    from ..context import Context

PROGRAM = "h2load"
RATE = 100.0
"""Requests a second; far below what one connection can carry, so that none waits for another.
h2load looks every 10 ms at what is due: at 400 it sends four in a row, and the last three find
everything warm."""
TURN_S = 5.0
TURNS = 3
WARM_SHARE = 0.2
REMEDY = "h2load is not installed (Debian has it in nghttp2-client)"

Milliseconds = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """What both saw."""

    rate: float
    ours_ms: Milliseconds
    h2load_ms: Milliseconds

    def figures(self) -> dict[str, float]:
        """As they stand in the record."""
        found = {"rate": self.rate}
        for name, samples in (("ours", self.ours_ms), ("h2load", self.h2load_ms)):
            found[f"{name}_ms_p50"] = float(np.median(samples))
            found[f"{name}_ms_mean"] = float(samples.mean())
        return found

    def sentence(self) -> str:
        """How far they disagree, in words."""
        seen = self.figures()
        apart = seen["ours_ms_p50"] - seen["h2load_ms_p50"]
        return (
            f"at {self.rate:.0f} requests a second ours sees {seen['ours_ms_p50']:.3f} ms and "
            f"h2load {seen['h2load_ms_p50']:.3f} ms at the median: {apart * 1000:+.0f} us, "
            f"{100 * apart / seen['h2load_ms_p50']:+.1f} % (means {seen['ours_ms_mean']:.3f} and "
            f"{seen['h2load_ms_mean']:.3f} ms)"
        )


def is_installed() -> bool:
    """Whether there is an h2load to ask."""
    return shutil.which(PROGRAM) is not None


def cross_check(
    services: Services, placement: Placement, turn_s: float = TURN_S, turns: int = TURNS
) -> Agreement:
    """Measure `control` with both, in turns; `BenchError` if there is no h2load."""
    if not is_installed():
        raise BenchError(REMEDY)
    ours: list[Milliseconds] = []
    theirs: list[Milliseconds] = []
    with start_nodes(
        1,
        ["control"],
        store_urls=services.store_urls,
        keys_file=services.keys_file,
        folder=services.folder,
        cores=placement.server,
    ) as nodes:
        for _ in range(turns):
            ours.append(_ours(nodes[0], services.folder, placement.generator, turn_s))
            theirs.append(_theirs(nodes[0], services.folder, placement.generator, turn_s))
    return Agreement(RATE, np.concatenate(ours), np.concatenate(theirs))


def record(context: Context) -> None:
    """Save the cell of a run's cross-check; without h2load, one that says so."""
    cell = Cell(
        id=context.next_id("calibration", PROGRAM, 0, "control"),
        measure="calibration",
        layer="h2load",
        arm="control",
        started_at=time.time(),
    )
    if is_installed():
        figures = cross_check(context.services, context.placement).figures()
        cell = replace(cell, figures=figures)
    else:
        cell = replace(cell, labels={"applies": "no", "reason": REMEDY})
    context.keep(cell)


@click.command(name="cross-check")
def command() -> None:
    """Ask h2load, an independent generator, whether it sees what ours sees on `control`."""
    placement = place()
    try:
        with Services(None, placement.server) as services:
            agreement = cross_check(services, placement)
    except BenchError as exc:
        click.echo(f"bench: {exc}", err=True)
        sys.exit(1)
    click.echo(agreement.sentence())


def _ours(node: Node, folder: Path, cores: Sequence[int], turn_s: float) -> Milliseconds:
    count = round(turn_s * RATE)
    schedule = Schedule(
        due_ns=(np.arange(count) * (NS_PER_S / RATE)).astype(np.int64),
        arm=np.zeros(count, dtype=np.int16),
        draw=np.zeros(count, dtype=np.uint32),
    )
    load = _load(node)
    with Generator(folder, cores) as generator:
        rows, outcome = generator.keep(node, [load], schedule)
    if outcome.correct != count:
        raise BenchError(f"control answered {count - outcome.correct} of {count} requests wrongly")
    rows = np.sort(rows, order="intended_ns")[round(count * WARM_SHARE) :]
    took: Milliseconds = (rows["end_ns"] - rows["start_ns"]) / 1e6
    return took


def _load(node: Node) -> Load:
    # Not at the top: it takes the parts of the experiment that this is a check of.
    from ..lookup.logins import prepare

    (load,), _ = prepare(node, [Arm(name="control", scheme="control")], 1)
    return load


def _theirs(node: Node, folder: Path, cores: Sequence[int], turn_s: float) -> Milliseconds:
    rows, log = folder / "h2load.tsv", folder / "h2load.log"
    for path in (rows, log):
        path.unlink(missing_ok=True)
    count = round(turn_s * RATE)
    url = f"http://{node.host}:{node.port}{node.base('control')}/me"
    command: list[str | Path] = [PROGRAM, "--h1", "-c", "1", "-t", "1", "-n", str(count)]
    command += [f"--rps={RATE:g}", f"--log-file={rows}", "-H", "Accept: application/json", url]
    with Child(PROGRAM, command, log=log, cores=cores, serves=False) as child:
        if child.wait(turn_s * 3 + 10) != 0:
            raise BenchError(child.obituary())
    # Each line: when it began, the status, and how many microseconds it took.
    found = np.loadtxt(rows, ndmin=2)
    if len(found) != count or set(found[:, 1]) != {200.0}:
        raise BenchError(f"h2load had {np.sum(found[:, 1] == 200)} of {count} requests answered")
    order = np.argsort(found[:, 0])
    took: Milliseconds = found[order, 2][round(count * WARM_SHARE) :] / 1e3
    return took
