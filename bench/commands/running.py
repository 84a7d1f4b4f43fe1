"""`python -m bench run`: measures by a plan and writes the report."""

from __future__ import annotations

import secrets
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console

from ..helpful import Choice
from ..journal import Ending, Order
from ..nearest import nearest
from ..plan import EXPERIMENTS
from ..plans import PLANS
from ..processes.children import BenchError, environment_of_children
from ..processes.folders import GENERATED, find_run
from ..processes.interrupts import Interrupted, interruptible
from ..resuming import order_of
from ..run import execute
from ..services import without_password
from .failing import fail
from .several import OPTIONS_OF_MACHINES, experiments_of, machines_of, options_of_machines

JUDGED = {3: "some figures are withheld", 4: "a guarantee was broken"}
"""What the exit statuses of a complete run mean; 1 is a run that failed, 2 a wrong command."""
GUARANTEE_BROKEN = 4


def _names(_context: click.Context, _option: click.Parameter, value: str) -> list[str]:
    return [name.strip() for name in value.split(",") if name.strip()]


def _experiments(context: click.Context, option: click.Parameter, value: str) -> list[str]:
    names = _names(context, option, value)
    if unknown := [name for name in names if name not in EXPERIMENTS]:
        known = nearest(unknown[0], EXPERIMENTS)
        raise click.BadParameter(f"{unknown[0]!r} is not an experiment; {known}")
    return [name for name in EXPERIMENTS if name in names] or list(EXPERIMENTS)


@click.command()
@click.option(
    "--plan",
    type=Choice(list(PLANS)),
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
@click.option(
    "--resume",
    metavar="RUN",
    help="Go on with an interrupted run, a folder or a name under reports/generated: what is "
    "finished is kept. Plan, seed, schemes and experiments are the run's.",
)
@options_of_machines
@click.pass_context
def run(
    context: click.Context,
    /,
    plan: str,
    seed: int | None,
    out: Path,
    redis_url: str | None,
    postgres_url: str | None,
    schemes: list[str],
    only: list[str],
    resume: str | None,
    **elsewhere: Any,
) -> None:
    """Measure by a plan and write the report; the last line says where it is.

    Exit status 0; 3 if some figures are withheld; 4 if a guarantee was broken; 1 if the run failed;
    2 for a wrong command.
    """
    console = Console(soft_wrap=True)
    if resume is not None:
        _refuse_other_options(context)
        sys.exit(_carry_out(lambda: order_of(find_run(resume), redis_url, postgres_url), console))
    try:
        machines = machines_of(**elsewhere)
        only = experiments_of(machines, only, _is_given(context, "only"))
    except BenchError as exc:
        fail(str(exc))
    if not _is_given(context, "only"):
        only = [name for name in only if name in PLANS[plan].experiments]
    seed = secrets.randbits(32) if seed is None else seed
    order = Order(
        plan=PLANS[plan],
        seed=seed,
        out=out.absolute(),
        redis_url=redis_url,
        postgres_url=postgres_url,
        schemes=schemes,
        only=only,
        machines=machines,
        command=_repeat(context, seed, only),
    )
    sys.exit(_carry_out(lambda: order, console))


def _carry_out(order: Callable[[], Order], console: Console) -> int:
    """Measure and report, and give the exit status."""
    try:
        ending = execute(order(), console)
    except BenchError as exc:
        fail(str(exc))
    return _report(ending)


def _refuse_other_options(context: click.Context) -> None:
    """A run that goes on cannot become another one."""
    for name in ("plan", "seed", "out", "schemes", "only", *OPTIONS_OF_MACHINES):
        if _is_given(context, name):
            fail(f"--resume takes it from the run; leave {_option(name)} out")


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _repeat(context: click.Context, seed: int, only: list[str]) -> str:
    """The command that measures the same again."""
    said: dict[str, Any] = {**context.params, "seed": seed, "only": ",".join(only)}
    parts = ["python", "-m", "bench", "run", "--plan", said["plan"], "--seed", str(seed)]
    for name in ("redis_url", "postgres_url"):
        parts += [_option(name), without_password(said[name])] if said[name] else []
    parts += ["--schemes", ",".join(said["schemes"])] if said["schemes"] else []
    parts += ["--only", said["only"]] if len(only) < len(EXPERIMENTS) else []
    parts += [part for url in said["node_urls"] for part in ("--node-url", url)]
    for name in ("workers_expected", "master_host", "master_port"):
        parts += [_option(name), str(said[name])] if _is_given(context, name) else []
    return shlex.join(parts)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _report(ending: Ending) -> int:
    """Render what was measured, in a process of its own: the bench does not know reports."""
    if ending.reason:
        click.echo(f"bench: {ending.state}: {ending.reason}", err=True)
    if not ending.measured:
        return ending.exit_code or 1
    if ending.state != "complete":
        again = shlex.join(["python", "-m", "bench", "run", "--resume", _near(ending.folder)])
        click.echo(f"bench: it can go on: {again}", err=True)
    code = 0
    try:
        with interruptible():
            command = [sys.executable, "-m", "reports", "render", str(ending.folder)]
            # It prints the answer, and the path of the page last.
            code = subprocess.call(command, env=environment_of_children())
    except Interrupted as exc:
        code = exc.exit_code
    if code and code != GUARANTEE_BROKEN:
        again = shlex.join(["python", "-m", "reports", "render", str(ending.folder)])
        click.echo(f"bench: not rendered; once there is nothing in the way: {again}", err=True)
    return ending.exit_code or code or _judged(ending.folder)


def _judged(folder: Path) -> int:
    """Return the exit status that the report gives a complete run, and say why if it is not 0."""
    status: int = msgspec.json.decode((folder / "results.json").read_bytes())["exit_status"]
    if status:
        click.echo(f"bench: {JUDGED[status]}; the report names each", err=True)
    return status


def _near(path: Path) -> str:
    """*path* as short as it can be said from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
