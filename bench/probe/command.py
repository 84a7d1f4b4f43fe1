"""`python -m bench probe`: hold any HTTP service's logout against its claim."""

from __future__ import annotations

import json
import random
import shlex
import sys
import time
from pathlib import Path

import click

from ..payload.wire import WireError
from ..processes.children import BenchError
from ..processes.interrupts import Interrupted, interruptible
from .checking import check_service
from .config import Config, load_config
from .findings import Findings
from .logins import Logins
from .recording import record
from .service import Service, ServiceError
from .targets import TargetError, check_targets
from .verdict import cannot_tell, judge_trials
from .watching import EXTRA_S, Trial, watch
from .weighing import is_token, warnings, weigh

BROKEN, UNUSABLE = 1, 2


@click.command()
@click.option(
    "--config",
    "path",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The description of the service, in TOML; docs/probe.md has every key.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write a run into this folder, for `python -m reports render`.",
)
@click.option(
    "--i-may-probe",
    "named",
    multiple=True,
    metavar="HOST",
    help="A host in the description that is not this machine, and that is yours to probe.",
)
def probe(path: Path, as_json: bool, out: Path | None, named: tuple[str, ...]) -> None:
    """
    See how long a credential of any HTTP service goes on working after its logout, and what being
    logged in weighs.

    Ends with 0 if the service keeps what the description claims, 1 if not, 2 if it cannot be told.
    """
    started_at = time.time()
    try:
        with interruptible():
            found = probe_service(load_config(path), named)
            click.echo(json.dumps(found.as_json(), indent=2) if as_json else found.as_text())
            if out is not None:
                command = shlex.join(["python", "-m", "bench", "probe", "--config", str(path)])
                folder = record(found, out, started_at, command)
                click.echo(f"run: {folder}", err=as_json)
    except Interrupted as exc:
        click.echo(f"bench: {exc}", err=True)
        sys.exit(exc.exit_code)
    except WireError as exc:
        click.echo(f"bench: {exc}: does the service run, and is it at one of nodes?", err=True)
        sys.exit(UNUSABLE)
    except (BenchError, TargetError, OSError) as exc:
        click.echo(f"bench: {exc}", err=True)
        sys.exit(UNUSABLE)
    if found.verdict.outcome == "void":
        sys.exit(UNUSABLE)
    sys.exit(BROKEN if found.verdict.broken else 0)


def probe_service(config: Config, named: tuple[str, ...] = ()) -> Findings:
    """Measure the service; raises `TargetError`, `ServiceError` or `OSError` if that cannot be."""
    settings = config.watch
    service = Service(config)
    each_s = settings.tail_s + EXTRA_S + 1.0
    requests = settings.trials * len(service.nodes) * each_s * 1e3 / settings.interval_ms
    check_targets(service.nodes, named, interval_ms=settings.interval_ms, requests=requests)
    logins = Logins(service, lambda words: click.echo(f"bench: {words}", err=True))
    login = logins.next(service.nodes[0])
    ways = check_service(service, login)
    counts, compressed = weigh(service, login)
    trials, stopped = _watched(service, logins)
    verdict = judge_trials(trials, settings.claimed_bound_s, settings.tail_s)
    if not trials:
        verdict = cannot_tell(stopped)
    opened = [f"the cookie {name!r} opens the login without [credential]" for name in ways]
    return Findings(
        config=config,
        verdict=verdict,
        trials=trials,
        counts=counts,
        compressed=compressed,
        is_token=is_token(login),
        transport=service.transport,
        warnings=warnings(service, login) + opened,
        stopped=stopped,
    )


def _watched(service: Service, logins: Logins) -> tuple[list[Trial], str]:
    """The trials, and why there are fewer than wanted: what was seen before that is kept."""
    settings = service.config.watch
    draw = random.Random(settings.seed)
    trials: list[Trial] = []
    with click.progressbar(range(settings.trials), label="logouts", file=sys.stderr) as numbers:
        for number in numbers:
            try:
                login = logins.next(service.nodes[draw.randrange(len(service.nodes))])
            except (ServiceError, WireError) as exc:
                return trials, str(exc)
            trials.append(watch(service, login, number, draw))
    return trials, ""
