"""What a scheme's revocations leave in the record: raw probes, and whether they mean anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from .. import gates
from ..records import Cell, Gate
from .attempts import Observation
from .history import ACCEPT, REJECT, Finding, Probe, Revoke, check, upper_limit
from .revokes import Case, Group, Trials

LAG_LIMIT_INTERVALS = 1.0
MISSED_LIMIT = 0.1
ERRORS_LIMIT = 0.01

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Seen:
    """One case, what was observed of it, and how well the prober kept time meanwhile."""

    case: Case
    observation: Observation
    lag_ns: Sequence[int]
    missed: int


def revocation_cell(
    template: Cell, trials: Trials, group: Sequence[Seen], refused: int, group_of: Group
) -> tuple[Cell, Arrays]:
    """The cell of the cases in *group*, which are all of one phase and kind; fills in *template*.

    *refused* is the status of a tampered credential.
    """
    good = [one.observation for one in group if not one.observation.void]
    lags = {id(one.lag_ns): one for one in group}.values()
    lag_ns = [lag for one in lags for lag in one.lag_ns]
    missed = sum(one.missed for one in lags)
    lag_ms = float(np.quantile(lag_ns, 0.99)) / 1e6 if lag_ns else 0.0
    cell = replace(
        template,
        labels={"phase": group_of[0], "kind": group_of[1]},
        figures={
            "nodes": template.conditions["nodes"],
            "probe_interval_ms": trials.interval_s * 1e3,
            "claimed_bound_ms": trials.bound_s * 1e3,
            "trials": float(len(good)),
            "void_trials": float(len(group) - len(good)),
            "probe_lag_ms_p99": lag_ms,
            "probes_missed": float(missed),
            **_broken(good, int(trials.bound_s * 1e9)),
        },
        gates=[
            gates.tampered_refused(template.arm, refused),
            _probe_lag(lag_ms, trials.interval_s * 1e3),
            _missed_probes(missed, len(lag_ns)),
            _void_trials([one.observation.void for one in group]),
            *_probe_gates(good, int(trials.bound_s * 1e9), group_of[1] == "key"),
        ],
    )
    return cell, _arrays(good)


def vigil_cell(
    template: Cell, bound_s: float, seen: Observation, **figures: float
) -> tuple[Cell, Arrays]:
    """Return the cell of one login that was watched for long; it has no gates, since a late prober
    cannot invent an accept."""
    good = [] if seen.void else [seen]
    bound_ns = int(bound_s * 1e9)
    cell = replace(
        template,
        figures={
            "nodes": template.conditions["nodes"],
            "claimed_bound_ms": bound_s * 1e3,
            "trials": float(len(good)),
            "void_trials": float(bool(seen.void)),
            **figures,
            **_broken(good, bound_ns),
        },
    )
    return cell, _arrays(good)


def _watched_s(good: Sequence[Observation]) -> float:
    """How long each was used after the acknowledgement, at least."""
    return min((max(probe.invoke_ns for probe in one.probes) - one.ack_ns) / 1e9 for one in good)


def _broken(good: Sequence[Observation], bound_ns: int) -> dict[str, float]:
    """How many node-revocations broke the claimed bound, and how many still might."""
    findings = _findings(good, bound_ns)
    broken = sum(len(found.broken) for found in findings)
    of = sum(len(found.window_ns) for found in findings)
    if not of:
        return {"node_revocations": 0.0, "broken_node_revocations": 0.0}
    return {
        "node_revocations": float(of),
        "broken_node_revocations": float(broken),
        "unrefused_node_revocations": float(sum(len(found.unrefused) for found in findings)),
        "broken_limit_percent": 100.0 * upper_limit(broken, of),
        "watched_s": _watched_s(good),
    }


def _findings(good: Sequence[Observation], bound_ns: int) -> list[Finding]:
    probes = [probe._replace(trial=n) for n, seen in enumerate(good) for probe in seen.probes]
    return check(probes, [Revoke(seen.invoke_ns, seen.ack_ns) for seen in good], bound_ns)


def _arrays(good: Sequence[Observation]) -> Arrays:
    """The raw samples; a trial that is void is not among them, and the others are numbered on."""
    probes = [probe._replace(trial=n) for n, seen in enumerate(good) for probe in seen.probes]
    kinds = {"trial": np.int32, "node": np.int16, "status": np.int16}
    columns = zip(*probes, strict=True) if probes else [()] * len(Probe._fields)
    arrays: Arrays = {
        name: np.array(column, kinds.get(name, np.int64))
        for name, column in zip(Probe._fields, columns, strict=True)
    }
    arrays["trial_invoke_ns"] = np.array([seen.invoke_ns for seen in good], np.int64)
    arrays["trial_ack_ns"] = np.array([seen.ack_ns for seen in good], np.int64)
    return arrays


def _probe_lag(lag_ms: float, interval_ms: float) -> Gate:
    limit = interval_ms * LAG_LIMIT_INTERVALS
    return Gate(
        name="probe_lag_p99",
        passed=lag_ms < limit,
        value=lag_ms,
        limit=limit,
        unit="ms",
        note="later than that, and windows are resolved less finely than the schedule says",
    )


def _missed_probes(missed: int, sent: int) -> Gate:
    share = missed / (missed + sent) if missed + sent else 0.0
    return Gate(
        name="probes_missed",
        passed=share <= MISSED_LIMIT,
        value=share,
        limit=MISSED_LIMIT,
        note=f"{missed} slots of {missed + sent} passed while the answer before was awaited",
    )


def _void_trials(reasons: Sequence[str]) -> Gate:
    void = [reason for reason in reasons if reason]
    return Gate(
        name="void_trials",
        passed=not void and len(reasons) > 0,
        value=float(len(void)),
        limit=0.0,
        note=f"{len(void)} of {len(reasons)}" + (f"; the first: {void[0]}" if void else ""),
    )


def _probe_gates(good: Sequence[Observation], bound_ns: int, restarts: bool) -> list[Gate]:
    false = sum(found.false_rejects for found in _findings(good, bound_ns))
    probes = [probe for seen in good for probe in seen.probes]
    # Nodes that are restarted to learn of it are away for a moment, and that is no error.
    away = {
        id(probe)
        for seen in good
        for probe in seen.probes
        if restarts and probe.complete_ns >= seen.invoke_ns and probe.invoke_ns <= seen.ack_ns
    }
    odd = [p.status for p in probes if p.status not in (ACCEPT, REJECT) and id(p) not in away]
    share = len(odd) / len(probes) if probes else 0.0
    statuses = ", ".join(map(str, sorted(set(odd))))
    return [
        Gate(
            name="false_rejects",
            passed=false == 0,
            value=float(false),
            limit=0.0,
            note="a credential that is refused before it is revoked proves nothing",
        ),
        Gate(
            name="probe_errors",
            passed=share <= ERRORS_LIMIT,
            value=share,
            limit=ERRORS_LIMIT,
            note=f"{len(odd)} of {len(probes)}" + (f"; status {statuses}" if odd else ""),
        ),
    ]
