"""`python -m bench.rivals`: hold every scheme to every promise, and write the grid."""

from __future__ import annotations

import os
import sys

if (
    __name__ == "__main__"
    and not sys.flags.safe_path
    and sys.path[0] != os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
):
    # The folder one stands in comes first, and may have a demo.py or a numpy/ of its own.
    del sys.path[0]

from collections.abc import Iterable
from pathlib import Path

import click

from demo.schemes import build, names

from ..context import CONTROL, DELAYED
from ..services import Services
from .grid import grid_of, write
from .promises import Outcome, hold, promises


@click.command()
@click.option(
    "--scheme", "schemes", multiple=True, help="A scheme to hold to its promises; default all."
)
@click.option(
    "--promise", "wanted", multiple=True, help="A promise by its test's name; default all."
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write promises.json and promises.md into this folder, which needs every promise.",
)
def main(schemes: tuple[str, ...], wanted: tuple[str, ...], out: Path | None) -> None:
    """Hold schemes, ours and the rivals', to the promises of the HTTP contract."""
    chosen = schemes or (*_authenticating(names()), *names("rivals"))
    asked = wanted or tuple(promises())
    for promise in asked:
        if promise not in promises():
            raise click.UsageError(f"no promise is named {promise}; see docs/promises.md")
    if out and wanted:
        raise click.UsageError("--out writes the whole grid: leave --promise away")
    with Services(postgres=True) as services:
        for name in chosen:
            _check(name, services)
        found = {name: _held(name, asked, services) for name in chosen}
    if out:
        out.mkdir(parents=True, exist_ok=True)
        write(grid_of(found), out)
    is_broken = any(
        outcome.outcome == "broken" for held in found.values() for outcome in held.values()
    )
    sys.exit(int(is_broken and not out))


def _held(name: str, asked: Iterable[str], services: Services) -> dict[str, Outcome]:
    outcomes = {promise: hold(name, promise, services) for promise in asked}
    kept = sum(outcome.outcome == "kept" for outcome in outcomes.values())
    click.echo(f"{name}: {kept} of {len(outcomes)} kept")
    for promise, outcome in outcomes.items():
        if outcome.outcome == "broken":
            click.echo(f"  broken: {promise}: {outcome.why}")
    return outcomes


def _check(name: str, services: Services) -> None:
    """End with one line if the scheme cannot be built at all."""
    from demo.auth import Settings

    try:
        build(name, Settings(store_url=" ".join(services.store_urls))).close()
    except ValueError as exc:
        raise click.ClickException(str(exc)) from exc


def _authenticating(found: Iterable[str]) -> list[str]:
    return [name for name in found if name not in (CONTROL, DELAYED)]


if __name__ == "__main__":
    main(prog_name="python -m bench.rivals")
