"""`python -m bench mistakes`: each trap of load testing, wrong and then right, on this machine."""

from __future__ import annotations

import dataclasses
import json
import secrets
import sys
import time
from collections.abc import Callable

import click

from ..commands.failing import fail
from ..helpful import Choice
from ..nodes import start_nodes
from ..processes.children import BenchError, watched
from ..processes.interrupts import Interrupted, interruptible
from ..processes.placement import place
from ..services import Services
from .shown import Shown
from .stage import SCHEMES, Stage
from .traps import TRAPS

EACH_S = 12


@click.command()
@click.option(
    "--only",
    type=Choice(list(TRAPS)),
    multiple=True,
    help="Show this one; may be given several times. Default: all of them.",
)
@click.option("--json", "as_json", is_flag=True, help="Give the numbers as JSON.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Draws the arrivals.")
def mistakes(only: tuple[str, ...], as_json: bool, seed: int | None) -> None:
    """Show the traps of load testing on this machine: each the wrong way, then the right way.

    With real Locust against a real node, about ten seconds each. Exit status 1 if one could not
    be shown. docs/mistakes.md explains them.
    """
    names = [name for name in TRAPS if name in only] or list(TRAPS)
    found: list[Shown] = []
    click.echo(f"{len(names)} traps, about {len(names) * EACH_S} s", err=True)

    def tell(shown: Shown) -> None:
        found.append(shown)
        if not as_json:
            click.echo(f"{shown.text()}\n")

    try:
        _show(names, secrets.randbits(32) if seed is None else seed, tell)
    except BenchError as exc:
        fail(str(exc))
    except Interrupted as exc:
        fail(str(exc), exc.exit_code)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(shown) for shown in found], indent=1))
    if missing := [shown.name for shown in found if not shown.shown]:
        fail(
            f"not shown here: {', '.join(missing)}; a machine that is busy with something else "
            "blurs them, so try again when it is not"
        )
    sys.exit(0)


def _show(names: list[str], seed: int, tell: Callable[[Shown], None]) -> None:
    placement = place()
    with (
        interruptible(),
        Services(cores=placement.server) as services,
        watched(),
        start_nodes(
            1,
            SCHEMES,
            store_urls=services.store_urls,
            keys_file=services.keys_file,
            folder=services.folder,
            cores=placement.server,
        ) as nodes,
    ):
        stage = Stage(services, nodes, placement, seed)
        started = time.monotonic()
        for number, name in enumerate(names):
            elapsed_s = time.monotonic() - started
            left_s = elapsed_s / number * (len(names) - number) if number else len(names) * EACH_S
            click.echo(f"  {name} … about {left_s:.0f} s left", err=True)
            tell(TRAPS[name](stage))
