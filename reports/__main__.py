"""`python -m reports`: render a recorded run, or compare two."""

from __future__ import annotations

import os
import sys

if (
    __name__ == "__main__"
    and not sys.flags.safe_path
    and sys.path[0] != os.path.dirname(os.path.dirname(__file__))
):
    # The folder one stands in comes first, and may have a demo.py or a numpy/ of its own.
    del sys.path[0]

import io
import math
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from bench.helpful import SETTINGS, Choice, Group
from bench.records import FILE, RecordError

from .loading import find_run

TURNED, UNUSABLE, UNWRITABLE = 1, 2, 3
"""Exit statuses: two runs that contradict each other, a run that cannot be read or compared, a
place that cannot be written to."""


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


EXAMPLES = {
    "render": "render latest",
    "advise": "advise latest --revoke-within-s 5 --nodes 3",
    "compare": "compare 2026-11-28T05-46-31Z-full latest",
    "publish": "publish latest",
    "site": "site --out build/site",
}


@click.group(cls=Group, examples=EXAMPLES, help=__doc__, context_settings=SETTINGS)
def main() -> None:
    """Hold the commands."""
    # Charts are drawn by Agg and SVG alone; a notebook names a backend that is not installed here.
    os.environ.pop("MPLBACKEND", None)


@main.command()
@click.argument("run")
@click.option(
    "--requests-per-s",
    type=click.FloatRange(min=0, min_open=True),
    default=100.0,
    show_default=True,
    help="Traffic to add bytes up for, in requests a second.",
)
@click.option(
    "--days",
    type=click.FloatRange(min=0, min_open=True),
    default=30.0,
    show_default=True,
    help="For how many days of it.",
)
@click.option(
    "--attacks",
    type=click.Path(path_type=Path),
    help="Attack matrix to show beside the run; the one in docs/ if there is one.",
)
@click.option(
    "--promises",
    type=click.Path(path_type=Path),
    help="Promises kept and broken to show beside the run; the file in docs/ if there is one.",
)
@_reporting
def render(
    run: str,
    requests_per_s: float,
    days: float,
    attacks: Path | None,
    promises: Path | None,
) -> None:
    """Write the report of RUN, and print what it answers.

    RUN is a folder, a name under reports/generated, or `latest`. The last line is the page to open.
    Exit status 4 if a guarantee was broken.
    """
    folder = find_run(run)
    # matplotlib takes seconds to import; a refusal need not
    from .answer import System, terminal
    from .guarantees import EXIT
    from .measures.traffic import Profile
    from .writing import render as write

    profile = Profile(requests_per_s, days)
    document = write(folder, profile, attacks, promises)
    for one in document.broken:
        click.secho(f"reports: GUARANTEE BROKEN: {one.text}", fg="red", bold=True, err=True)
    for banner in document.banners:
        click.echo(f"reports: {banner}", err=True)
    for line in terminal(document.known, System()):
        click.echo(line)
    click.echo(f"report: {_near(folder / 'index.html')}")
    if document.broken:
        sys.exit(EXIT)


def _near(path: Path) -> Path:
    """Return *path* as short as it can be from here."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


@main.command()
@click.argument("a")
@click.argument("b")
@_reporting
def compare(a: str, b: str) -> None:
    """Say what changed from run A to run B, and whether it is more than noise.

    And of all pairs of schemes that both runs call different, how many they put in the same order.
    Exit status 1 if they put a pair in opposite order, 2 if the two cannot be compared.
    """
    before, after = find_run(a), find_run(b)
    from .compare import compare_runs

    found = compare_runs(before, after)
    click.echo(found.text)
    sys.exit(TURNED if found.turned else 0)


@main.command()
@click.argument("run")
@_reporting
def publish(run: str) -> None:
    """Make RUN the published example: docs/example-report, and what quotes it.

    For this project's own files. Renders the run there, and writes the figure and table of
    README.md and the numbers of lab 12 anew. Git keeps the SHA-256 of the records; attach the
    file itself to a release. Refuses a run that is not complete or withholds figures.
    """
    folder = find_run(run)
    from .publish import publish as make_public

    target, *texts = make_public(folder)
    for path in (target, *texts):
        click.echo(path)
    click.echo(f"{target / FILE}: attach it to the release, Git does not keep it")


@main.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/site"),
    show_default=True,
    help="Folder that becomes the site; what it held as one before is replaced.",
)
@_reporting
def site(out: Path) -> None:
    """Build the static site: the published example, the docs, the league, the API reference.

    The last line is the page to open. It needs no network, neither to build nor to read.
    """
    from .site import CannotBuild, build

    try:
        click.echo(f"site: {_near(build(out.absolute()))}")
    except CannotBuild as exc:
        click.echo(f"reports: {exc}", err=True)
        sys.exit(UNUSABLE)


class _Finite(click.FloatRange):
    """A number between two others; `nan`, which is on no side of any, is none."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


def _asking(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for everything that an advice asks."""
    from .question import CHOICES, NUMBERS, Question

    usual = Question()
    for name, asked in reversed(list(NUMBERS.items())):
        command = click.option(
            f"--{name.replace('_', '-')}",
            type=_Finite(asked.least, asked.most),
            default=getattr(usual, name),
            show_default=True,
            help=f"{asked.label}.",
        )(command)
    for name, (label, options) in reversed(list(CHOICES.items())):
        means = "; ".join(f"{value}: {text}" for value, text in options.items())
        command = click.option(
            f"--{name}",
            type=Choice(list(options)),
            default=getattr(usual, name),
            show_default=True,
            help=f"{label}. {means}.",
        )(command)
    return command


@main.command()
@click.argument("run")
@_asking
@_reporting
def advise(run: str, **question: Any) -> None:
    """Rank the schemes of RUN for your circumstances, from its own measurements and cost model."""
    folder = find_run(run)
    from .advice import Question, describe, facts
    from .advice import advise as rank
    from .loading import load
    from .results import evaluate

    known, asked = facts(evaluate(load(folder))), Question(**question)
    click.echo(describe(known, rank(known, asked)))


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a locale may lack a sign of ours
    main(prog_name="python -m reports")
