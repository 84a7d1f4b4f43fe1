"""A break of a claimed bound: the shortest part of a history that shows it, and its seed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..records import Cell
from .history import ACCEPT, MILLISECOND_NS, REJECT, Probe, check_arrays

FOLDER = "breaks"
SEVERAL = 5
"""More breaks of one cell than these add nothing."""


def save_break(folder: Path, cell: Cell, arrays: Mapping[str, NDArray[Any]], seed: int) -> bool:
    """
    Write `breaks/<id>.json` into the run folder *folder* if *cell* breaks its bound.

    The checker reads that file too.
    """
    found = find_break(cell, arrays, seed)
    if found is None:
        return False
    (folder / FOLDER).mkdir(exist_ok=True)
    path = folder / FOLDER / f"{cell.id}.json"
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return True


def find_break(cell: Cell, arrays: Mapping[str, NDArray[Any]], seed: int) -> dict[str, Any] | None:
    """What `breaks/<id>.json` holds; None if the bound was kept."""
    bound_ms = cell.figures["claimed_bound_ms"]
    findings = check_arrays(arrays, int(bound_ms * MILLISECOND_NS))
    broken = [(n, node) for n, found in enumerate(findings) for node in sorted(found.broken)]
    if not broken:
        return None
    extracts = [_extract(arrays, *one, bound_ms) for one in broken[:SEVERAL]]
    trials = sorted({number for number, _ in broken[:SEVERAL]})
    rows = [row._replace(trial=trials.index(row.trial)) for part in extracts for row in part]
    rows = list(dict.fromkeys(rows))
    first = rows[-1] if len(extracts) == 1 else extracts[0][-1]
    since_ms = (first.invoke_ns - int(arrays["trial_ack_ns"][broken[0][0]])) / MILLISECOND_NS
    columns = zip(*rows, strict=True)
    return {
        "arm": cell.arm,
        "cell": cell.id,
        "labels": cell.labels,
        "seed": seed,
        "claimed_bound_ms": bound_ms,
        "broken_node_revocations": len(broken),
        "node_revocations": sum(len(found.window_ns) for found in findings),
        "said": f"node {broken[0][1]} accepted {since_ms:.1f} ms after the acknowledgement of "
        f"trial {broken[0][0]}; the bound is {bound_ms:g} ms",
        "arrays": {
            **{name: list(column) for name, column in zip(Probe._fields, columns, strict=True)},
            "trial_invoke_ns": [int(arrays["trial_invoke_ns"][n]) for n in trials],
            "trial_ack_ns": [int(arrays["trial_ack_ns"][n]) for n in trials],
        },
    }


def _extract(
    arrays: Mapping[str, NDArray[Any]], trial: int, node: int, bound_ms: float
) -> list[Probe]:
    """One probe that is late, or two: a reject and the accept after it."""
    here = (arrays["trial"] == trial) & (arrays["node"] == node)
    rows = [
        Probe(*(int(arrays[name][at]) for name in Probe._fields)) for at in np.flatnonzero(here)
    ]
    late_ns = int(arrays["trial_ack_ns"][trial]) + int(bound_ms * MILLISECOND_NS)
    late = [row for row in rows if row.status == ACCEPT and row.invoke_ns > late_ns]
    if late:
        return late[-1:]
    answers = [row for row in rows if row.status in (ACCEPT, REJECT)]
    revoked_ns = int(arrays["trial_invoke_ns"][trial])
    for before, after in pairwise(answers):
        if before.complete_ns >= revoked_ns and (before.status, after.status) == (REJECT, ACCEPT):
            return [before, after]
    raise AssertionError("unreachable: the checker found one of the two")
