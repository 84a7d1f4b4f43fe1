"""`python -m bench league`: adds a run of this machine to the league, and makes its page."""

from __future__ import annotations

import click

from ..commands.failing import fail
from ..helpful import Group
from ..processes.children import BenchError
from ..processes.folders import IS_CHECKOUT, find_run
from ..replacing import Replacing
from .adding import entry_of
from .entry import FOLDER, decode, encode, file_name, read_all
from .page import PAGE, read_page, with_entries


@click.group(cls=Group, examples={"add": "add latest --name my-server", "page": "page --check"})
def league() -> None:
    """Put what several machines measured side by side; see docs/league.md."""
    if not IS_CHECKOUT:
        fail("the league is a part of the project's sources: run this in a clone of them")


@league.command()
@click.argument("run", default="latest")
@click.option(
    "--name",
    default="",
    help="What this machine is called in the league. Default: after its processor.",
)
def add(run: str, name: str) -> None:
    """Add RUN, a folder or a name under reports/generated, as an entry to reports/league.

    Refused unless it is complete, valid, of a committed program, and its every figure follows
    from its records; and unless its A/A pair agrees and its known delay was found again.
    """
    try:
        entry = entry_of(find_run(run), name)
        path = FOLDER / file_name(entry)
        if path.exists():
            fail(f"{path} is there already; remove it first, or choose another --name")
        content = encode(entry)
        decode(content, path)  # by the schema, before anybody sees it
        FOLDER.mkdir(exist_ok=True)
        with Replacing(path) as file:
            file.write(content)
        _write(with_entries(read_page(PAGE), read_all(FOLDER)))
    except BenchError as exc:
        fail(str(exc))
    except OSError as exc:
        fail(f"{exc.filename} cannot be written: {exc.strerror}")
    click.echo(f"{path} added, and {PAGE} made anew")


@league.command()
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 if it is not current.")
def page(check: bool) -> None:
    """Make the tables of docs/league.md anew from the entries."""
    try:
        text = read_page(PAGE)
        made = with_entries(text, read_all(FOLDER))
        if check and made != text:
            fail(f"{PAGE} does not show the entries as they are: python -m bench league page")
        if not check:
            _write(made)
    except BenchError as exc:
        fail(str(exc))
    except OSError as exc:
        fail(f"{exc.filename} cannot be written: {exc.strerror}")


def _write(text: str) -> None:
    with Replacing(PAGE) as file:
        file.write(text.encode())
