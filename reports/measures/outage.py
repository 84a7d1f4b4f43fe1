"""Outages: who is let in while the store is in trouble, and when that is over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..loading import Recorded, Recording
from ..metrics import recorded as names_of
from ..rows import Row, row
from ..statistics import Estimate, clopper_pearson

NOT_APPLICABLE = "no"
VALID, REVOKED = 0, 1
CREDENTIALS = {"valid_accept_rate": VALID, "revoked_accept_rate": REVOKED}


@dataclass(frozen=True)
class Fault:
    """One scheme under one fault of its store."""

    scheme: str
    fault: str
    store: str
    applies: bool
    found: dict[str, Row]


def faults(recording: Recording) -> list[Fault]:
    """Return what every scheme did under every fault, in the order of measuring."""
    grouped: dict[tuple[str, str, str], list[Recorded]] = {}
    for one in recording.select("outage"):
        labels = one.cell.labels
        key = (one.cell.arm, labels.get("fault", ""), labels.get("store", ""))
        grouped.setdefault(key, []).append(one)
    return [_fault(recording, *key, cells) for key, cells in grouped.items()]


def rows(recording: Recording) -> list[Row]:
    """Return every outage figure of the run."""
    return [one for fault in faults(recording) for one in fault.found.values()]


def _fault(
    recording: Recording, scheme: str, name: str, store: str, cells: list[Recorded]
) -> Fault:
    applies = any(one.cell.labels.get("applies") != NOT_APPLICABLE for one in cells)
    found = {}
    for metric in names_of("outage"):
        estimate = _estimate(metric, [one for one in cells if metric in one.cell.figures])
        if estimate is not None:
            found[metric] = row(
                recording.run.name,
                "outage",
                scheme,
                metric,
                estimate,
                fault=name,
                asked_store=store,
            )
    return Fault(scheme, name, store, applies, found)


def _estimate(metric: str, cells: list[Recorded]) -> Estimate | None:
    """Pool what several blocks saw: shares by their probes, times by the worst, codes by number."""
    if not cells:
        return None
    values = np.array([one.cell.figures[metric] for one in cells])
    if metric in CREDENTIALS:
        probes = [_probes(one, CREDENTIALS[metric]) for one in cells]
        if all(probes):
            accepted = round(sum(v * n / 100 for v, n in zip(values, probes, strict=True)))
            low, high = clopper_pearson(accepted, sum(probes))
            share = 100 * accepted / sum(probes)
            return Estimate(share, 100 * low, 100 * high, sum(probes), len(cells))
    if metric == "status":
        return Estimate(_most_given(cells), None, None, 0, len(cells))
    if metric in ("recovery_s", "longest_ms", "public_longest_ms", "files_kept"):
        return Estimate(float(values.max()), None, None, 0, len(cells))
    return Estimate(float(np.median(values)), None, None, 0, len(cells))


def _most_given(cells: list[Recorded]) -> float:
    """Of what the valid were given most in each block, what they were given most in all of them.

    Between two that are equal the lower one, so no answer (0) before any.
    """
    given = [one.arrays["status"][_during(one, VALID)] for one in cells if _is_recorded(one)]
    pooled = np.concatenate([np.zeros(0), *given])
    return max(
        sorted({one.cell.figures["status"] for one in cells}),
        key=lambda status: int((pooled == status).sum()),
    )


def _probes(one: Recorded, credential: int) -> int:
    """Count the probes with *credential* that began and ended while the fault held."""
    return int(_during(one, credential).sum()) if _is_recorded(one) else 0


def _is_recorded(one: Recorded) -> bool:
    return {"invoke_ns", "complete_ns", "credential", "status", "fault_ns"} <= one.arrays.keys()


def _during(one: Recorded, credential: int) -> NDArray[np.bool_]:
    """Say which probes had *credential*, and began and ended while the fault held."""
    arrays = one.arrays
    begin, end = arrays["fault_ns"][:2]
    during = (arrays["invoke_ns"] >= begin) & (arrays["complete_ns"] < end)
    return np.asarray(during & (arrays["credential"] == credential))
