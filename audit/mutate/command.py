"""`python -m bench mutate`: puts errors into a run and sees each one caught."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click

from ..raw import Records, Unreadable, find, read
from ..selfchecks import checks
from .code import code_outcomes
from .records import Mutation, mutations

ESCAPED, UNUSABLE = 1, 2


@dataclass(frozen=True)
class Outcome:
    """What became of one error."""

    mutation: str
    caught_by: str
    failed: Sequence[str]
    """The checks that fail with it and not without."""

    @property
    def caught(self) -> bool:
        """Whether the check that is to catch it did."""
        return self.caught_by in self.failed


def outcomes(records: Records) -> Iterator[Outcome]:
    """Yield what becomes of each error that is put into *records*."""
    before = failures(records)
    for mutation in mutations(records):
        yield _outcome(records, mutation, before)


def failures(records: Records) -> set[tuple[str, str, str, str]]:
    """Return the checks that fail: names, and what they are about."""
    return {(c.name, c.load, c.design, c.scheme) for c in checks(records) if not c.passed}


def _outcome(
    records: Records, mutation: Mutation, before: set[tuple[str, str, str, str]]
) -> Outcome:
    new = failures(mutation.apply(records)) - before
    return Outcome(mutation.name, mutation.caught_by, sorted({name for name, *_ in new}))


@click.command()
@click.argument("run", default="latest")
@click.option("--code", is_flag=True, help="Put errors into copies of the program, and measure.")
def mutate(run: str, code: bool) -> None:
    """Put errors into the records of RUN, in memory, and name the self-check that catches each.

    RUN is a folder, or the name of one under reports/generated; `latest` if left out. It must have
    measured lookup. With --code, RUN is not read: copies of the program measure, half a minute
    each. Exit status 1 if an error escapes, 2 if the run cannot be used.
    """
    if code:
        sys.exit(_mutate_code())
    try:
        records = read(find(run))
    except Unreadable as exc:
        click.echo(f"bench: {exc}", err=True)
        sys.exit(UNUSABLE)
    if not any(records.select("lookup", "span")):
        click.echo(f"bench: {run} did not measure lookup; name a run that did", err=True)
        sys.exit(UNUSABLE)
    escaped = 0
    for outcome in outcomes(records):
        escaped += not outcome.caught
        others = [name for name in outcome.failed if name != outcome.caught_by]
        also = f", and by {', '.join(others)}" if others else ""
        said = (
            f"caught by {outcome.caught_by}{also}"
            if outcome.caught
            else (
                f"ESCAPED {outcome.caught_by}"
                + (f"; caught by {', '.join(others)}" if others else "")
            )
        )
        click.echo(f"{outcome.mutation}: {said}")
    sys.exit(ESCAPED if escaped else 0)


def _mutate_code() -> int:
    escaped = 0
    try:
        for outcome in code_outcomes():
            escaped += not outcome.caught
            verdict = "caught by" if outcome.caught else "ESCAPED"
            failed = ", ".join(sorted(outcome.failed)) or "nothing"
            wanted = outcome.mutation.caught_by
            click.echo(f"{outcome.mutation.name}: {verdict} {wanted} (failed: {failed})")
    except Unreadable as exc:
        click.echo(f"bench: {exc}", err=True)
        return UNUSABLE
    return ESCAPED if escaped else 0
