"""`python -m bench with-services`: lends a command the stores it needs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import click

from ..context import needed_stores
from ..processes.children import LAUNCHER, BenchError
from ..processes.interrupts import Interrupted, interruptible
from ..services import Services
from .failing import fail


@click.command(
    name="with-services",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--redis-url", metavar="URL", help="Use this one. Default: start a Valkey.")
@click.option("--postgres", is_flag=True, help="Start a PostgreSQL as well.")
@click.option("--for", "scheme", metavar="SCHEME", help="Start a PostgreSQL if SCHEME needs one.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def with_services(
    redis_url: str | None, postgres: bool, scheme: str | None, command: tuple[str, ...]
) -> None:
    """Run COMMAND with DEMO_STORE_URL and DEMO_KEYS_FILE set to stores that end with it."""
    try:
        postgres = postgres or (scheme is not None and "postgres" in needed_stores([scheme]))
        with interruptible(), Services(redis_url, postgres=postgres) as services:
            variables = {
                "DEMO_STORE_URL": " ".join(services.store_urls),
                "DEMO_KEYS_FILE": str(services.keys_file),
            }
            code = _run_in_foreground(command, variables)
    except BenchError as exc:
        fail(str(exc))
    except Interrupted as exc:
        code = exc.exit_code
    sys.exit(code)


def _run_in_foreground(command: tuple[str, ...], variables: dict[str, str]) -> int:
    """The exit status of *command*, which has the terminal, and with it Ctrl-C, for itself."""
    launch = [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(int(signal.SIGTERM))]
    process = subprocess.Popen([*launch, "", *command], env={**os.environ, **variables})
    try:
        code = process.wait()
    except Interrupted as exc:
        code = _end(process, exc.number)
    return code if code >= 0 else 128 - code


def _end(process: subprocess.Popen[bytes], number: int) -> int:
    """Wait for the end of *process*, which is told of the signal if it does not know already."""
    # A terminal sends Ctrl-C to both of us; anything else came to us alone.
    for patience_s, told in ((0.5, number), (10.0, signal.SIGKILL)):
        try:
            return process.wait(patience_s)
        except subprocess.TimeoutExpired:
            process.send_signal(told)
    return process.wait()
