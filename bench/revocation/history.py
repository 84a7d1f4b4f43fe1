"""A recorded history of probes held against a claimed bound, in linear time.

The rules, for one trial: a credential is used at every node at a fixed rate, then revoked; `ack`
is the instant at which the revocation was acknowledged. An *accept* is an answer 200 that names
the expected subject, a *reject* is 401, anything else is an error and counts as neither.

* window: the last accept invoked after ack, minus ack; 0 if there is none. One per node.
* late accept: an accept invoked after ack plus the claimed bound.
* resurrection: a reject and then an accept at the same node, once the revocation was invoked.
* false reject: a reject that was complete before the revocation was invoked.
* broken node-revocation: one node that accepted late, or again, after one revocation.
* unrefused node-revocation: one node that answered with errors instead, once the bound was over:
  an error that is no outage (503, or no answer at all), or more outages than rejects.

What cannot have happened is no history, and is refused: an answer before its request, a request
before the answer to the one before on the same line, an acknowledgement before its revocation.

`python -m bench check-history RUN [--cell ID]` checks a run or one cell; so does this file alone,
which needs numpy and the standard library: `python history.py RUN/records.sqlite [CELL]`.
"""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

ACCEPT = 200
REJECT = 401
OUTAGES = (0, 503)
"""No answer, or one that says that the store does not answer: a machine may be at fault."""
MILLISECOND_NS = 1_000_000
UNREADABLE = (OSError, ValueError, LookupError, TypeError, sqlite3.Error, zlib.error)
"""What reading a file that holds no recorded revocation may raise."""
CERTAINTY = 0.95


Arrays = Mapping[str, NDArray[Any]]


class Probe(NamedTuple):
    """One use of the credential at one node."""

    trial: int
    node: int
    invoke_ns: int
    complete_ns: int
    status: int


class Revoke(NamedTuple):
    """One revocation: when it was asked for, and when it was acknowledged."""

    invoke_ns: int
    ack_ns: int


@dataclass
class Finding:
    """What the history of one trial shows."""

    window_ns: dict[int, int] = field(default_factory=dict)
    """By node."""
    late_accepts: int = 0
    probes_after_bound: int = 0
    """Accepts and rejects invoked after ack plus the bound: what `late_accepts` is out of."""
    resurrections: int = 0
    false_rejects: int = 0
    errors: int = 0
    broken: set[int] = field(default_factory=set)
    """Nodes that accepted late, or again after a reject."""
    _erred: set[int] = field(default_factory=set, repr=False)
    """Nodes that gave an error that is no outage, once the bound was over."""
    _outages: dict[int, int] = field(default_factory=dict, repr=False)
    """By node, once the bound was over: outages less rejects."""
    _rejected: set[int] = field(default_factory=set, repr=False)
    """Nodes whose latest answer since the revocation was a reject."""

    @property
    def unrefused(self) -> set[int]:
        """Nodes that answered with errors where they should have refused."""
        return self._erred | {node for node, left in self._outages.items() if left > 0}

    @property
    def window_ms(self) -> float:
        """The widest window over the nodes."""
        return max(self.window_ns.values(), default=0) / MILLISECOND_NS

    def add(self, probe: Probe, revoke: Revoke, bound_ns: int) -> None:
        """Take one probe into account; those of a node come in the order of their invocation."""
        self.window_ns.setdefault(probe.node, 0)
        past_bound = probe.invoke_ns > revoke.ack_ns + bound_ns
        if past_bound:
            self._weigh(probe)
        if probe.status not in (ACCEPT, REJECT):
            self.errors += 1
            return
        accepted = probe.status == ACCEPT
        self.probes_after_bound += past_bound
        self.late_accepts += past_bound and accepted
        if past_bound and accepted:
            self.broken.add(probe.node)
        if accepted:
            self._accept(probe, revoke)
        else:
            self._reject(probe, revoke)

    def _weigh(self, probe: Probe) -> None:
        if probe.status not in (ACCEPT, REJECT, *OUTAGES):
            self._erred.add(probe.node)
        change = (probe.status in OUTAGES) - (probe.status == REJECT)
        self._outages[probe.node] = self._outages.get(probe.node, 0) + change

    def _accept(self, probe: Probe, revoke: Revoke) -> None:
        since_ack_ns = probe.invoke_ns - revoke.ack_ns
        self.window_ns[probe.node] = max(self.window_ns[probe.node], since_ack_ns)
        if probe.node in self._rejected:
            self.resurrections += 1
            self.broken.add(probe.node)
            self._rejected.discard(probe.node)

    def _reject(self, probe: Probe, revoke: Revoke) -> None:
        if probe.complete_ns < revoke.invoke_ns:
            self.false_rejects += 1
        else:
            self._rejected.add(probe.node)


class Checked(NamedTuple):
    """One recorded revocation, of some trials, and what it shows."""

    cell: str
    arrays: Arrays
    bound_ms: float
    findings: list[Finding]

    @property
    def broken(self) -> int:
        """How many node-revocations broke the bound."""
        return sum(len(found.broken) for found in self.findings)

    @property
    def erred(self) -> int:
        """How many node-revocations ended in errors instead of refusals."""
        return sum(len(found.unrefused) for found in self.findings)


def check(probes: Iterable[Probe], revokes: list[Revoke], bound_ns: int = 0) -> list[Finding]:
    """The finding of each trial, by the index of its revocation.

    Probes of one trial at one node come in the order of their invocation, each complete before
    the next, as one connection makes them; trials and nodes may interleave.
    """
    findings = [Finding() for _ in revokes]
    for probe in probes:
        findings[probe.trial].add(probe, revokes[probe.trial], bound_ns)
    return findings


def check_arrays(arrays: Arrays, bound_ns: int = 0) -> list[Finding]:
    """
    The findings of a recorded cell; the names are in docs/records.md.

    Raises ValueError if that is no history.
    """
    columns = (np.asarray(arrays[name]).tolist() for name in Probe._fields)
    probes = [Probe(*row) for row in zip(*columns, strict=True)]
    instants = (np.asarray(arrays[name]).tolist() for name in ("trial_invoke_ns", "trial_ack_ns"))
    revokes = [Revoke(*pair) for pair in zip(*instants, strict=True)]
    refuse_nonsense(probes, revokes)
    return check(probes, revokes, bound_ns)


def refuse_nonsense(probes: Iterable[Probe], revokes: Sequence[Revoke]) -> None:
    """Raise ValueError, naming the row, if this cannot have happened."""
    for number, revoke in enumerate(revokes):
        if revoke.ack_ns < revoke.invoke_ns:
            raise ValueError(f"trial {number}: acknowledged before it was revoked")
    free_ns: dict[tuple[int, int], int] = {}
    for row, probe in enumerate(probes):
        if not 0 <= probe.trial < len(revokes):
            raise ValueError(f"row {row}: there is no trial {probe.trial}")
        if probe.complete_ns < probe.invoke_ns:
            raise ValueError(f"row {row}: answered before it was asked")
        line = (probe.trial, probe.node)
        if probe.invoke_ns < free_ns.get(line, probe.invoke_ns):
            raise ValueError(f"row {row}: asked before the answer to the one before")
        free_ns[line] = probe.complete_ns


def upper_limit(broken: int, of: int, certainty: float = CERTAINTY) -> float:
    """The largest share that *broken* of *of* is still compatible with (Clopper-Pearson)."""
    if broken >= of:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(broken, of, middle) > 1.0 - certainty:
            low = middle
        else:
            high = middle
    return high


def _at_most(count: int, of: int, share: float) -> float:
    """How likely *count* or fewer of *of* are, each with the probability *share*."""
    terms = (
        math.lgamma(of + 1)
        - math.lgamma(k + 1)
        - math.lgamma(of - k + 1)
        + k * math.log(share)
        + (of - k) * math.log1p(-share)
        for k in range(count + 1)
    )
    return math.fsum(math.exp(term) for term in terms)


def check_file(path: Path, cell: str = "", bound_ms: float | None = None) -> Iterator[Checked]:
    """
    Check each revocation recorded in the file *path*, or *cell* alone.

    *bound_ms* takes the place of the bound that is claimed there. Raises `UNREADABLE`.
    """
    with contextlib.closing(sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True)) as db:
        wanted = "SELECT id, figures FROM cells WHERE measure = 'revocation' AND ? IN ('', id)"
        found = db.execute(f"{wanted} ORDER BY id", (cell,)).fetchall()
        if not found:
            raise ValueError(f"there is no revocation {cell}".rstrip())
        for name, figures in found:
            rows = db.execute("SELECT name, type, data FROM samples WHERE cell = ?", (name,))
            arrays = {array: np.frombuffer(zlib.decompress(z), kind) for array, kind, z in rows}
            claimed_ms = float(json.loads(figures).get("claimed_bound_ms", 0.0))
            limit_ms = claimed_ms if bound_ms is None else bound_ms
            findings = check_arrays(arrays, int(limit_ms * MILLISECOND_NS))
            yield Checked(name, arrays, limit_ms, findings)


def report(checked: Checked, every_trial: bool) -> Iterator[str]:
    """Yield what there is to say of a revocation: a line a trial if wanted, and one for all."""
    for number, found in enumerate(checked.findings if every_trial else ()):
        yield (
            f"trial {number}: window {found.window_ms:.1f} ms, "
            f"late accepts {found.late_accepts} of {found.probes_after_bound}, "
            f"resurrections {found.resurrections}, false rejects {found.false_rejects}, "
            f"errors {found.errors}"
        )
    of = sum(len(found.window_ns) for found in checked.findings)
    limit = f"; at most {upper_limit(checked.broken, of):.2%} (Clopper-Pearson, 95 %)" if of else ""
    said = f"{checked.broken} of {of} node-revocations broken{limit}"
    if checked.erred:
        said += f"; {checked.erred} answered with errors instead of refusals"
    yield f"{checked.cell}: bound {checked.bound_ms:g} ms: {said}"


def main(arguments: Sequence[str]) -> int:
    """Check one file; 1 if a bound is broken, 2 if there is no history in it."""
    if not 1 <= len(arguments) <= 3:
        print("usage: python history.py FILE [CELL [BOUND_MS]]", file=sys.stderr)  # noqa: T201
        return 2
    path, cell, bound = (*arguments, "", "")[:3]
    status = 0
    try:
        for checked in check_file(Path(path), cell, float(bound) if bound else None):
            print("\n".join(report(checked, bool(cell))))  # noqa: T201
            status |= checked.broken + checked.erred > 0
    except UNREADABLE as exc:
        print(f"{path} has no recorded revocation to check: {exc}", file=sys.stderr)  # noqa: T201
        return 2
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
