"""Whether an interrupted run may go on: the same plan, program, machine and schemes as before.

Cells of one run are compared with each other, so that none may come from another program or
another machine than the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import msgspec

from .journal import Order
from .machines.given import Machines
from .plan import Plan
from .plans import PLANS
from .processes.children import BenchError
from .records import Arm, Environment, RecordError, read_environment, read_run

_ANEW = "measure anew with the command in its records"


class CannotResume(BenchError):
    """A run that is left as it was, since what it depends on has changed."""


def order_of(folder: Path, redis_url: str | None, postgres_url: str | None) -> Order:
    """
    What was asked of the run in *folder*; the stores' URLs are not kept there.

    Raises `BenchError` if there is no run, if it is complete, or if its plan has changed since.
    """
    try:
        run = read_run(folder)
    except RecordError as exc:
        raise BenchError(str(exc)) from exc
    if run.state == "complete":
        raise BenchError(f"{folder} is complete; there is nothing left to measure")
    settings = run.settings
    try:
        plan = msgspec.convert(settings["plan"], Plan)
        only = list(settings["experiments"])
        given = settings.get("machines")
        machines = msgspec.convert(given, Machines) if given else None
    except (KeyError, TypeError, msgspec.ValidationError) as exc:
        raise BenchError(
            f"{folder} cannot go on: its plan is not of this version; {_ANEW}"
        ) from exc
    if not run.arms:
        raise BenchError(f"{folder} ended before anything was measured; {_ANEW}")
    known = PLANS.get(plan.name)
    if known is not None and known != plan:
        differing = ", ".join(_differing(asdict(known), asdict(plan)))
        raise BenchError(
            f"{folder} cannot go on: plan {plan.name} has changed since ({differing}); {_ANEW}"
        )
    return Order(
        plan=plan,
        seed=run.seed,
        out=folder.parent,
        redis_url=redis_url,
        postgres_url=postgres_url,
        schemes=list(dict.fromkeys(arm.scheme for arm in run.arms)),
        only=only,
        command=run.command,
        machines=machines,
        resume=folder,
    )


def refuse_if_changed(
    folder: Path, arms_before: Sequence[Arm], now: Environment, arms_now: Sequence[Arm]
) -> None:
    """Raise `BenchError`, which says what it is, if anything figures depend on has changed."""
    try:
        before = read_environment(folder)
    except RecordError as exc:
        raise CannotResume(str(exc)) from exc
    changed = list(_changes(before, now))
    if [arm.name for arm in arms_before] != [arm.name for arm in arms_now]:
        changed.append("the schemes that are installed")
    if changed:
        raise CannotResume(f"{folder} cannot go on, since these changed: {'; '.join(changed)}")


def _changes(before: Environment, now: Environment) -> Iterator[str]:
    if before.commit != now.commit:
        yield f"the commit, from {before.commit[:12] or 'none'} to {now.commit[:12] or 'none'}"
    elif before.settings.get("source_sha256") != now.settings.get("source_sha256"):
        yield "the program text, though not the commit"
    for name in _differing(before.machine, now.machine):
        yield f"the machine's {name}, from {before.machine.get(name)} to {now.machine.get(name)}"
    for name in _differing(before.versions, now.versions):
        yield f"{name}, from {before.versions.get(name)} to {now.versions.get(name)}"
    # As JSON has it: what was read is compared with what would be written.
    settings = msgspec.json.decode(msgspec.json.encode(now.settings))
    for name in _differing(before.settings, settings):
        if name != "source_sha256":
            yield f"the setting {name}, from {before.settings.get(name)} to {settings.get(name)}"


def _differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    return sorted(n for n in first.keys() | second.keys() if first.get(n) != second.get(n))
