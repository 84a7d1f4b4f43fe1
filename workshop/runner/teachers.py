"""The commands for whoever teaches with the labs, or writes them."""

from __future__ import annotations

import math
import os
import secrets
import sys
import time
from pathlib import Path
from typing import NoReturn

import click

from bench.helpful import Choice

from . import teaching
from .catalogue import NoSuchLab, find, labs
from .folder import Folder, write

CLASS_S = 5
"""Seconds between two looks at the shared folder."""


def fail(message: str) -> NoReturn:
    """End with one line, and the exit code of what cannot be done."""
    click.echo(f"workshop: {message}", err=True)
    sys.exit(2)


track_option = click.option(
    "--track",
    type=Choice(list(teaching.TRACKS)),
    default="half-day",
    help="90: the short form, seven labs.",
)


@click.command()
@track_option
@click.option("--begin", default="09:00", show_default=True, help="When the first lab begins.")
def timetable(track: str, begin: str) -> None:
    """Print a timetable made from the labs' own minutes."""
    try:
        click.echo("\n".join(teaching.timetable(track, begin)))
    except ValueError:
        fail(f"{begin!r} is not a time such as 09:00")


@click.command()
@track_option
@click.option("--teacher", is_flag=True, help="Print what the teacher reads instead.")
def handout(track: str, teacher: bool) -> None:
    """Print a page for each learner, as Markdown."""
    click.echo(teaching.teachers(track) if teacher else teaching.handout(track))


@click.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--without-bench", is_flag=True, help="Leave the harness out: no `measure`.")
def bundle(out: Path, without_bench: bool) -> None:
    """Make a folder that installs the workshop without a network."""
    from .bundling import CannotBundle, make

    try:
        make(out, extras=() if without_bench else ("bench",), say=click.echo)
    except CannotBundle as exc:
        fail(str(exc))


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8410,
    show_default=True,
    help="0: any that is free.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0, 1440, min_open=True),
    default=120.0,
    show_default=True,
    help="Stops by itself after that.",
)
@click.pass_obj
def cards(folder: Folder, port: int, minutes: float) -> None:
    """Show a card for each lab and attack, on which it is run, in a browser on this machine."""
    from ..cards.serving import PortTaken, serve

    if math.isnan(minutes):
        fail("--minutes is to be a number of minutes")
    try:
        serve(folder, port, minutes, click.echo)
    except PortTaken as exc:
        fail(str(exc))


@click.command(name="class")
@click.argument("shared", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("class.html"),
    show_default=True,
    help="The page to project.",
)
@click.option(
    "--csv", "table", type=click.Path(dir_okay=False, path_type=Path), help="A table as well."
)
@click.option("--without-names", is_flag=True, help="Number the learners, in no known order.")
@click.option("--reveal", is_flag=True, help="Show answers before everybody has predicted.")
@click.option("--watch", is_flag=True, help="Write it again every 5 seconds, until Ctrl-C.")
def class_(
    shared: Path, out: Path, table: Path | None, without_names: bool, reveal: bool, watch: bool
) -> None:
    """Gather a class from a SHARED folder that holds one folder for each learner."""
    from . import classroom

    salt = secrets.token_bytes(16) if without_names else b""
    try:
        while True:
            seats = classroom.gather(shared, salt)
            page = classroom.as_page(seats, CLASS_S if watch else 0, not without_names, reveal)
            write(out.absolute(), page)
            if table is not None:
                write(table.absolute(), classroom.as_csv(seats))
            if not watch:
                break
            time.sleep(CLASS_S)
    except KeyboardInterrupt:
        sys.exit(130)
    except (classroom.NoClass, OSError) as exc:
        fail(str(exc))
    click.echo(f"written: {', '.join(str(path) for path in (out, table) if path is not None)}")


@click.command(name="dev-check")
@click.argument("numbers", nargs=-1)
def dev_check(numbers: tuple[str, ...]) -> None:
    """Prove that the labs are right; for those who write them."""
    from .proof import problems_of

    try:
        chosen = [find(number) for number in numbers] or list(labs())
    except NoSuchLab as exc:
        fail(str(exc))
    found = 0
    for lab in chosen:
        problems = problems_of(lab)
        found += len(problems)
        click.echo(f"lab {lab.number:2}  {'ok' if not problems else ''}")
        for problem in problems:
            click.echo(f"        {problem}")
    sys.exit(1 if found else 0)


@click.command(name="attack-matrix")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("docs"))
def attack_matrix(out: Path) -> None:
    """Run every attack against every installed scheme, and write the matrix."""
    from ..attacks.matrix import measure_all, write_matrix

    urls = os.environ.get("DEMO_STORE_URL", "")
    try:
        cells = measure_all(urls, click.echo)
    except ValueError as exc:
        fail(str(exc))
    write_matrix(out, cells)
    click.echo(f"written: {out / 'attack-matrix.json'}, {out / 'attack-matrix.md'}")


TEACHING = (timetable, handout, class_, cards, bundle, dev_check, attack_matrix)
"""Added to the others by runner/commands.py."""
