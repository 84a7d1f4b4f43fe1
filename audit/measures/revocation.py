"""Revocation: windows, exposure, late accepts and resurrections, from the raw probes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from ..figures import Found
from ..intervals import Estimate, over, share_limits
from ..raw import Cell, Records, Regime, Samples
from .histories import bound_ms_of, worst_history

ACCEPT, REJECT = 200, 401
OUTAGES = (0, 503)
POOLED = ("random", "adversarial", "long")
ENOUGH_TRIALS = 6
TRIALS_FOR_P95 = 20
NOTED: dict[str, Callable[[list[float]], float]] = {
    "void_trials": sum,
    "probes_missed": sum,
    "probe_lag_ms_p99": max,
    "relogin_ms": max,
}
"""What the prober says of itself, and what becomes of it over several cells."""

REVOKES = {"all": "revoke_all_ms_p50", "key": "revoke_key_ms_p50"}
"""How long a revoke took, by its kind."""

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Seen:
    """What the probes of several trials show; the arrays have one element a trial."""

    window_ms: Samples
    exposure_ms: Samples
    revoke_ms: Samples
    censored: int
    late: int
    past_bound: int
    resurrections: int
    false_rejects: int
    errors: int
    reached: int
    """Nodes, over all trials: each revocation has to reach each of them."""
    broken: int
    """Of these, those that accepted late, or again after a reject."""
    unrefused: int
    """Of these, those that answered with errors past the bound, where they should have refused."""
    accepts_after: Samples
    probes_after: int
    watched_s: Samples
    node_s: float
    """Seconds watched, summed over nodes."""


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row of the measure `revocation`."""
    cells = [cell for cell in records.select("revocation") if "trial_ack_ns" in cell.arrays]
    for arm in dict.fromkeys(cell.arm for cell in cells):
        mine = [cell for cell in cells if cell.arm == arm]
        for regime, group in _groups(mine, lambda cell: cell.regime):
            yield from _rows(records, arm, regime, group)
        pooled = [cell for cell in mine if cell.regime.labels.get("phase") in POOLED]
        if len({cell.regime.labels["phase"] for cell in pooled}) > 1:
            for regime, group in _groups(pooled, _any_phase):
                yield from _rows(records, arm, regime, group)
    yield from worst_history(records, cells)


def _any_phase(cell: Cell) -> Regime:
    return Regime(cell.regime.conditions, {**cell.regime.labels, "phase": "all"})


def _groups(
    cells: Iterable[Cell], regime_of: Callable[[Cell], Regime]
) -> Iterator[tuple[Regime, list[Cell]]]:
    together: dict[Any, tuple[Regime, list[Cell]]] = {}
    for cell in cells:
        regime = regime_of(cell)
        together.setdefault(regime.key, (regime, []))[1].append(cell)
    yield from together.values()


def _rows(records: Records, arm: str, regime: Regime, cells: list[Cell]) -> Iterator[Found]:
    bounds = [bound_ms_of(records, cell) for cell in cells]
    looks = zip(cells, bounds, strict=True)
    seen = _together([look(cell.arrays, bound_ms) for cell, bound_ms in looks])
    bound_ms = max(bounds)
    if not seen.window_ms.size:
        return
    blocks = len({cell.block for cell in cells})
    estimates = _estimates(seen, records.seed, blocks, regime.labels.get("kind", ""))
    estimates["claimed_bound_ms"] = Estimate(bound_ms, n=seen.window_ms.size, rounds=blocks)
    estimates |= _broken(seen, blocks)
    for metric, take in NOTED.items():
        values = [cell.figures[metric] for cell in cells if metric in cell.figures]
        if values:
            whole = Estimate(float(take(values)), n=seen.window_ms.size, rounds=blocks)
            estimates[metric] = whole
    for metric, estimate in estimates.items():
        yield Found("revocation", arm, metric, estimate, regime, {})


def _estimates(seen: Seen, seed: int, blocks: int, kind: str) -> dict[str, Estimate]:
    n = int(seen.window_ms.size)

    def trials(values: Samples, take: Callable[..., Any] = np.median) -> Estimate:
        one = over(values, seed, take=take)
        low, high = (one.low, one.high) if n >= ENOUGH_TRIALS else (None, None)
        return Estimate(one.value, low, high, n, blocks)

    def plain(value: float, of: int = n) -> Estimate:
        return Estimate(float(value), n=of, rounds=blocks)

    low, high = share_limits(seen.late, seen.past_bound)
    probes = seen.past_bound
    estimates = {
        "window_ms_p50": trials(seen.window_ms),
        "window_ms_worst": plain(seen.window_ms.max()),
        "exposure_node_s": trials(seen.exposure_ms / 1e3, np.mean),
        REVOKES.get(kind, "revoke_ms_p50"): trials(seen.revoke_ms),
        "late_accepts": Estimate(seen.late, low * probes, high * probes, probes, blocks),
        "probes_after_bound": plain(probes),
        "censored_trials": plain(seen.censored),
        "resurrections": plain(seen.resurrections),
        "false_rejects": plain(seen.false_rejects),
        "probe_errors": plain(seen.errors),
        "accepts_after": trials(seen.accepts_after, np.mean),
        "probe_rate": plain(seen.probes_after / max(1e-9, seen.node_s)),
        "watched_s": plain(seen.watched_s.min()),
    }
    if probes:
        estimates["late_accept_limit"] = plain(high * 100, probes)
    if n >= TRIALS_FOR_P95:
        estimates["window_ms_p95"] = plain(float(np.quantile(seen.window_ms, 0.95)))
    return estimates


def _broken(seen: Seen, blocks: int) -> dict[str, Estimate]:
    """How many node-revocations broke the claim, of how many, and how many still might."""
    limit = 1.0 if seen.broken == seen.reached else _upper(seen.broken, seen.reached)
    n = int(seen.window_ms.size)
    return {
        "node_revocations": Estimate(float(seen.reached), n=n, rounds=blocks),
        "broken_node_revocations": Estimate(float(seen.broken), n=n, rounds=blocks),
        "unrefused_node_revocations": Estimate(float(seen.unrefused), n=n, rounds=blocks),
        "broken_limit_percent": Estimate(100 * limit, n=seen.reached, rounds=blocks),
    }


def _upper(broken: int, of: int) -> float:
    """One-sided, 95 % (Clopper-Pearson)."""
    return float(stats.beta.ppf(0.95, broken + 1, of - broken))


def look(arrays: Arrays, bound_ms: float) -> Seen:
    """One pass over all probes of a cell, sorted by trial, node and instant."""
    order = np.lexsort((arrays["invoke_ns"], arrays["node"], arrays["trial"]))
    trial, node, invoke, complete, status = (
        arrays[name][order] for name in ("trial", "node", "invoke_ns", "complete_ns", "status")
    )
    ack, asked = arrays["trial_ack_ns"][trial], arrays["trial_invoke_ns"][trial]
    accept, reject = status == ACCEPT, status == REJECT
    answered = accept | reject
    after_ms = (invoke - ack) / 1e6
    late = after_ms > bound_ms
    place = np.cumsum(_changes(trial, node)) - 1  # one for each node of each trial
    window_ms = np.zeros(place[-1] + 1 if place.size else 0)
    open_ = accept & (after_ms > 0)
    np.maximum.at(window_ms, place[open_], after_ms[open_])
    owner = trial[_changes(trial, node)]
    trials = np.unique(trial)
    widest, exposure = np.zeros((2, arrays["trial_ack_ns"].size))
    np.maximum.at(widest, owner, window_ms)
    np.add.at(exposure, owner, window_ms)
    last = _last_of_each(place[answered])
    since = after_ms > 0
    accepts_after, watched_s = np.zeros((2, arrays["trial_ack_ns"].size))
    np.add.at(accepts_after, trial[open_], 1.0)
    watched_s[:] = -np.inf
    np.maximum.at(watched_s, trial, after_ms / 1e3)
    still_open = accept[answered][last] & (window_ms[place[answered][last]] > 0)
    return Seen(
        window_ms=widest[trials],
        exposure_ms=exposure[trials],
        revoke_ms=(arrays["trial_ack_ns"] - arrays["trial_invoke_ns"])[trials] / 1e6,
        censored=len(set(owner[place[answered][last][still_open]].tolist())),
        late=int((accept & late).sum()),
        past_bound=int((answered & late).sum()),
        resurrections=_resurrections(place, accept, answered & (invoke >= asked)),
        false_rejects=int((reject & (complete < asked)).sum()),
        errors=int((~answered).sum()),
        reached=int(window_ms.size),
        broken=len(
            set(place[accept & late].tolist()) | _risen(place, accept, answered, complete >= asked)
        ),
        unrefused=_unrefused(place[late], status[late]),
        accepts_after=accepts_after[trials],
        probes_after=int(since.sum()),
        watched_s=watched_s[trials],
        node_s=float(watched_s[owner].sum()),
    )


def _unrefused(place: NDArray[Any], status: NDArray[Any]) -> int:
    """Count the nodes of trials that gave an error past the bound, or more outages than rejects."""
    outage = np.isin(status, OUTAGES)
    wrong = ~outage & ~np.isin(status, (ACCEPT, REJECT))
    size = int(place.max(initial=-1)) + 1
    more = np.zeros(size)
    np.add.at(more, place[outage], 1.0)
    np.add.at(more, place[status == REJECT], -1.0)
    return len(set(place[wrong].tolist()) | set(np.flatnonzero(more > 0).tolist()))


def _changes(trial: NDArray[Any], node: NDArray[Any]) -> NDArray[np.bool_]:
    """Where the probes of another trial or node begin."""
    first = np.ones(trial.size, dtype=bool)
    first[1:] = (trial[1:] != trial[:-1]) | (node[1:] != node[:-1])
    return first


def _last_of_each(place: NDArray[Any]) -> NDArray[np.bool_]:
    last = np.ones(place.size, dtype=bool)
    last[:-1] = place[1:] != place[:-1]
    return last


def _resurrections(
    place: NDArray[Any], accept: NDArray[np.bool_], counted: NDArray[np.bool_]
) -> int:
    """Accepts right after a reject of the same node, among the answers since the revoke."""
    where, accepted = place[counted], accept[counted]
    return int((accepted[1:] & ~accepted[:-1] & (where[1:] == where[:-1])).sum())


def _risen(
    place: NDArray[Any],
    accept: NDArray[np.bool_],
    answered: NDArray[np.bool_],
    since: NDArray[np.bool_],
) -> set[int]:
    """The nodes that accepted right after a reject that was complete *since* the revocation."""
    where, accepted, counted = place[answered], accept[answered], since[answered]
    again = accepted[1:] & ~accepted[:-1] & counted[:-1] & (where[1:] == where[:-1])
    return set(where[1:][again].tolist())


def _together(seen: list[Seen]) -> Seen:
    return Seen(
        window_ms=np.concatenate([one.window_ms for one in seen]),
        exposure_ms=np.concatenate([one.exposure_ms for one in seen]),
        revoke_ms=np.concatenate([one.revoke_ms for one in seen]),
        censored=sum(one.censored for one in seen),
        late=sum(one.late for one in seen),
        past_bound=sum(one.past_bound for one in seen),
        resurrections=sum(one.resurrections for one in seen),
        false_rejects=sum(one.false_rejects for one in seen),
        errors=sum(one.errors for one in seen),
        reached=sum(one.reached for one in seen),
        broken=sum(one.broken for one in seen),
        unrefused=sum(one.unrefused for one in seen),
        accepts_after=np.concatenate([one.accepts_after for one in seen]),
        probes_after=sum(one.probes_after for one in seen),
        watched_s=np.concatenate([one.watched_s for one in seen]),
        node_s=sum(one.node_s for one in seen),
    )
