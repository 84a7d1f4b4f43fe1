"""`python -m bench check-history`: holds a recorded revocation against its claimed bound."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .history import UNREADABLE, check_file


@click.command(name="check-history")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--bound-ms",
    type=click.FloatRange(min=0),
    help="Claimed bound of the window in ms. Default: the one recorded beside FILE, or else 0.",
)
def check_history(file: Path, bound_ms: float | None) -> None:
    """
    Check FILE, the .npz of a revocation cell or the .json of a break, by the rules alone.

    Exits with 1 if a node accepted beyond the bound, or again after it had refused, and with 2
    if FILE holds no such history.
    """
    try:
        lines, kept = check_file(file, bound_ms)
    except UNREADABLE as exc:
        click.echo(f"bench: {file} is not the recorded cell of a revocation: {exc}", err=True)
        sys.exit(2)
    click.echo("\n".join(lines))
    sys.exit(0 if kept else 1)
