"""What was disturbed is watched again, but for what speaks against a scheme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from bench.context import FEWEST_REPEATS, Context
from bench.plans import SMOKE
from bench.progress import Progress
from bench.records import Cell, read_cells
from bench.revocation.attempts import Observation
from bench.revocation.cells import Seen, revocation_cell
from bench.revocation.history import ACCEPT, REJECT, Probe
from bench.revocation.revokes import Case, Trials
from bench.revocation.turns import Found, Tell, Turn, disturbed, take

from ..conftest import Take
from ..contexts import a_context

MILLISECOND_NS = 1_000_000
CASE = Case("random", "one", 0, 0, 0, 0.0)
TRIALS = Trials(1, 0, 0.01, 0.1, immediate=False)
KEPT = [(-20, ACCEPT), (50, ACCEPT), (150, REJECT)]
BROKEN = [(-20, ACCEPT), (150, ACCEPT)]
FALSE = [(-20, REJECT), (150, REJECT)]
QUIET, DISTURBED = 0.3, 11.0


def watched(answers: Sequence[tuple[int, int]], lag_ms: float, *, refused: int = REJECT) -> Found:
    """One trial, its answers at milliseconds since the acknowledgement, under a bound of 100."""
    probes = [
        Probe(0, 0, at * MILLISECOND_NS, at * MILLISECOND_NS + 1, status) for at, status in answers
    ]
    seen = Observation(probes=probes, invoke_ns=-10 * MILLISECOND_NS, ack_ns=0)
    one = Seen(CASE, seen, [int(lag_ms * MILLISECOND_NS)] * len(probes), 0)
    template = Cell(id="", measure="revocation", arm="token", conditions={"nodes": 1.0})
    return revocation_cell(template, TRIALS, [one], refused, ("random", "one"))


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    with Progress(Console(quiet=True), {"revocation": 1.0}) as progress:
        progress.begin("revocation")
        yield a_context(folder=tmp_path, plan=SMOKE, progress=progress)


def turn(name: str, asked: list[str], *lags_ms: float) -> Turn:
    """One whose prober is as late as the next of *lags_ms*, each time that it is watched."""
    lags = iter(lags_ms)

    def watch(_: Tell) -> Iterator[Found]:
        asked.append(name)
        yield watched(KEPT, next(lags))

    return Turn(name, watch)


def test_a_disturbed_scheme_comes_again_at_the_end(context: Context) -> None:
    """A burst is over by then; what was seen in it is thrown away, and the report says why."""
    asked: list[str] = []
    take(context, [turn("first", asked, DISTURBED, QUIET), turn("second", asked, QUIET)])
    assert asked == ["first", "second", "first"]
    assert context.repeated == ["revocation, first: probe_lag_p99 11 ms"]
    kept = [cell.figures["probe_lag_ms_p99"] for cell in read_cells(context.folder)]
    assert kept == pytest.approx([QUIET, QUIET])


def test_a_machine_that_is_never_quiet_is_not_asked_for_ever(context: Context) -> None:
    """The last that was seen stays, and its gate voids the run."""
    asked: list[str] = []
    take(context, [turn("only", asked, *[DISTURBED] * (FEWEST_REPEATS + 1))])
    assert len(asked) == FEWEST_REPEATS + 1
    (cell,) = read_cells(context.folder)
    assert [gate.name for gate in cell.gates if not gate.passed] == ["probe_lag_p99"]


def test_what_speaks_against_a_scheme_is_never_thrown_away() -> None:
    """However late the prober was: or a machine could be asked until it does not show it."""
    for bad in (
        watched(BROKEN, DISTURBED),
        watched(FALSE, DISTURBED),
        watched(KEPT, DISTURBED, refused=ACCEPT),
    ):
        assert disturbed([watched(KEPT, DISTURBED)[0], bad[0]], steal_percent=50.0) == []


@pytest.mark.skipif(not psutil.LINUX, reason="only Linux says what was stolen")
def test_what_was_stolen_from_what_is_thrown_away_does_not_count(
    steal: Take, context: Context
) -> None:
    """It touched nothing that is kept."""
    stolen_s = iter([200.0, 200.0])

    def watch(_: Tell) -> Iterator[Found]:
        steal(next(stolen_s))
        yield watched(KEPT, QUIET)

    take(context, [Turn("only", watch)])
    assert [cause.split()[2] for cause in context.repeated] == ["steal"]
    assert context.steal.percent() == 0.0


def test_a_stolen_processor_is_a_disturbance_too() -> None:
    """Though every probe left in time."""
    cell, _ = watched(KEPT, QUIET)
    failed = [gate.name for gate in disturbed([cell], 3.0) if not gate.passed]
    assert failed == ["steal"]
    assert all(gate.passed for gate in disturbed([cell], 0.1))
