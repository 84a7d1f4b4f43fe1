"""`python -m bench`: measure and report, or lend a command the stores it needs."""

from __future__ import annotations

import os
import secrets
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import click
from rich.console import Console

from .journal import Ending, Order
from .plan import EXPERIMENTS, PLANS
from .processes.children import LAUNCHER, BenchError, environment_of_children
from .processes.folders import GENERATED
from .processes.interrupts import Interrupted, interruptible
from .run import execute
from .services import Services, without_password


@click.group(context_settings={"max_content_width": 100})
def main() -> None:
    """Measure sessions and tokens."""


def _names(_context: click.Context, _option: click.Parameter, value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


def _experiments(context: click.Context, option: click.Parameter, value: str) -> list[str]:
    names = _names(context, option, value)
    if unknown := [name for name in names if name not in EXPERIMENTS]:
        known = ", ".join(EXPERIMENTS)
        raise click.BadParameter(f"{unknown[0]!r} is not an experiment; there are {known}")
    return [name for name in EXPERIMENTS if name in names] or list(EXPERIMENTS)


@main.command()
@click.option(
    "--plan",
    type=click.Choice(list(PLANS)),
    default="standard",
    show_default=True,
    help="; ".join(f"{plan.name}: {plan.summary}" for plan in PLANS.values()) + ".",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    help="Draws every random order and arrival; give a run's seed to repeat it. Default: random.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=GENERATED,
    help="Folder that gets the folder of the run. Default: reports/generated.",
)
@click.option(
    "--redis-url",
    metavar="URL",
    help="Use this Redis or Valkey, with a database nobody else uses. Default: start a Valkey.",
)
@click.option(
    "--postgres-url",
    metavar="URL",
    help="Use this PostgreSQL where one is needed. Default: start one, if a scheme needs it.",
)
@click.option(
    "--schemes",
    metavar="A,B",
    default="",
    callback=_names,
    help="Measure these schemes, and the controls; `all` for every one that is installed. "
    "Default: the usual ten, and what other packages add.",
)
@click.option(
    "--only",
    metavar=",".join(EXPERIMENTS),
    default=",".join(EXPERIMENTS),
    callback=_experiments,
    help="Leave the other experiments out. Default: all.",
)
def run(
    plan: str,
    seed: int | None,
    out: Path,
    redis_url: str | None,
    postgres_url: str | None,
    schemes: list[str],
    only: list[str],
) -> None:
    """Measure by a plan and write the report; the last line says where it is."""
    console = Console(soft_wrap=True)
    seed = secrets.randbits(32) if seed is None else seed
    order = Order(
        plan=PLANS[plan],
        seed=seed,
        out=out.absolute(),
        redis_url=redis_url,
        postgres_url=postgres_url,
        schemes=schemes,
        only=only,
        command=_repeat(plan, seed, redis_url, postgres_url, schemes, only),
    )
    try:
        ending = execute(order, console)
    except BenchError as exc:
        _fail(str(exc))
    sys.exit(_report(ending))


@main.command(
    name="with-services",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--redis-url", metavar="URL", help="Use this one. Default: start a Valkey.")
@click.option("--postgres", is_flag=True, help="Start a PostgreSQL as well.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def with_services(redis_url: str | None, postgres: bool, command: tuple[str, ...]) -> None:
    """Run COMMAND with DEMO_STORE_URL and DEMO_KEYS_FILE set to stores that end with it."""
    try:
        with interruptible(), Services(redis_url, postgres=postgres) as services:
            variables = {
                "DEMO_STORE_URL": " ".join(services.store_urls),
                "DEMO_KEYS_FILE": str(services.keys_file),
            }
            code = _run_in_foreground(command, variables)
    except BenchError as exc:
        _fail(str(exc))
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


def _repeat(
    plan: str,
    seed: int,
    redis_url: str | None,
    postgres_url: str | None,
    schemes: list[str],
    only: list[str],
) -> str:
    parts = ["python", "-m", "bench", "run", "--plan", plan, "--seed", str(seed)]
    parts += ["--redis-url", without_password(redis_url)] if redis_url else []
    parts += ["--postgres-url", without_password(postgres_url)] if postgres_url else []
    parts += ["--schemes", ",".join(schemes)] if schemes else []
    parts += ["--only", ",".join(only)] if len(only) < len(EXPERIMENTS) else []
    return shlex.join(parts)


def _report(ending: Ending) -> int:
    """Render what was measured, in a process of its own: the bench does not know reports."""
    if ending.reason:
        click.echo(f"bench: {ending.state}: {ending.reason}", err=True)
    if not ending.measured:
        return ending.exit_code or 1
    code = 0
    try:
        with interruptible():
            command = [sys.executable, "-m", "reports", "render", str(ending.folder)]
            # Its own last line says the same as ours.
            quiet = subprocess.DEVNULL
            code = subprocess.call(command, env=environment_of_children(), stdout=quiet)
    except Interrupted as exc:
        code = exc.exit_code
    if code:
        again = shlex.join(["python", "-m", "reports", "render", str(ending.folder)])
        click.echo(f"bench: not rendered; once there is nothing in the way: {again}", err=True)
    else:
        click.echo(f"report: {_near(ending.folder / 'index.html')}")
    return ending.exit_code or code


def _near(path: Path) -> str:
    """*path* as short as it can be said from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _fail(message: str) -> None:
    click.echo(f"bench: {message}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main(prog_name="python -m bench")
