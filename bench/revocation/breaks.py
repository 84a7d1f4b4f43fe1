"""A break of a claimed bound: the shortest part of a history that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from .history import ACCEPT, MILLISECOND_NS, OUTAGES, REJECT, Checked, Probe

ANSWERS = {ACCEPT: "accepted", REJECT: "refused"}
SEVERAL = 5
"""More breaks of one cell than these add nothing."""


class Break(NamedTuple):
    """One node that broke the bound after one revocation, with the probes that show it."""

    trial: int
    node: int
    probes: list[Probe]


def find_breaks(checked: Checked) -> Iterator[Break]:
    """Yield every break of a revocation."""
    for trial, found in enumerate(checked.findings):
        for node in sorted(found.broken | found.unrefused):
            yield Break(trial, node, _shortest(checked, trial, node))


def told(checked: Checked) -> Iterator[str]:
    """Yield a line for each probe of the first breaks."""
    for trial, node, probes in islice(find_breaks(checked), SEVERAL):
        ack_ns = int(checked.arrays["trial_ack_ns"][trial])
        for probe in probes:
            since_ms = (probe.invoke_ns - ack_ns) / MILLISECOND_NS
            answer = ANSWERS.get(probe.status, f"answered {probe.status or 'nothing'}")
            when = f"{since_ms:.1f} ms after the acknowledgement"
            yield f"  trial {trial}: node {node} {answer} {when}"


def _shortest(checked: Checked, trial: int, node: int) -> list[Probe]:
    """Return one probe that is late, or two: a reject and the accept after it; else an error."""
    arrays = checked.arrays
    here = (arrays["trial"] == trial) & (arrays["node"] == node)
    rows = [
        Probe(*(int(arrays[name][at]) for name in Probe._fields)) for at in np.flatnonzero(here)
    ]
    late_ns = int(arrays["trial_ack_ns"][trial]) + int(checked.bound_ms * MILLISECOND_NS)
    late = [row for row in rows if row.status == ACCEPT and row.invoke_ns > late_ns]
    if late:
        return late[-1:]
    answers = [row for row in rows if row.status in (ACCEPT, REJECT)]
    revoked_ns = int(arrays["trial_invoke_ns"][trial])
    for before, after in pairwise(answers):
        if before.complete_ns >= revoked_ns and (before.status, after.status) == (REJECT, ACCEPT):
            return [before, after]
    errors = [row for row in rows if row.status not in ANSWERS and row.invoke_ns > late_ns]
    # What is an error of the app tells more than an outage.
    return sorted(errors, key=lambda row: row.status in OUTAGES)[:1]
