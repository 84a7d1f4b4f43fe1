"""`python -m bench worker`: sends a part of the requests of a run that another machine conducts."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import click

from ..commands.failing import fail
from ..commands.several import MASTER_PORT
from ..processes.children import BenchError
from ..processes.interrupts import Interrupted, interruptible
from ..processes.locust import locust
from ..processes.placement import place

_LOCUSTFILE = Path(__file__).with_name("locustfile.py")
BLOCK_LIMIT_S = 24 * 3600.0


@click.command()
@click.option(
    "--master-host", required=True, metavar="ADDRESS", help="Where `python -m bench run` runs."
)
@click.option(
    "--master-port",
    type=click.IntRange(1, 65535),
    default=MASTER_PORT,
    show_default=True,
    help="As given there.",
)
@click.option(
    "--patience-s",
    type=click.FloatRange(min=1),
    default=300.0,
    show_default=True,
    help="End when nobody has conducted for so many seconds.",
)
def worker(master_host: str, master_port: int, patience_s: float) -> None:
    """Send a part of the requests of a run, block after block, until it ends or Ctrl-C.

    Start it before or after `python -m bench run --workers-expected N --master-host ADDRESS`;
    see docs/more-machines.md.
    """
    blocks = 0
    try:
        with interruptible(), tempfile.TemporaryDirectory(prefix="bench-worker-") as name:
            click.echo(f"waiting for {master_host}:{master_port}; Ctrl-C ends this worker")
            while _keep_one(Path(name), master_host, master_port, patience_s):
                blocks += 1
                click.echo(f"{blocks} blocks kept")
    except BenchError as exc:
        fail(str(exc))
    except Interrupted as exc:
        click.echo(f"bench: {exc}; {blocks} blocks kept", err=True)
        sys.exit(exc.exit_code)
    if not blocks:
        fail(f"nobody conducts at {master_host}:{master_port}; start python -m bench run there")


def _keep_one(folder: Path, host: str, port: int, patience_s: float) -> bool:
    """Be Locust's worker once; False if no master came in time."""
    log = folder / "locust.log"
    log.unlink(missing_ok=True)
    began = folder / "began"
    began.unlink(missing_ok=True)
    options: list[str | Path] = ["-f", _LOCUSTFILE, "--worker"]
    options += ["--master-host", host, "--master-port", str(port), "--loglevel", "WARNING"]
    options += ["--began", began]
    deadline = time.monotonic() + patience_s

    def tick() -> None:
        if not began.exists() and time.monotonic() > deadline:
            raise TimeoutError

    with locust(options, log, place().generator) as child:
        try:
            child.wait(BLOCK_LIMIT_S, tick)
        except TimeoutError:
            return False
    if not began.exists():
        raise BenchError(child.obituary())
    return True
