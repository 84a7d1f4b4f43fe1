"""Outages: who was let in while the fault held and after, and when that was over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ..figures import Found
from ..intervals import Estimate, share_limits
from ..raw import Cell, Records, Regime

ACCEPT = 200
VALID, REVOKED = 0, 1
CREDENTIALS = {"valid_accept_rate": VALID, "revoked_accept_rate": REVOKED}
"""Shares that are pooled over rounds by their probes."""
WORST = ("recovery_s", "longest_ms", "public_longest_ms", "files_kept")
MEDIAN = ("valid_accept_rate_after", "revoked_accept_rate_after")
STATUS = "status"


def found(records: Records, _before: Sequence[Found]) -> Iterator[Found]:
    """Every row of the measure `outage`."""
    groups: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in records.select("outage"):
        labels = cell.regime.labels
        key = (cell.arm, labels.get("fault", ""), labels.get("store", ""))
        groups.setdefault(key, []).append(cell)
    for (arm, fault, store), cells in groups.items():
        for metric in (*CREDENTIALS, *WORST, *MEDIAN, STATUS):
            having = [cell for cell in cells if metric in cell.figures]
            if having:
                noted = {"fault": fault, "store": store}
                estimate = _estimate(metric, having)
                yield Found("outage", arm, metric, estimate, Regime({}, {}), noted)


def probes_during(cell: Cell, credential: int) -> tuple[int, int]:
    """Probes of *credential* that began and ended while the fault held; and how many of these
    were accepted."""
    answers = answers_during(cell, credential)
    return len(answers), answers.count(ACCEPT)


def answers_during(cell: Cell, credential: int) -> list[int]:
    """The statuses of those probes."""
    arrays = cell.arrays
    if "fault_ns" not in arrays:
        return []
    begin, end = arrays["fault_ns"][:2].tolist()
    chosen = (arrays["invoke_ns"] >= begin) & (arrays["complete_ns"] < end)
    chosen &= arrays["credential"] == credential
    answers: list[int] = arrays["status"][chosen].tolist()
    return answers


def _estimate(metric: str, cells: Sequence[Cell]) -> Estimate:
    values = np.array([cell.figures[metric] for cell in cells])
    if metric in CREDENTIALS:
        counted = [probes_during(cell, CREDENTIALS[metric]) for cell in cells]
        if all(of for of, _ in counted):
            of, accepted = (sum(column) for column in zip(*counted, strict=True))
            low, high = share_limits(accepted, of)
            return Estimate(100 * accepted / of, 100 * low, 100 * high, of, len(cells))
    if metric == STATUS:
        # Codes have no mean. Of the rounds' own, the one given most in all; the lower of equals.
        answers = [answer for cell in cells for answer in answers_during(cell, VALID)]
        value = min(values, key=lambda status: (-answers.count(int(status)), status))
        return Estimate(float(value), rounds=len(cells))
    value = values.max() if metric in WORST else np.median(values)
    return Estimate(float(value), rounds=len(cells))
