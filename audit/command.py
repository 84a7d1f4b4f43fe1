"""`python -m bench verify`: recomputes every figure of a report from the raw records."""

from __future__ import annotations

import sys

import click

from .checks import check, judged
from .comparing import Outcome, compare
from .guarantees import check_broken, find_broken
from .measures import recompute
from .raw import Unreadable, find, read

DIFFERENT, UNUSABLE, BROKEN = 1, 2, 4
SHOWN = 20


@click.command()
@click.argument("run", default="latest")
@click.option("--all", "everything", is_flag=True, help=f"Name every difference, not just {SHOWN}.")
def verify(run: str, everything: bool) -> None:
    """Recompute every figure of RUN from its raw records, and hold the report against them.

    RUN is a folder, or the name of one under reports/generated; `latest` if left out. Exit
    status 1 if anything differs, 2 if a file cannot be read, 4 if a scheme broke its guarantee.
    The code that recomputes shares nothing with the code that measured or rendered but numpy and
    scipy.
    """
    try:
        folder = find(run)
        records = read(folder)
        rows = judged(records, recompute(records))
        outcome = compare(records, rows)
        # What is said of the whole run comes first: of the rest only so many are shown.
        outcome.problems = [*check_broken(records), *check(records), *outcome.problems]
        broken = find_broken(records)
    except Unreadable as exc:
        click.echo(f"bench: {exc}", err=True)
        sys.exit(UNUSABLE)
    click.echo(
        f"{folder.name}: {outcome.compared:,} rows recomputed from {len(records.cells):,} cells, "
        f"{outcome.copies:,} copies in results.json and charts/ compared; values and intervals to "
        "six digits (same bootstrap, same seed)"
    )
    for one in broken:
        click.secho(f"bench: GUARANTEE BROKEN: {one}", fg="red", bold=True, err=True)
    sys.exit(_say(outcome, everything) or (BROKEN if broken else 0))


def _say(outcome: Outcome, everything: bool) -> int:
    if not outcome.problems:
        click.echo("verified: every figure follows from the records")
        return 0
    shown = outcome.problems if everything else outcome.problems[:SHOWN]
    for problem in shown:
        click.echo(f"bench: {problem}", err=True)
    if len(outcome.problems) > len(shown):
        left = len(outcome.problems) - len(shown)
        click.echo(f"bench: and {left} more; --all names them", err=True)
    if outcome.unknown:
        named = ", ".join(sorted(outcome.unknown))
        click.echo(f"bench: nothing recomputes these metrics: {named}", err=True)
    remedy = "a report of another version of this project is made anew with: make report RUN=..."
    click.echo(f"bench: not verified: {len(outcome.problems):,} differences; {remedy}", err=True)
    return DIFFERENT
