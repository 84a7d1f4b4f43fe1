"""What an outage leaves in the record: the raw probes of one arm, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from .. import gates
from ..records import Cell, Gate
from ..revocation.history import ACCEPT
from .cast import CREDENTIALS, PUBLIC, REVOKED, VALID, Role

SETTLED_NS = 1_000_000_000
"""`after` is this last part of what was watched."""

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Course:
    """How one fault went, for all that it happened to."""

    fault: str
    begin_ns: int
    """It holds since then."""
    end_ns: int
    """Its mending begins here."""
    unsettled: frozenset[str] = frozenset()
    """Arms that did not answer as they should before it began."""
    files: tuple[int, ...] = ()
    """What the first node had open before, and afterwards when nobody asked any more."""


def outage_cell(template: Cell, role: Role, course: Course) -> tuple[Cell, Arrays]:
    """The cell of one arm under one fault; fills in *template*."""
    arrays = arrays_of(role, course)
    member = role.member
    labels = {"fault": course.fault, "store": member.store, "applies": "yes"}
    return (
        replace(
            template,
            labels=labels,
            figures=figures_of(arrays),
            gates=[
                gates.tampered_refused(template.arm, role.tampered),
                _settled_before(member.arm not in course.unsettled),
            ],
        ),
        arrays,
    )


def idle_cell(template: Cell, store: str, fault: str) -> Cell:
    """The cell of an arm that the fault cannot happen to."""
    return replace(template, labels={"fault": fault, "store": store, "applies": "no"})


def arrays_of(role: Role, course: Course) -> Arrays:
    """The raw samples, in the order of their invocation."""
    asked = [
        (probe, CREDENTIALS[probe.trial])
        for post in (*role.posts, *role.crowd)
        for probe in post.probes
    ]
    asked += [(probe, PUBLIC) for probe in role.public.probes]
    asked.sort(key=lambda one: one[0].invoke_ns)
    probes = [probe for probe, _ in asked]
    arrays: Arrays = {
        "invoke_ns": np.array([probe.invoke_ns for probe in probes], np.int64),
        "complete_ns": np.array([probe.complete_ns for probe in probes], np.int64),
        "status": np.array([probe.status for probe in probes], np.int16),
        "credential": np.array([credential for _, credential in asked], np.int8),
        "node": np.array([probe.node for probe in probes], np.int16),
        "fault_ns": np.array([course.begin_ns, course.end_ns], np.int64),
    }
    if course.files:
        arrays["files"] = np.array(course.files, np.int64)
    return arrays


def figures_of(arrays: Arrays) -> dict[str, float]:
    """The figures, from the arrays alone; docs/records.md says what each means."""
    invoke_ns, status, credential = arrays["invoke_ns"], arrays["status"], arrays["credential"]
    begin_ns, end_ns = arrays["fault_ns"].tolist()
    # Answered while it lasted: who still waits when the store comes back was kept waiting by the
    # fault, but is answered by its end.
    during = (invoke_ns >= begin_ns) & (arrays["complete_ns"] < end_ns)
    after = invoke_ns >= max(end_ns, int(invoke_ns.max(initial=end_ns)) - SETTLED_NS)
    valid = credential == VALID
    figures: dict[str, float] = {}
    for name, kind in (("valid", VALID), ("revoked", REVOKED)):
        for suffix, when in (("", during), ("_after", after)):
            chosen = status[when & (credential == kind)]
            if chosen.size:
                rate = 100.0 * float((chosen == ACCEPT).mean())
                figures[f"{name}_accept_rate{suffix}"] = rate
    if (during & valid).any():
        figures["status"] = float(_most_frequent(status[during & valid].tolist()))
    took_ns = arrays["complete_ns"] - invoke_ns
    public = credential == PUBLIC
    for name, who in (("longest_ms", ~public), ("public_longest_ms", public)):
        since = who & (invoke_ns >= begin_ns)
        if since.any():
            figures[name] = float(took_ns[since].max()) / 1e6
    if "files" in arrays:
        opened_before, opened_after = arrays["files"].tolist()
        figures["files_kept"] = float(opened_after - opened_before)
    recovery_s = _recovery_s(arrays, end_ns)
    if recovery_s is not None:
        figures["recovery_s"] = recovery_s
    return figures


def _recovery_s(arrays: Arrays, end_ns: int) -> float | None:
    """
    From the beginning of the mending until the last node accepts the valid again, and goes on.

    0 if none was refused after the mending began, None if a node never came back.
    """
    slowest_ns = 0
    for node in np.unique(arrays["node"]):
        here = (arrays["node"] == node) & (arrays["credential"] == VALID)
        invoke_ns, complete_ns = arrays["invoke_ns"][here], arrays["complete_ns"][here]
        failed = np.flatnonzero((arrays["status"][here] != ACCEPT) & (complete_ns >= end_ns))
        if not failed.size:
            continue
        following = int(failed[-1]) + 1
        if following == invoke_ns.size:
            return None
        slowest_ns = max(slowest_ns, int(invoke_ns[following]) - end_ns)
    return slowest_ns / 1e9


def _most_frequent(statuses: Sequence[int]) -> int:
    return Counter(statuses).most_common(1)[0][0]


def _settled_before(passed: bool) -> Gate:
    return Gate(
        name="settled_before",
        passed=passed,
        value=float(passed),
        limit=1.0,
        note="before the fault every node accepted the valid and refused the revoked"
        if passed
        else "some node did not answer as it should before the fault began",
    )
