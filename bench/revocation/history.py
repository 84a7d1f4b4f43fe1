"""A recorded history of probes held against a claimed bound, in linear time.

The rules, for one trial: a credential is used at every node at a fixed rate, then revoked; `ack`
is the instant at which the revocation was acknowledged. An *accept* is an answer 200 that names
the expected subject, a *reject* is 401, anything else is an error and counts as neither.

* window: the last accept invoked after ack, minus ack; 0 if there is none. One per node.
* late accept: an accept invoked after ack plus the claimed bound.
* resurrection: a reject and then an accept at the same node, once the revocation was invoked.
* false reject: a reject that was complete before the revocation was invoked.
* broken node-revocation: one node that accepted late, or again, after one revocation.

What cannot have happened is no history, and is refused: an answer before its request, a request
before the answer to the one before on the same line, an acknowledgement before its revocation.

`python -m bench check-history RUN/records/<cell>.npz` checks one cell; so does this file alone,
which needs numpy and the standard library: `python history.py FILE [BOUND_MS]`.
"""

from __future__ import annotations

import json
import math
import sys
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

ACCEPT = 200
REJECT = 401
MILLISECOND_NS = 1_000_000
UNREADABLE = (OSError, ValueError, LookupError, EOFError, TypeError, zipfile.BadZipFile, zlib.error)
"""What reading a file that is no recorded cell may raise."""
CERTAINTY = 0.95


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
    _rejected: set[int] = field(default_factory=set, repr=False)
    """Nodes whose latest answer since the revocation was a reject."""

    @property
    def window_ms(self) -> float:
        """The widest window over the nodes."""
        return max(self.window_ns.values(), default=0) / MILLISECOND_NS

    def add(self, probe: Probe, revoke: Revoke, bound_ns: int) -> None:
        """Take one probe into account; those of a node come in the order of their invocation."""
        self.window_ns.setdefault(probe.node, 0)
        if probe.status not in (ACCEPT, REJECT):
            self.errors += 1
            return
        accepted = probe.status == ACCEPT
        past_bound = probe.invoke_ns > revoke.ack_ns + bound_ns
        self.probes_after_bound += past_bound
        self.late_accepts += past_bound and accepted
        if past_bound and accepted:
            self.broken.add(probe.node)
        if accepted:
            self._accept(probe, revoke)
        else:
            self._reject(probe, revoke)

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


def check(probes: Iterable[Probe], revokes: list[Revoke], bound_ns: int = 0) -> list[Finding]:
    """The finding of each trial, by the index of its revocation.

    Probes of one trial at one node come in the order of their invocation, each complete before
    the next, as one connection makes them; trials and nodes may interleave.
    """
    findings = [Finding() for _ in revokes]
    for probe in probes:
        findings[probe.trial].add(probe, revokes[probe.trial], bound_ns)
    return findings


def check_arrays(arrays: Mapping[str, NDArray[Any]], bound_ns: int = 0) -> list[Finding]:
    """
    The findings of a recorded cell; the names are in docs/record-format.md.

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


def read_history(path: Path) -> tuple[dict[str, NDArray[Any]], float]:
    """The arrays in *path* and the bound that is claimed there, in ms; raises `UNREADABLE`."""
    if path.suffix == ".json":
        stored = json.loads(path.read_text(encoding="utf-8"))
        arrays = {name: np.array(values) for name, values in stored["arrays"].items()}
        return arrays, float(stored["claimed_bound_ms"])
    # Opened as what it is: numpy alone would guess the kind of file, and go by its guess.
    with zipfile.ZipFile(path), np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    beside = path.with_suffix(".json")
    figures = json.loads(beside.read_text(encoding="utf-8"))["figures"] if beside.is_file() else {}
    return arrays, float(figures.get("claimed_bound_ms", 0.0))


def report(findings: Sequence[Finding], bound_ms: float) -> Iterable[str]:
    """What there is to say, a line a trial and one for all."""
    for number, found in enumerate(findings):
        yield (
            f"trial {number}: window {found.window_ms:.1f} ms, "
            f"late accepts {found.late_accepts} of {found.probes_after_bound}, "
            f"resurrections {found.resurrections}, false rejects {found.false_rejects}, "
            f"errors {found.errors}"
        )
    broken = sum(len(found.broken) for found in findings)
    of = sum(len(found.window_ns) for found in findings)
    limit = f"; at most {upper_limit(broken, of):.2%} (Clopper-Pearson, 95 %)" if of else ""
    yield f"bound {bound_ms:g} ms: {broken} of {of} node-revocations broken{limit}"


def check_file(path: Path, bound_ms: float | None = None) -> tuple[list[str], bool]:
    """What there is to say of the history in *path*, and whether it keeps its bound.

    *bound_ms* takes the place of the one that is claimed there. Raises `UNREADABLE`.
    """
    arrays, claimed_ms = read_history(path)
    bound_ms = claimed_ms if bound_ms is None else bound_ms
    findings = check_arrays(arrays, int(bound_ms * MILLISECOND_NS))
    return list(report(findings, bound_ms)), not any(found.broken for found in findings)


def main(arguments: Sequence[str]) -> int:
    """Check one file; 1 if the bound is broken, 2 if it is no history."""
    if not 1 <= len(arguments) <= 2:
        print("usage: python history.py FILE [BOUND_MS]", file=sys.stderr)  # noqa: T201
        return 2
    try:
        bound_ms = float(arguments[1]) if len(arguments) == 2 else None
        lines, kept = check_file(Path(arguments[0]), bound_ms)
    except UNREADABLE as exc:
        print(f"{arguments[0]} is not the recorded cell of a revocation: {exc}", file=sys.stderr)  # noqa: T201
        return 2
    print("\n".join(lines))  # noqa: T201
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
