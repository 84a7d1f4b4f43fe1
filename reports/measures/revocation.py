"""Revocation behaviour: how long a revoked credential goes on working, and where.

A window is measured per node: the last accepted probe invoked after the acknowledgement, minus
the acknowledgement. Per trial the longest window of any node is the one that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..loading import Recorded, Recording, Regime
from ..rows import Row, row
from ..statistics import ENOUGH_BLOCKS, Estimate, clopper_pearson, one_sided, over

ACCEPTED, REJECTED = 200, 401
OUTAGES = (0, 503)
"""No answer, or one that says that the store does not answer."""
BOUND = "claimed_bound_ms"
POOLED = ("random", "adversarial", "long")
"""The phases that are also given together: the nodes are in order in them."""
NOTED: dict[str, Callable[[list[float]], float]] = {
    "void_trials": sum,
    "probes_missed": sum,
    "probe_lag_ms_p99": max,
    "relogin_ms": max,
}
"""Figures of a cell about the prober, and what becomes of them over several cells."""
TRIALS_FOR_P95 = 20
"""With fewer trials the 95th percentile is the worst one by another name."""


@dataclass(frozen=True)
class Trial:
    """One revocation, as the prober saw it on every node."""

    windows_ms: tuple[float, ...]
    """One a node: how long it went on accepting after the acknowledgement."""
    censored: bool
    """Whether a node was still accepting when the last probe was sent."""
    revoke_ms: float
    late_accepts: int
    probes_after_bound: int
    resurrections: int
    false_rejects: int
    probe_errors: int
    late: frozenset[int]
    """The nodes that accepted beyond the bound."""
    again: frozenset[int]
    """The nodes that accepted after they had refused."""
    again_ms: float | None
    """When one of these first did: ms since the acknowledgement."""
    unrefused: frozenset[int]
    """The nodes that answered with errors beyond the bound, instead of refusing."""
    errors: frozenset[int]
    """The statuses of these."""
    accepts_after: int
    probes_after: int
    watched_s: float
    cell: str = ""
    index: int = 0
    """Where its probes lie: the cell's ID, and which of its trials."""

    @property
    def window_ms(self) -> float:
        """The headline: the longest window of any node."""
        return max(self.windows_ms, default=0.0)

    @property
    def broken(self) -> frozenset[int]:
        """The nodes that let it in late, or again."""
        return self.late | self.again


@dataclass(frozen=True)
class Trials:
    """All trials of one scheme under one regime."""

    arm: str
    regime: Regime
    bound_ms: float
    trials: tuple[Trial, ...]
    blocks: int
    noted: Mapping[str, float]
    """What the prober says of itself, by metric."""

    @property
    def windows_ms(self) -> NDArray[np.float64]:
        """The headline window of each trial."""
        return np.array([trial.window_ms for trial in self.trials])


def trials(recording: Recording) -> list[Trials]:
    """Gather the trials of every scheme, by regime; several phases are also given together."""
    cells = list(recording.select("revocation"))
    found = []
    for arm in dict.fromkeys(recorded.cell.arm for recorded in cells):
        mine = [recorded for recorded in cells if recorded.cell.arm == arm]
        by_regime = _by_regime(mine, "")
        found += [_gather(recording, arm, *one) for one in by_regime]
        pooled = [one for one in mine if one.cell.labels.get("phase") in POOLED]
        if len({one.cell.labels["phase"] for one in pooled}) > 1:
            found += [_gather(recording, arm, *one) for one in _by_regime(pooled, "phase")]
    return found


def rows(recording: Recording, found: Iterable[Trials]) -> list[Row]:
    """Return every revocation figure of the run."""
    return [one for gathered in found for one in _rows_of(recording, gathered)]


def _by_regime(cells: Iterable[Recorded], pooled: str) -> Iterator[tuple[Regime, list[Recorded]]]:
    def key(recorded: Recorded) -> Regime:
        regime = Regime.of(recorded.cell).without(pooled)
        if not pooled:
            return regime
        return Regime(regime.conditions, tuple(sorted((*regime.labels, (pooled, "all")))))

    ordered = sorted(cells, key=lambda recorded: repr(key(recorded)))
    for regime, group in groupby(ordered, key=key):
        yield regime, list(group)


def _gather(recording: Recording, arm: str, regime: Regime, cells: list[Recorded]) -> Trials:
    # Revocation may run with shorter lifetimes than the rest, so the cells know better.
    claimed = [r.cell.figures.get(BOUND, recording.arm(arm).bound_s * 1e3) for r in cells]
    bound_ms = max(claimed)
    found = [
        trial
        for recorded, own_ms in zip(cells, claimed, strict=True)
        for trial in _trials_of(recorded, own_ms)
    ]
    noted = {
        name: take([r.cell.figures[name] for r in cells if name in r.cell.figures])
        for name, take in NOTED.items()
        if any(name in r.cell.figures for r in cells)
    }
    blocks = len({r.cell.block for r in cells})
    return Trials(arm, regime, bound_ms, tuple(found), blocks, noted)


def _trials_of(recorded: Recorded, bound_ms: float) -> Iterator[Trial]:
    arrays = recorded.arrays
    if "trial_ack_ns" not in arrays:
        return
    for index, ack in enumerate(arrays["trial_ack_ns"]):
        mine = arrays["trial"] == index
        if not mine.any():
            continue
        probes = probes_of(arrays, index)
        found = _trial(probes, int(arrays["trial_invoke_ns"][index]), int(ack), bound_ms)
        yield replace(found, cell=recorded.cell.id, index=index)


def probes_of(arrays: Mapping[str, NDArray[Any]], index: int) -> dict[str, NDArray[Any]]:
    """Return the probes of one trial, in the order they were sent."""
    mine = arrays["trial"] == index
    order = np.argsort(arrays["invoke_ns"][mine], kind="stable")
    columns = ("node", "invoke_ns", "complete_ns", "status")
    return {name: arrays[name][mine][order] for name in columns}


def _trial(
    probes: Mapping[str, NDArray[Any]], invoked_ns: int, ack_ns: int, bound_ms: float
) -> Trial:
    since_ack_ms = (probes["invoke_ns"] - ack_ns) / 1e6
    accepted = probes["status"] == ACCEPTED
    rejected = probes["status"] == REJECTED
    late = since_ack_ms > bound_ms
    windows, censored, resurrections = [], False, 0
    again, unrefused, errors, back_ms = set(), set(), set(), []
    for node in np.unique(probes["node"]).tolist():
        here = probes["node"] == node
        after = since_ack_ms[here & accepted & (since_ack_ms > 0)]
        windows.append(float(after.max()) if after.size else 0.0)
        answered = here & (accepted | rejected)
        answers = accepted[answered]
        censored |= bool(answers.size and answers[-1] and after.size)
        refused_since = ~answers & (probes["complete_ns"][answered] >= invoked_ns)
        back = answers[1:] & refused_since[:-1]
        if back.any():
            again.add(node)
            back_ms.append(float(since_ack_ms[answered][1:][back][0]))
        if wrong := _errors(probes["status"][here & late]):
            unrefused.add(node)
            errors |= wrong
        resurrections += _accepts_after_reject(
            accepted[here & (probes["invoke_ns"] >= invoked_ns) & (accepted | rejected)]
        )
    return Trial(
        windows_ms=tuple(windows),
        censored=censored,
        revoke_ms=(ack_ns - invoked_ns) / 1e6,
        late_accepts=int((accepted & late).sum()),
        probes_after_bound=int((late & (accepted | rejected)).sum()),
        resurrections=resurrections,
        false_rejects=int((rejected & (probes["complete_ns"] < invoked_ns)).sum()),
        probe_errors=int((~accepted & ~rejected).sum()),
        late=frozenset(np.unique(probes["node"][accepted & late]).tolist()),
        again=frozenset(again),
        again_ms=min(back_ms, default=None),
        unrefused=frozenset(unrefused),
        errors=frozenset(errors),
        accepts_after=int((accepted & (since_ack_ms > 0)).sum()),
        probes_after=int((since_ack_ms > 0).sum()),
        watched_s=float(since_ack_ms.max() / 1e3),
    )


def _errors(statuses: NDArray[Any]) -> set[int]:
    """Return the statuses of one node that are no answer to a revoked credential, if it gave none.

    An outage now and then is the machine's; who has more of them than refusals refuses nobody.
    """
    odd = [status for status in statuses.tolist() if status not in (ACCEPTED, REJECTED)]
    wrong = {status for status in odd if status not in OUTAGES}
    outages = sum(status in OUTAGES for status in odd)
    return wrong or (set(odd) if outages > int((statuses == REJECTED).sum()) else set())


def _accepts_after_reject(accepted: NDArray[np.bool_]) -> int:
    """Count how often a node that had refused let the credential in again."""
    return int((accepted[1:] & ~accepted[:-1]).sum())


def _rows_of(recording: Recording, gathered: Trials) -> list[Row]:
    ofall = gathered.trials
    if not ofall:
        return []
    n, blocks, seed = len(ofall), gathered.blocks, recording.run.seed

    def count(name: str) -> int:
        return sum(getattr(trial, name) for trial in ofall)

    def exact(value: float, of: int = n) -> Estimate:
        return Estimate(value, None, None, of, blocks)

    windows = gathered.windows_ms
    exposure = np.array([sum(trial.windows_ms) / 1e3 for trial in ofall])
    probes, late = count("probes_after_bound"), count("late_accepts")
    low, high = clopper_pearson(late, probes)
    found: dict[str, Estimate] = {
        "window_ms_p50": _per_trial(windows, seed, blocks),
        "window_ms_worst": exact(float(windows.max())),
        "claimed_bound_ms": exact(gathered.bound_ms),
        "censored_trials": exact(count("censored")),
        "exposure_node_s": _per_trial(exposure, seed, blocks, "mean"),
        "late_accepts": Estimate(late, low * probes, high * probes, probes, blocks),
        "probes_after_bound": exact(probes),
        "resurrections": exact(count("resurrections")),
        "false_rejects": exact(count("false_rejects")),
        "probe_errors": exact(count("probe_errors")),
        "accepts_after": _per_trial(
            np.array([float(trial.accepts_after) for trial in ofall]), seed, blocks, "mean"
        ),
        "probe_rate": exact(
            count("probes_after")
            / max(1e-9, sum(trial.watched_s * len(trial.windows_ms) for trial in ofall))
        ),
        "watched_s": exact(min(trial.watched_s for trial in ofall)),
        _revoke_metric(gathered): _per_trial(
            np.array([trial.revoke_ms for trial in ofall]), seed, blocks
        ),
    }
    found.update({metric: exact(value) for metric, value in gathered.noted.items()})
    reached = sum(len(trial.windows_ms) for trial in ofall)
    broken = sum(len(trial.broken) for trial in ofall)
    found["node_revocations"] = exact(reached)
    found["broken_node_revocations"] = exact(broken)
    found["unrefused_node_revocations"] = exact(sum(len(trial.unrefused) for trial in ofall))
    found["broken_limit_percent"] = exact(100 * one_sided(broken, reached), reached)
    if probes:
        found["late_accept_limit"] = exact(high * 100, probes)
    if n >= TRIALS_FOR_P95:
        found["window_ms_p95"] = exact(float(np.quantile(windows, 0.95)))
    return [
        row(recording.run.name, "revocation", gathered.arm, metric, estimate, gathered.regime)
        for metric, estimate in found.items()
    ]


def _revoke_metric(gathered: Trials) -> str:
    kinds = {"all": "revoke_all_ms_p50", "key": "revoke_key_ms_p50"}
    return kinds.get(gathered.regime.label("kind"), "revoke_ms_p50")


def _per_trial(
    values: NDArray[np.float64], seed: int, blocks: int, statistic: str = "median"
) -> Estimate:
    """Estimate over trials: each is a revocation of its own, at a phase of its own."""
    found = over(values, seed, n=values.size, statistic=statistic)
    enough = values.size >= ENOUGH_BLOCKS
    low, high = (found.low, found.high) if enough else (None, None)
    return Estimate(found.value, low, high, values.size, blocks)
