"""Guarantees of revocation: which were broken, each in plain words, and what was watched for it.

A broken guarantee stands above everything else, whatever checks failed beside it: a prober that is
late may miss an accept, and cannot invent one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .measures.revocation import Trial, Trials
from .results import Results
from .wording import listed, number

EXIT = 4
"""The exit status of what found a guarantee broken."""
MARK = "guarantee broken"
"""Beside the name of the scheme in every table."""
AT_ONCE_MS = 10.0
RELOGIN_MS = 500.0
"""Who is let in again so soon after a new login of the same user is let in because of it."""
FOR_95_PERCENT = 3.0
"""What is seen of so many on average is seen at all with 95 %."""
ODD = {
    "skewed": "where the clock of a node was a minute slow",
    "paused": "where a node had stood still",
}


@dataclass(frozen=True)
class Broken:
    """One scheme that did not keep what it claims."""

    scheme: str
    text: str
    """Whole sentences."""


@dataclass(frozen=True)
class _Case:
    """All revocations of one scheme that were seen, with the phase of each."""

    results: Results
    scheme: str
    found: Sequence[tuple[Trials, Trial]]

    @cached_property
    def reached(self) -> int:
        return sum(len(trial.windows_ms) for _, trial in self.found)

    def count(self, kind: str) -> str:
        """Write how many node-revocations of all were of *kind*, and where."""
        mine = [(one, getattr(trial, kind)) for one, trial in self.found if getattr(trial, kind)]
        count = sum(len(nodes) for _, nodes in mine)
        said = f"in {count:,} of {self.reached:,} node-revocations"
        phases = {one.regime.label("phase") for one, _ in mine}
        if phases <= ODD.keys():
            return f"{said}, only {listed([ODD[phase] for phase in sorted(phases)])}"
        seen = {node for _, nodes in mine for node in nodes}
        every = {node for _, trial in self.found for node in range(len(trial.windows_ms))}
        alone = len(seen) == 1 < len(every)
        return f"{said}, at one of {len(every)} nodes alone" if alone else said

    def facts(self) -> Iterator[str]:
        late = [(one, trial) for one, trial in self.found if trial.late]
        if late:
            # A clock that is slow makes long windows: what comes without it tells more.
            telling = [(o, t) for o, t in late if o.regime.label("phase") not in ODD] or late
            worst_ms = max(trial.window_ms for _, trial in telling)
            still = " (the last look)" if any(trial.censored for _, trial in telling) else ""
            yield (
                f"Servers let it in up to {_seconds(worst_ms)} after its end{still}, "
                f"{self.count('late')}."
            )
        if any(trial.again for _, trial in self.found):
            yield (
                f"After they had refused it, servers let it in again{self._when()}, "
                f"{self.count('again')}."
            )
        if any(trial.unrefused for _, trial in self.found):
            statuses = sorted({status for _, trial in self.found for status in trial.errors})
            said = listed([_ODD_STATUS.get(status, f"status {status}") for status in statuses])
            yield (
                f"Servers answered with an error ({said}) instead of refusing it, "
                f"{self.count('unrefused')}."
            )

    def _when(self) -> str:
        """Say what came just before, if all of them came after a new login."""
        again = [
            (trial.again_ms, one.noted.get("relogin_ms"))
            for one, trial in self.found
            if trial.again_ms is not None
        ]
        if any(at_ms is not None and 0 < ms - at_ms < RELOGIN_MS for ms, at_ms in again):
            return " when the same user had logged in again"
        first_ms = min(ms for ms, _ in again)
        return f" {_seconds(first_ms)} after its end" if first_ms > AT_ONCE_MS else ""


_ODD_STATUS = {0: "no answer", -1: "somebody else's account"}


def broken(results: Results) -> list[Broken]:
    """Return every scheme that broke its guarantee, each with what it did."""
    told = []
    for case in _cases(results):
        facts = list(case.facts())
        if facts:
            named = _named(results, case.scheme)
            told.append(Broken(case.scheme, " ".join([f"{named} {_claim(case)}.", *facts])))
    return told


def marked(results: Results, names: Iterable[str]) -> list[str]:
    """Return *names* of schemes for the head of a table, with a mark where one is broken."""
    failed = {one.scheme for one in broken(results)}
    return [f"{name} ({MARK})" if name in failed else name for name in names]


def watched(results: Results) -> list[str]:
    """Return what revoked logins were put through in this run, and what nobody watched."""
    cases = list(_cases(results))
    if not cases:
        return []
    every = [(one, trial) for case in cases for one, trial in case.found]
    # A bound is watched to its end and a little longer; what is said is about afterwards.
    short_s = min(
        trial.watched_s - one.bound_ms / 1e3
        for one, trial in every
        if one.regime.label("phase") != "skewed"
    )
    long_s = [t.watched_s for one, t in every if one.regime.label("phase") == "long"]
    phases = {one.regime.label("phase") for one, _ in every}
    told = []
    if long_s:
        told.append(
            f"One revoked login of each scheme was used for {_seconds(1e3 * min(long_s))} after "
            "its end, and its user logged in again meanwhile. What comes later was not watched."
        )
    elif short_s >= 0:
        told.append(
            f"Revoked logins were used for {_seconds(1e3 * short_s)} after they had to be over. "
            "What comes later was not watched, nor a new login of the same user."
        )
    uses = min(sum(trial.probes_after_bound for _, trial in case.found) for case in cases)
    if uses:
        told.append(
            f"Each scheme answered {uses:,} uses of revoked logins or more. One acceptance in "
            f"{max(1, int(uses / FOR_95_PERCENT)):,} would have been seen (95 %), a rarer one not."
        )
    short = [c for c in cases if all(one.regime.label("phase") != "long" for one, _ in c.found)]
    if long_s and short:
        told.append(
            f"Not watched for so long: {listed([_named(results, c.scheme) for c in short])}."
        )
    missing = [
        text
        for phase, text in (
            ("skewed", "a node whose clock is off"),
            ("paused", "a node that stands still and goes on"),
        )
        if phase not in phases
    ]
    if missing:
        told.append(f"Not watched: {listed(missing)}.")
    for case in cases:
        told += _unwatched(case)
    told += _void(results, {case.scheme for case in cases})
    return told


def _unwatched(case: _Case) -> Iterator[str]:
    """Say of a scheme that claims more than was waited for."""
    chosen = [
        (one.bound_ms, 1e3 * trial.watched_s)
        for one, trial in case.found
        if one.regime.label("phase") in ("random", "adversarial")
    ]
    bound_ms = max((bound for bound, _ in chosen), default=0.0)
    reach_ms = max((reach for _, reach in chosen), default=0.0)
    if reach_ms < bound_ms:
        yield (
            f"{_named(case.results, case.scheme)} claims {_seconds(bound_ms)}. At its worst "
            f"moments it was watched for {_seconds(reach_ms)}, so nobody knows if it keeps that."
        )


def _void(results: Results, seen: set[str]) -> Iterator[str]:
    """Say of which schemes no revocation could be carried through."""
    tried = [r.cell.arm for r in results.recording.cells if r.cell.measure == "revocation"]
    for scheme in dict.fromkeys(tried):
        if scheme not in seen and results.mechanism(scheme) != "control":
            yield (
                f"No revocation under {_named(results, scheme)} could be carried through: nothing "
                "is known of its guarantee."
            )


def _cases(results: Results) -> Iterator[_Case]:
    schemes = dict.fromkeys(one.arm for one in results.trials)
    for scheme in schemes:
        if results.mechanism(scheme) == "control":
            continue
        found = [
            (one, trial)
            for one in results.trials
            if one.arm == scheme and one.regime.label("phase") != "all"
            for trial in one.trials
        ]
        if found:
            yield _Case(results, scheme, found)


def _claim(case: _Case) -> str:
    arm = case.results.recording.arm(case.scheme)
    if arm.strength == "immediate":
        return "claims that a revoked login ends at once"
    bound = _seconds(min(one.bound_ms for one, _ in case.found if one.bound_ms) or 0.0)
    if arm.strength == "within":
        return f"claims that a revoked login ends within {bound}"
    return f"claims that a revoked login ends when it expires, within {bound}"


def _named(results: Results, scheme: str) -> str:
    title = results.title(scheme)
    return scheme if title == scheme else f"{title} ({scheme})"


def _seconds(value_ms: float) -> str:
    if value_ms < 1_000:
        return f"{number(float(f'{value_ms:.2g}'))} ms"
    return f"{number(float(f'{value_ms / 1e3:.3g}'))} s"
