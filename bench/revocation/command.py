"""`python -m bench check-history`: holds recorded revocations against their claimed bounds."""

from __future__ import annotations

import sys

import click

from ..commands.failing import fail
from ..processes.children import BenchError
from ..processes.folders import find_run
from ..records import FILE
from .breaks import told
from .history import UNREADABLE, check_file, report


@click.command(name="check-history")
@click.argument("run", default="latest")
@click.option("--cell", default="", help="Check one revocation, trial by trial. Default: all.")
@click.option(
    "--bound-ms",
    type=click.FloatRange(min=0),
    help="Claimed bound of the window in ms. Default: the recorded one.",
)
def check_history(run: str, cell: str, bound_ms: float | None) -> None:
    """
    Check the revocations of RUN, a folder or a name under reports/generated, by the rules alone.

    Exits with 1 if a node accepted beyond the bound or again after it had refused, or answered
    with errors instead of refusing, and prints the shortest history that shows it. Exits with 2 if
    RUN has no such history.
    """
    broken = False
    try:
        for checked in check_file(find_run(run) / FILE, cell, bound_ms):
            click.echo("\n".join([*report(checked, bool(cell)), *told(checked)]))
            broken |= checked.broken + checked.erred > 0
    except BenchError as exc:
        fail(str(exc), 2)
    except UNREADABLE as exc:
        fail(f"{run} has no recorded revocation to check: {exc}", 2)
    sys.exit(broken)
