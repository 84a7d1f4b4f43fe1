"""Judge the learner's own run of lab 10: ranks, and bounds that were kept."""

from workshop.runner.runs import claimed_bound_ms, windows_ms
from workshop.runner.verdict import Verdict

SESSION = "session-cookie-redis"
POLLED = "token-bearer-hs256-snapshot-redis"
PUSHED = "token-bearer-hs256-pushed-redis"


def _worst(run):
    return {arm: max(windows_ms(run, arm), default=0.0) for arm in (SESSION, POLLED, PUSHED)}


def judge(run, policy):
    """The polled list is slower than the store, and within what it claims."""
    verdict = Verdict()
    if not all(windows_ms(run, arm) for arm in (SESSION, POLLED, PUSHED)):
        verdict.cannot_tell("the windows", "the run has no trials of some", "measure again")
        return verdict
    worst = _worst(run)
    said = "; ".join(f"{arm}: {value:.0f} ms at worst" for arm, value in worst.items())
    verdict.measured(
        "who polls hears last",
        worst[POLLED] > worst[SESSION] and worst[POLLED] > worst[PUSHED],
        said,
        "Look at the report of the run.",
    )
    bound = claimed_bound_ms(run, POLLED)
    verdict.measured(
        "the claimed bound was kept",
        worst[POLLED] <= bound,
        f"{worst[POLLED]:.0f} ms at worst, {bound:.0f} ms claimed",
        "A window beyond its claim is a finding: look at the report, and tell the project.",
    )
    return verdict


def answers(run, policy):
    """What the run says to the predictions."""
    worst = _worst(run)
    return {"longest-window": max(worst, key=lambda arm: worst[arm])}
