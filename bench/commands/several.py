"""The options of `run` for more than one machine, and what they mean together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from ..machines.given import Machines
from ..processes.children import BenchError

LOOPBACK = "127.0.0.1"
MASTER_PORT = 5557
OPTIONS_OF_MACHINES = ("node_urls", "workers_expected", "master_host", "master_port")
ELSEWHERE = ("lookup",)
"""What can be measured at nodes that somebody else started."""


def options_of_machines(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to *command*; docs/more-machines.md tells how they are used."""
    for option in (
        click.option(
            "--master-port",
            type=click.IntRange(1, 65535),
            default=MASTER_PORT,
            show_default=True,
            help="The port that workers connect to.",
        ),
        click.option(
            "--master-host",
            metavar="ADDRESS",
            default=LOOPBACK,
            show_default=True,
            help="The address of this machine that workers connect to.",
        ),
        click.option(
            "--workers-expected",
            type=click.IntRange(0, 100),
            default=0,
            metavar="N",
            help="Let N machines send the requests of lookup, each a part of the schedule: those "
            "that run `python -m bench worker`. Default: this one alone.",
        ),
        click.option(
            "--node-url",
            "node_urls",
            multiple=True,
            metavar="http://HOST:PORT",
            help="Measure lookup at this node, which serves every scheme of the run. May be given "
            "several times. Default: start one here.",
        ),
    ):
        command = option(command)
    return command


def machines_of(
    node_urls: Sequence[str], workers_expected: int, master_host: str, master_port: int
) -> Machines | None:
    """What the options say; None for this machine alone. `BenchError` where they do not fit."""
    if not node_urls and not workers_expected:
        if (master_host, master_port) != (LOOPBACK, MASTER_PORT):
            raise BenchError("--master-host is for workers; say how many with --workers-expected")
        return None
    if len(node_urls) > max(1, workers_expected):
        raise BenchError(
            f"{len(node_urls)} nodes and {max(1, workers_expected)} to send requests: some nodes "
            "would stay idle; name as many with --workers-expected"
        )
    if workers_expected and not node_urls and master_host != LOOPBACK:
        raise BenchError(
            "workers on other machines cannot reach a node that listens here alone; start one and "
            "name it with --node-url"
        )
    return Machines(tuple(node_urls), workers_expected, master_host, master_port)


def experiments_of(machines: Machines | None, only: Sequence[str], chosen: bool) -> list[str]:
    """What to measure; `BenchError` where *only*, if it was *chosen*, cannot be."""
    if machines is None or not machines.node_urls:
        return list(only)
    others = [name for name in only if name not in ELSEWHERE]
    if others and chosen:
        raise BenchError(
            f"{', '.join(others)} starts and stops nodes of its own, and cannot be measured at "
            "--node-url; leave it out with --only, or see python -m bench probe --help"
        )
    return [name for name in only if name in ELSEWHERE]
