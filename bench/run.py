"""One run: its folder, its services, its experiments one after the other, and how it ended."""

from __future__ import annotations

import importlib
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import asdict

from rich.console import Console

from demo.auth import Settings

from . import gates
from .context import Context, arms_of, describe_schemes, needed_stores, wanted_schemes
from .environment import capture
from .journal import Ending, Journal, Order, about_files
from .ledger import Ledger
from .lookup.resolution import expected_resolution
from .plan import ORDER
from .processes.children import BenchError, ChildDied, casualties, watched
from .processes.folders import make_run_folder
from .processes.interrupts import Interrupted, interruptible
from .processes.placement import Placement, place
from .progress import Progress
from .records import Environment, State, write_environment
from .resuming import CannotResume, refuse_if_changed
from .services import Services

MAY_REPEAT = {"lookup", "revocation"}
"""The experiments that measure again what was disturbed."""


def execute(order: Order, console: Console) -> Ending:
    """
    Measure, and give how it ended: a run that fails or is stopped keeps what it has.

    Raises `BenchError` for an order that cannot be carried out at all; nothing is written then.
    """
    needed = needed_stores(wanted_schemes(order.schemes, order.plan.schemes))
    folder = order.resume or make_run_folder(order.out, order.plan.name)
    with Ledger(folder) as ledger:
        return _execute(order, console, Journal(folder, order), ledger, needed)


def _execute(
    order: Order, console: Console, journal: Journal, ledger: Ledger, needed: Collection[str]
) -> Ending:
    state: State = "complete"
    reason, exit_code = "", 0
    console.print(_forecast(order), highlight=False)
    try:
        with interruptible():
            _measure(journal, order, console, ledger, needed)
    except Interrupted as exc:
        state, reason, exit_code = "interrupted", str(exc), exc.exit_code
    except CannotResume:
        raise
    except BenchError as exc:
        state, reason, exit_code = "failed", str(exc), 1
    except Exception as exc:
        state, reason, exit_code = "failed", about_files(exc), 1
        if not reason:
            reason = f"{type(exc).__name__}: {exc}"
            journal.keep_trace()
    if reason and journal.doing:
        reason = f"{reason} (while measuring {journal.doing})"
    return journal.end(state, " ".join(reason.split()), exit_code)


def _measure(
    journal: Journal, order: Order, console: Console, ledger: Ledger, needed: Collection[str]
) -> None:
    placement = place()
    if order.resume is None:
        journal.begin()
    wanted = wanted_schemes(order.schemes, order.plan.schemes)
    stores = Services(
        order.redis_url,
        placement.server,
        postgres="postgres" in needed,
        postgres_url=order.postgres_url,
    )
    with stores as services, watched():
        settings = Settings(store_url=" ".join(services.store_urls), keys_file=services.keys_file)
        schemes = describe_schemes(wanted, settings)
        environment = _environment(services, placement, order)
        arms = arms_of(schemes, order.plan.again)
        if order.resume is not None and ledger.parts:
            refuse_if_changed(journal.folder, journal.run.arms, environment, arms)
        else:
            write_environment(journal.folder, environment)
        ledger.clear_unfinished()
        run = journal.begin(arms=arms)
        expected_s = order.plan.forecasts_s(len(schemes), order.only)
        with Progress(console, expected_s) as progress:
            context = Context(
                folder=journal.folder,
                run=run,
                plan=order.plan,
                services=services,
                seed=order.seed,
                progress=progress,
                schemes=schemes,
                placement=placement,
                machines=order.machines,
                ledger=ledger,
                expected_s=expected_s,
            )
            # Of the part that ran before; what else was found then comes from the ledger.
            context.gates += [gate for gate in run.gates if gate.name == "steal"]
            journal.context = context
            _run_experiments(journal, context, order.only)


def _run_experiments(journal: Journal, context: Context, only: Collection[str]) -> None:
    under_way: dict[str, Iterator[None]] = {}
    try:
        for place, name in enumerate(ORDER):
            if name not in only:
                continue
            if context.is_done(name):
                context.progress.finish(name)
                continue
            journal.doing = name
            context.progress.begin(name)
            if name not in under_way:
                experiment = importlib.import_module(f".experiments.{name}", __package__)
                under_way[name] = iter(experiment.run(context) or ())
            if name in ORDER[place + 1 :]:
                next(under_way[name], None)  # until it pauses
            else:
                deque(under_way[name], maxlen=0)
                context.finish(name)
                context.progress.finish(name)
        journal.doing = ""
    except Exception as exc:
        # An experiment may see no more than a closed connection; say whose it was.
        if (dead := casualties()) and not isinstance(exc, ChildDied):
            raise ChildDied("; ".join(child.obituary() for child in dead)) from exc
        raise
    finally:
        if MAY_REPEAT & set(only):
            repeated, allowed = context.repeated, context.repeats_allowed
            context.gates.append(gates.blocks_repeated(repeated, allowed))
        context.gates.append(gates.steal(context.steal.percent()))


def _environment(services: Services, placement: Placement, order: Order) -> Environment:
    return capture(
        settings={
            "plan": asdict(order.plan),
            "seed": order.seed,
            "store": services.options(),
            "server_cores": list(placement.server),
            "generator_cores": list(placement.generator),
            "garbage_collector": "off in the generator and in the hot loop while they time",
        },
        stores=services.versions(),
    )


def _forecast(order: Order) -> str:
    """What is about to happen, and how long it will take."""
    arms = len(wanted_schemes(order.schemes, order.plan.schemes))
    minutes, seconds = divmod(round(order.plan.forecast_s(arms, order.only), -1), 60)
    about = f"{minutes:.0f} min {seconds:02.0f} s" if minutes else f"{seconds:.0f} s"
    what = ", ".join(order.only)
    told = f"plan {order.plan.name}: {what}; about {about}, then the report; seed {order.seed}"
    if "lookup" in order.only:
        told += f"\n{expected_resolution(order.plan, order.out).sentence()}"
    return told
