"""What the history of a service's logouts says, in figures and in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..revocation.history import ACCEPT, Finding, Revoke, check
from .watching import Trial


@dataclass
class Verdict:
    """All trials of one service together."""

    outcome: str
    """`holds`, `late`, `one-node`, `nothing`, `resurrects` or `void`."""
    sentence: str
    trials: int
    void: list[str]
    """Why a trial says nothing, once for each that does not."""
    windows_ms: list[float] = field(default_factory=list)
    """Of each trial, the longest over its nodes."""
    late_accepts: int = 0
    probes_after_bound: int = 0
    resurrections: int = 0
    false_rejects: int = 0
    errors: int = 0
    open_at_end: int = 0
    """Trials in which some node still accepted when watching ended."""

    @property
    def broken(self) -> bool:
        """Whether the service does not keep what its description claims."""
        return self.outcome not in ("holds", "void")


def judge_trials(trials: Sequence[Trial], bound_s: float, tail_s: float) -> Verdict:
    """The verdict on *trials*, each watched for *tail_s* against a claim of *bound_s*."""
    good = [trial for trial in trials if not trial.seen.void]
    void = [trial.seen.void for trial in trials if trial.seen.void]
    findings = [_finding(trial, bound_s) for trial in good]
    seen = Verdict(
        outcome="void",
        sentence="",
        trials=len(good),
        void=void,
        windows_ms=[round(found.window_ms, 3) for found in findings],
        late_accepts=sum(found.late_accepts for found in findings),
        probes_after_bound=sum(found.probes_after_bound for found in findings),
        resurrections=sum(found.resurrections for found in findings),
        false_rejects=sum(found.false_rejects for found in findings),
        errors=sum(found.errors for found in findings),
        open_at_end=sum(any(_open(trial).values()) for trial in good),
    )
    seen.outcome, seen.sentence = _outcome(seen, good, bound_s, tail_s)
    return seen


def _outcome(
    seen: Verdict, good: Sequence[Trial], bound_s: float, tail_s: float
) -> tuple[str, str]:
    if not good:
        return "void", f"nothing was learnt: {seen.void[0]}" if seen.void else "nothing was tried"
    still = [_open(trial) for trial in good]
    if all(all(nodes.values()) for nodes in still):
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
    if not seen.probes_after_bound:
        return "void", (
            f"nothing was learnt: no request was answered later than {bound_s:g} s after a logout; "
            "raise after_s under [watch]"
        )
    if seen.resurrections:
        return "resurrects", (
            f"{seen.resurrections} times the credential worked again after it had been refused"
        )
    claim = f"within {bound_s:g} s" if bound_s else "at once"
    worst = f"{max(seen.windows_ms):.1f} ms"
    if seen.late_accepts:
        return "late", (
            f"the logout takes longer than the claim, {claim}: {seen.late_accepts} of "
            f"{seen.probes_after_bound} requests were accepted after that, the last {worst} after "
            "the logout"
        )
    return "holds", (
        f"the logout works {claim}, as claimed: 0 of {seen.probes_after_bound} requests were "
        f"accepted after that in {len(good)} logouts; the longest window was {worst}"
    )


def _finding(trial: Trial, bound_s: float) -> Finding:
    probes = [probe._replace(trial=0) for probe in trial.seen.probes]
    revoke = Revoke(trial.seen.invoke_ns, trial.seen.ack_ns)
    return check(probes, [revoke], int(bound_s * 1e9))[0]


def _open(trial: Trial) -> dict[int, bool]:
    """By node, whether its last answer was still an accept, and asked for after the logout."""
    last = {probe.node: probe for probe in trial.seen.probes}
    return {
        node: probe.status == ACCEPT and probe.invoke_ns > trial.seen.ack_ns
        for node, probe in last.items()
    }
