"""One scheme's revocations: logged in, watched and revoked, batch by batch."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace as replace_fields

from msgspec.structs import replace

from demo.auth import Moment

from ..caller import Caller, Refused
from ..nodes import Node
from ..payload.wire import Connection
from ..processes.children import BenchError
from ..records import Cell
from .attempts import Attempt
from .cells import Seen, revocation_cell
from .history import REJECT
from .prober import observe
from .revokes import GROUPS, Batch, Case, Trials, canary, together
from .turns import Found, Tell

PHASE_INTERVALS = 5
"""The random phase of an immediate scheme: this many probe intervals, drawn evenly."""
EXPIRY_MARGIN_S = 0.3
"""The random phase of a scheme that waits for expiry ends this long before the expiry itself."""


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
        refused = tampered_status(arm, nodes)
        for number, batch in enumerate(planned, 1):
            seen += _watch(arm, nodes, trials, batch, attack)
            tell(number / len(planned))
    except (Refused, OSError) as exc:
        raise BenchError(f"{arm}: {exc}") from exc
    for phase, kind in GROUPS:
        group = [one for one in seen if (one.case.phase, one.case.kind) == (phase, kind)]
        if group:  # a plan may have none of a kind
            yield revocation_cell(template, trials, group, refused, (phase, kind))


def tampered_status(arm: str, nodes: Sequence[Node]) -> int:
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
