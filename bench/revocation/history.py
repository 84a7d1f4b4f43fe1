"""A recorded history of probes held against a claimed bound, in linear time.

The rules, for one trial: a credential is used at every node at a fixed rate, then revoked; `ack`
is the instant at which the revocation was acknowledged. An *accept* is an answer 200 that names
the expected subject, a *reject* is 401, anything else is an error and counts as neither.

* window: the last accept invoked after ack, minus ack; 0 if there is none. One per node.
* late accept: an accept invoked after ack plus the claimed bound.
* resurrection: a reject and then an accept at the same node, once the revocation was invoked.
* false reject: a reject that was complete before the revocation was invoked.

`python -m bench.revocation.history RUN/records/<cell>.npz [BOUND_MS]` checks one cell.
"""

from __future__ import annotations

import sys
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

ACCEPT = 200
REJECT = 401
MILLISECOND_NS = 1_000_000


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
        if accepted:
            self._accept(probe, revoke)
        else:
            self._reject(probe, revoke)

    def _accept(self, probe: Probe, revoke: Revoke) -> None:
        if probe.invoke_ns > revoke.ack_ns:
            self.window_ns[probe.node] = probe.invoke_ns - revoke.ack_ns
        if probe.node in self._rejected:
            self.resurrections += 1
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
    """The findings of a recorded cell; the names are in docs/record-format.md."""
    columns = (arrays[name].tolist() for name in Probe._fields)
    probes = (Probe(*row) for row in zip(*columns, strict=True))
    instants = zip(arrays["trial_invoke_ns"].tolist(), arrays["trial_ack_ns"].tolist(), strict=True)
    return check(probes, [Revoke(*pair) for pair in instants], bound_ns)


def main(arguments: list[str]) -> int:
    """Print one line a trial; 1 if an accept came after the bound, or after a reject."""
    if not 1 <= len(arguments) <= 2:
        print("usage: python -m bench.revocation.history CELL.npz [BOUND_MS]", file=sys.stderr)  # noqa: T201
        return 2
    path = Path(arguments[0])
    try:
        bound_ns = int(float((arguments[1:] or ["0"])[0]) * MILLISECOND_NS)
        # Opened as what it is: numpy alone would guess the kind of file, and go by its guess.
        with zipfile.ZipFile(path), np.load(path, allow_pickle=False) as archive:
            findings = check_arrays(archive, bound_ns)
    except (OSError, ValueError, LookupError, EOFError, zipfile.BadZipFile, zlib.error) as exc:
        print(f"{path} is not the recorded cell of a revocation: {exc}", file=sys.stderr)  # noqa: T201
        return 2
    for number, found in enumerate(findings):
        print(  # noqa: T201
            f"trial {number}: window {found.window_ms:.1f} ms, "
            f"late accepts {found.late_accepts} of {found.probes_after_bound}, "
            f"resurrections {found.resurrections}, false rejects {found.false_rejects}, "
            f"errors {found.errors}"
        )
    return int(any(found.late_accepts or found.resurrections for found in findings))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
