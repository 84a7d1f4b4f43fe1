"""`python -m reports`: render a recorded run, or compare two."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from bench.records import RecordError

from .loading import find_run

UNUSABLE, UNWRITABLE = 2, 3
"""Exit statuses: a run that cannot be read or compared, a place that cannot be written to."""


def _reporting(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what a user can meet into one line and an exit status."""

    @wraps(command)
    def run(**options: Any) -> None:
        try:
            command(**options)
        except RecordError as exc:
            click.echo(f"reports: {exc}", err=True)
            sys.exit(UNUSABLE)
        except OSError as exc:
            where = f" {exc.filename}" if exc.filename else ""
            said = exc.strerror or str(exc)
            click.echo(
                f"reports: cannot write{where}: {said}; make room or copy the run "
                "to a folder that can be written to",
                err=True,
            )
            sys.exit(UNWRITABLE)

    return run


@click.group(help=__doc__, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Hold the commands."""


@main.command()
@click.argument("run")
@_reporting
def render(run: str) -> None:
    """Write the report of RUN: a folder, a name under reports/generated, or `latest`."""
    folder = find_run(run)
    from .writing import render as write  # matplotlib takes seconds to import; a refusal need not

    document = write(folder)
    for banner in document.banners:
        click.echo(f"reports: {banner}", err=True)
    click.echo(folder / "index.html")


@main.command()
@click.argument("a")
@click.argument("b")
@_reporting
def compare(a: str, b: str) -> None:
    """Say what changed from run A to run B, and whether it is more than noise."""
    before, after = find_run(a), find_run(b)
    from .compare import compare_runs

    click.echo(compare_runs(before, after))


if __name__ == "__main__":
    main(prog_name="python -m reports")
