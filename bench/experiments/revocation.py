"""Revocation behaviour: how long a credential goes on working after its end was acknowledged.

Under each scheme, credentials are used at every node at a fixed rate, revoked through one of
them, and used on until well after the claimed bound. What a cell holds is in
docs/records.md; bench.revocation.history says what is read out of it.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace as replace_fields
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from demo.auth import Scheme, Settings
from demo.schemes import build

from ..caller import Refused
from ..context import mount_of
from ..nodes import Node, Nodes, start_nodes
from ..processes.children import BenchError
from ..records import Arm, Cell
from ..revocation.cells import revocation_cell
from ..revocation.measuring import measure, tampered_status
from ..revocation.revokes import TOGETHER, Trials, once_each
from ..revocation.rotation import rotate
from ..revocation.turns import Found, Tell, Turn, save, take
from ..revocation.vigil import CLOCK_S, Member, Vigil
from ..services import Services

if TYPE_CHECKING:
    from ..context import Context

TURNS = 0.7
"""Of the experiment's progress: what the schemes' turns are."""


def run(context: Context) -> None:
    """Measure every arm that has something to revoke, and save its cells."""
    plan, services = context.plan, context.services
    keys_file = services.folder / "revocation-keys.json"  # its own: they are lost in the end
    arms = once_each(context.arms)
    if not arms:
        return
    order = random.Random(repr(context.seed_for("revocation", "order")))
    order.shuffle(arms)
    # Where nothing else ends a token, its end is to come while it is watched. A token that can be
    # called back lives for minutes: its expiry is not to hide that nobody called it back.
    expiring = [arm for arm in arms if arm.strength == "at-expiry"]
    start = partial(
        start_nodes,
        mounts=[mount_of(arm) for arm in arms],
        store_urls=services.store_urls,
        keys_file=keys_file,
        folder=services.folder,
        access_of={arm.name: plan.revocation_access_s for arm in expiring},
        timing=False,
        # On no core of their own: all of them on one cannot answer every probe before the next.
    )
    settings = Settings(store_url=" ".join(services.store_urls), keys_file=keys_file)
    short = replace_fields(settings, access=timedelta(seconds=plan.revocation_access_s))
    schemes = {arm.name: build(arm.scheme, short if arm in expiring else settings) for arm in arms}
    for scheme in schemes.values():
        scheme.close()
    with start(plan.revocation_nodes) as nodes:
        revoked = [
            Turn(arm.name, partial(_revoke_under, context, schemes[arm.name], nodes, arm))
            for arm in arms
        ]
        if plan.revocation_watch_s and not context.is_done("revocation", "vigil"):
            members = [
                Member(name, scheme, serving(scheme, list(nodes)))
                for name, scheme in schemes.items()
            ]
            count = plan.revocation_nodes
            with start(1, first=count + 1, clock_s=CLOCK_S) as odd:
                _beside(context, members, odd, lambda: take(context, revoked, (0.0, TURNS)))
        else:
            take(context, revoked, (0.0, TURNS))
        signed = [arm.name for arm in arms if arm.mechanism == "token"]
        groups = [signed[at : at + TOGETHER] for at in range(0, len(signed), TOGETHER)]
        lost = [
            Turn(f"lost keys {number}", partial(_lose_under, context, keys_file, nodes, group))
            for number, group in enumerate(groups if plan.revocation_key_trials else (), 1)
        ]
        take(context, lost, (TURNS, 1.0))


def _beside(
    context: Context, members: Sequence[Member], odd: Nodes, turns: Callable[[], None]
) -> None:
    """Watch one login of each scheme for long, and take the *turns* meanwhile."""
    plan = context.plan
    draw = random.Random(repr(context.seed_for("revocation", "vigil")))
    longest_s = plan.revocation_longest_s
    with Vigil(members, odd, plan.revocation_watch_s, draw, longest_s) as vigil:
        turns()
        try:
            vigil.finish(lambda: context.progress.advance(TURNS, "watching on"))
        except (Refused, OSError) as exc:
            raise BenchError(f"while logins were watched for long: {exc}") from exc
    for cell, arrays in vigil.cells():
        save(context, cell, arrays)
    context.finish("revocation", "vigil")


def _revoke_under(
    context: Context, scheme: Scheme, nodes: Nodes, arm: Arm, tell: Tell
) -> Iterator[Found]:
    plan = context.plan
    at = serving(scheme, list(nodes))
    trials = Trials(
        # One node alone gives one node-revocation a trial.
        random_count=plan.revocation_trials * len(nodes) // len(at),
        adversarial_count=plan.revocation_trials_adversarial,
        interval_s=plan.probe_interval_ms / 1e3,
        bound_s=scheme.bound_s,
        immediate=scheme.strength == "immediate",
        follows=scheme.strength != "at-expiry",
        longest_s=plan.revocation_longest_s,
    )
    draw = random.Random(repr(context.seed_for("revocation", arm.name)))
    attack = scheme.weakest(_own_stores(context.services))
    with contextlib.closing(attack) if attack else contextlib.nullcontext():
        yield from measure(arm.name, at, trials, draw, tell, attack)


def _lose_under(
    context: Context, keys_file: Path, nodes: Nodes, group: Sequence[str], _: Tell
) -> Iterator[Found]:
    draw = random.Random(repr(context.seed_for("revocation", "keys", *group)))
    plan = context.plan
    return lose_keys(
        group, nodes, keys_file, plan.revocation_key_trials, plan.probe_interval_ms, draw
    )


def _own_stores(services: Services) -> list[str]:
    """Return the URL of the Valkey that this run started; none if somebody else's was given."""
    return [services.redis_url] if services.server is not None else []


def lose_keys(
    arms: Sequence[str],
    nodes: Nodes,
    keys_file: Path,
    rounds: int,
    interval_ms: float,
    draw: random.Random,
) -> Iterator[Found]:
    """Lose the keys *rounds* times, all *arms* watched at once; a cell for each, without IDs."""
    trials = Trials(rounds, 0, interval_ms / 1e3, 0.0, immediate=True)
    started_at = time.time()
    try:
        refused = {arm: tampered_status(arm, list(nodes)) for arm in arms}
        interval_ns = int(interval_ms * 1e6)
        seen = [rotate(arms, nodes, keys_file, interval_ns, draw) for _ in range(rounds)]
    except (Refused, OSError) as exc:
        raise BenchError(f"while keys are lost: {exc}") from exc
    for arm in arms:
        template = Cell(id="", measure="revocation", arm=arm, started_at=started_at)
        template = replace(template, conditions={"nodes": float(len(nodes))})
        found = [one[arm] for one in seen]
        yield revocation_cell(template, trials, found, refused[arm], ("random", "key"))


def serving(scheme: Scheme, nodes: list[Node]) -> list[Node]:
    """The nodes that can serve *scheme* together: one, if its state is in process memory."""
    return nodes if scheme.shared else nodes[:1]
