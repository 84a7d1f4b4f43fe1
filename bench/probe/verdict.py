"""What the history of a service's logouts says, in figures and in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..revocation.history import ACCEPT, REJECT, Finding, Revoke, check
from .judging import SOMEBODY_ELSE
from .using import NO_ANSWER
from .watching import Trial

CERTAIN = 3
"""With none of n accepted, fewer than about 3/n are, with 95 % confidence (the rule of three)."""
SHARE_LIMIT = 0.1
"""Of accepted requests that would have gone unseen, and of answers that say nothing, at a node."""


@dataclass
class Verdict:
    """All trials of one service together."""

    outcome: str
    """`holds`, `late`, `one-node`, `nothing`, `resurrects`, `partly` or `void`."""
    sentence: str
    trials: int
    void: list[str]
    """Why a trial says nothing, once for each that does not."""
    windows_ms: list[float] = field(default_factory=list)
    """Of each trial, the longest over its nodes."""
    late_accepts: int = 0
    probes_after_bound: int = 0
    """Answers that accept or refuse; other answers are no evidence."""
    other_after_bound: int = 0
    """Answers after the bound that say nothing: errors, limits, redirects to elsewhere, none."""
    resurrections: int = 0
    false_rejects: int = 0
    errors: int = 0
    open_at_end: int = 0
    """Trials in which some node still accepted when watching ended."""
    ways_left: list[str] = field(default_factory=list)
    """What else still opened a login when watching had ended."""

    @property
    def broken(self) -> bool:
        """Whether the service does not keep what its description claims."""
        return self.outcome not in ("holds", "void")


def judge_trials(trials: Sequence[Trial], bound_s: float, tail_s: float) -> Verdict:
    """The verdict on *trials*, each watched for *tail_s* against a claim of *bound_s*."""
    good = [trial for trial in trials if not trial.seen.void]
    void = [trial.seen.void for trial in trials if trial.seen.void]
    findings = [_finding(trial, bound_s) for trial in good]
    _, other = _counted(good, bound_s)
    seen = Verdict(
        outcome="void",
        sentence="",
        trials=len(good),
        void=void,
        windows_ms=[round(found.window_ms, 3) for found in findings],
        late_accepts=sum(found.late_accepts for found in findings),
        probes_after_bound=sum(found.probes_after_bound for found in findings),
        other_after_bound=other.total(),
        resurrections=sum(found.resurrections for found in findings),
        false_rejects=sum(found.false_rejects for found in findings),
        errors=sum(found.errors for found in findings),
        open_at_end=sum(any(_open(trial, bound_s).values()) for trial in good),
        ways_left=list(dict.fromkeys(way for trial in good for way in trial.ways_left)),
    )
    seen.outcome, seen.sentence = (
        _broken(seen, good, bound_s, tail_s)
        or _unknown(seen, good, bound_s)
        or _holds(seen, good, bound_s)
    )
    return seen


def cannot_tell(reason: str) -> Verdict:
    """The verdict where no logout was worth watching."""
    return Verdict("void", f"cannot tell: {reason}", 0, [])


def _broken(
    seen: Verdict, good: Sequence[Trial], bound_s: float, tail_s: float
) -> tuple[str, str] | None:
    """How the claim was broken, if it was: one accepted request is enough to say so."""
    claim = _claim(bound_s)
    if not seen.late_accepts and seen.ways_left:
        return "partly", (
            "the logout ends only part of the login: when watching had ended it still opened "
            + ", and ".join(seen.ways_left)
        )
    if not seen.late_accepts:
        return None
    still = [_open(trial, bound_s) for trial in good]
    if not seen.resurrections and all(all(nodes.values()) for nodes in still):
        return "nothing", (
            f"the logout does nothing that can be seen: after each of {len(good)} the credential "
            f"worked at every node until watching ended, {tail_s:g} s later"
        )
    if any(any(nodes.values()) for nodes in still) and not any(
        nodes[trial.revoke_node] for nodes, trial in zip(still, good, strict=True)
    ):
        return "one-node", (
            "the logout works only at the node that was asked: others accepted the credential "
            f"until watching ended, {tail_s:g} s later; is what is revoked kept in one process?"
        )
    if seen.resurrections:
        return "resurrects", (
            f"{seen.resurrections} times the credential worked again after it had been refused"
        )
    return "late", (
        f"the logout takes longer than the claim, {claim}: {seen.late_accepts} of "
        f"{seen.probes_after_bound} requests were accepted after that, the last "
        f"{max(seen.windows_ms):.1f} ms after the logout"
    )


def _unknown(seen: Verdict, good: Sequence[Trial], bound_s: float) -> tuple[str, str] | None:
    """Why nothing can be told, if so: too little was answered to say that the claim was kept."""
    if not good:
        reason = f"no logout was watched: {seen.void[0]}" if seen.void else "nothing was tried"
        return "void", f"cannot tell: {reason}"
    if not seen.probes_after_bound and not seen.other_after_bound:
        return "void", (
            f"cannot tell: no request was answered later than {bound_s:g} s after a logout; raise "
            "after_s under [watch]"
        )
    if len(seen.void) > len(good):
        return "void", (
            f"cannot tell: {len(seen.void)} of {len(seen.void) + len(good)} logouts say nothing: "
            f"{seen.void[0]}"
        )
    said, other = _counted(good, bound_s)
    statuses = Counter(
        probe.status
        for trial in good
        for probe in trial.seen.probes
        if probe.invoke_ns > trial.seen.ack_ns and probe.status not in (ACCEPT, REJECT)
    )
    for node in sorted({probe.node for trial in good for probe in trial.seen.probes}):
        share = other[node] / (said[node] + other[node]) if other[node] else 0.0
        if share > SHARE_LIMIT:
            return "void", (
                f"cannot tell: node {node + 1} gave {other[node]} of {said[node] + other[node]} "
                "requests after the logout no answer that accepts or refuses"
                f"{_mostly(statuses)}"
            )
        if said[node] < CERTAIN / SHARE_LIMIT:
            return "void", (
                f"cannot tell: node {node + 1} answered {said[node]} requests after that, and "
                f"{CERTAIN / SHARE_LIMIT:.0f} are needed to tell that fewer than "
                f"{SHARE_LIMIT:.0%} are accepted; raise trials or after_s under [watch]"
            )
    return None


def _mostly(statuses: Counter[int]) -> str:
    """What the commonest answer that says nothing was, and what to do about it."""
    [(status, _)] = statuses.most_common(1)
    if status == NO_ANSWER:
        return ", mostly none at all: see to it that the service answers"
    if status == SOMEBODY_ELSE:
        return ", mostly one of an accepting status that is not like any seen before the logout"
    if 300 <= status < 400:
        return f", mostly {status} to another place than a refusal had before the logout"
    if status == 429 or status >= 500:
        return f", mostly {status}: raise interval_ms under [watch], or mend what gives it"
    return f", mostly {status}: if that is a refusal, add it to refused under [request]"


def _holds(seen: Verdict, good: Sequence[Trial], bound_s: float) -> tuple[str, str]:
    limit = CERTAIN / seen.probes_after_bound
    return "holds", (
        f"the logout works {_claim(bound_s)}, as claimed: 0 of {seen.probes_after_bound} requests "
        f"were accepted after that in {len(good)} logouts, so fewer than {limit:.2%} are (95 % "
        f"confidence); the longest window was {max(seen.windows_ms):.1f} ms"
    )


def _claim(bound_s: float) -> str:
    return f"within {bound_s:g} s" if bound_s else "at once"


def _finding(trial: Trial, bound_s: float) -> Finding:
    probes = [probe._replace(trial=0) for probe in trial.seen.probes]
    revoke = Revoke(trial.seen.invoke_ns, trial.seen.ack_ns)
    return check(probes, [revoke], int(bound_s * 1e9))[0]


def _counted(good: Sequence[Trial], bound_s: float) -> tuple[Counter[int], Counter[int]]:
    """By node, the answers after the bound that accept or refuse, and those that say nothing."""
    said: Counter[int] = Counter()
    other: Counter[int] = Counter()
    for trial in good:
        for probe in trial.seen.probes:
            if probe.invoke_ns > trial.seen.ack_ns + int(bound_s * 1e9):
                (said if probe.status in (ACCEPT, REJECT) else other)[probe.node] += 1
    return said, other


def _open(trial: Trial, bound_s: float) -> dict[int, bool]:
    """By node, whether the last answer that says anything accepted, later than the bound."""
    probes = trial.seen.probes
    last = {probe.node: probe for probe in probes if probe.status in (ACCEPT, REJECT)}
    after_ns = trial.seen.ack_ns + int(bound_s * 1e9)
    return {
        node: probe.status == ACCEPT and probe.invoke_ns > after_ns for node, probe in last.items()
    }
