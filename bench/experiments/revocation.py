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

from demo.auth import Moment, Scheme, Settings
from demo.schemes import build

from ..caller import Caller, Refused
from ..context import mount_of
from ..nodes import Node, Nodes, start_nodes
from ..payload.wire import Connection
from ..processes.children import BenchError
from ..records import Arm, Cell
from ..revocation.attempts import Attempt
from ..revocation.cells import Seen, revocation_cell
from ..revocation.history import REJECT
from ..revocation.prober import observe
from ..revocation.revokes import (
    GROUPS,
    TOGETHER,
    Batch,
    Case,
    Trials,
    canary,
    once_each,
    together,
)
from ..revocation.rotation import rotate
from ..revocation.turns import Found, Tell, Turn, save, take
from ..revocation.vigil import CLOCK_S, Member, Vigil
from ..services import Services

if TYPE_CHECKING:
    from ..context import Context

TURNS = 0.7
"""Of the experiment's progress: what the schemes' turns are."""
PHASE_INTERVALS = 5
"""The random phase of an immediate scheme: this many probe intervals, drawn evenly."""
EXPIRY_MARGIN_S = 0.3
"""The random phase of a scheme that waits for expiry ends this long before the expiry itself."""


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
        refused = {arm: _tampered_status(arm, list(nodes)) for arm in arms}
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


def measure(
    arm: str,
    nodes: Sequence[Node],
    trials: Trials,
    draw: random.Random,
    tell: Tell = lambda _: None,
    attack: Moment | None = None,
) -> Iterator[Found]:
    """Put the mount *arm* of *nodes* through all its revocations; gives its cells, without IDs.

    Raises BenchError if nobody can log in there.
    """
    template = Cell(id="", measure="revocation", arm=arm, started_at=time.time())
    template = replace(template, conditions={"nodes": float(len(nodes))})
    planned = trials.batches(len(nodes), draw)
    seen: list[Seen] = []
    try:
        refused = _tampered_status(arm, nodes)
        for number, batch in enumerate(planned, 1):
            seen += _watch(arm, nodes, trials, batch, attack)
            tell(number / len(planned))
    except (Refused, OSError) as exc:
        raise BenchError(f"{arm}: {exc}") from exc
    for phase, kind in GROUPS:
        group = [one for one in seen if (one.case.phase, one.case.kind) == (phase, kind)]
        if group:  # a plan may have none of a kind
            yield revocation_cell(template, trials, group, refused, (phase, kind))


def _tampered_status(arm: str, nodes: Sequence[Node]) -> int:
    """What every node gives for a tampered credential; the first that is no 401, if one is not."""
    statuses = []
    for node in nodes:
        with Connection(node.host, node.port) as connection:
            caller = Caller(connection, node.base(arm))
            caller.login("alice")
            statuses.append(caller.tampered().me().status)
    return next((status for status in statuses if status != REJECT), REJECT)


def _watch(
    arm: str,
    nodes: Sequence[Node],
    trials: Trials,
    batch: Batch,
    attack: Moment | None,
) -> list[Seen]:
    logged_in = [_log_in(arm, nodes, case, subject) for case, subject in batch]
    bound_ns = int(trials.bound_s * 1e9)
    # Only now, when all have logged in: the first ones have been aging meanwhile.
    attempts = [
        replace_fields(
            attempt,
            delay_ns=_delay_ns(trials, case, expires_at),
            attack=attack if case.phase == "adversarial" and not case.follows else None,
            after=canary(batch) if case.follows else None,
            bound_ns=bound_ns,
        )
        for (case, _), (attempt, expires_at) in zip(batch, logged_in, strict=True)
    ]
    observations, fidelity = observe(
        attempts,
        [(node.host, node.port) for node in nodes],
        # As many probes a second, however many are watched.
        interval_ns=int(trials.interval_s * 1e9 * max(1, len(batch) / together(len(nodes)))),
        tail_ns=int(trials.tail_s * 1e9),
    )
    # The schedule is one for the whole batch, and so is how well it was kept.
    lags, missed = fidelity.lag_ns, fidelity.missed
    return [
        Seen(case, observation, lags, missed)
        for (case, _), observation in zip(batch, observations, strict=True)
    ]


def _log_in(arm: str, nodes: Sequence[Node], case: Case, subject: str) -> tuple[Attempt, float]:
    """The attempt that *case* asks for, and when its credential expires."""
    node = nodes[case.login_node]
    with Connection(node.host, node.port) as connection:
        victim = Caller(connection, node.base(arm))
        fields = victim.login(subject).json()
        revoker, route = victim, "/logout"
        if case.kind == "all":
            # From another device, so that the credential that is watched revokes nothing itself.
            revoker, route = Caller(connection, node.base(arm)), "/logout-everywhere"
            revoker.login(subject)
    attempt = Attempt(
        probe=victim.raw("GET", "/me"),
        subject=subject,
        revoke=revoker.raw("POST", route),
        revoke_node=case.revoke_node,
        phase=case.phase,
        trigger_node=case.trigger_node,
    )
    return attempt, float(fields["expires_at"])


def _delay_ns(trials: Trials, case: Case, expires_at: float) -> int:
    """The random phase, drawn evenly."""
    span_s = PHASE_INTERVALS * trials.interval_s
    if not trials.immediate:
        # Over what is left of its lifetime: people do not log out right after logging in.
        left_s = min(expires_at - time.time(), trials.watched_bound_s)
        span_s = max(span_s, left_s - EXPIRY_MARGIN_S)
    return int(case.when * span_s * 1e9)
