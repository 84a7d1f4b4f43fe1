"""Judge the learner's own run of lab 10: ranks, an average, and a bound that was kept."""

from workshop.runner.runs import claimed_bound_ms, interval, windows_ms
from workshop.runner.verdict import Verdict

SESSION = "session-cookie-redis"
POLLED = "token-bearer-hs256-snapshot-redis"
PUSHED = "token-bearer-hs256-pushed-redis"
POLL_MS = 1000.0
"""How often a node of the measured scheme looks; the scheme claims as much again for the look."""
NODES = 3


def _worst(run):
    return {arm: max(windows_ms(run, arm), default=0.0) for arm in (SESSION, POLLED, PUSHED)}


def judge(run, policy):
    """The polled list is slower than the store, by about what theory says, and within its claim."""
    verdict = Verdict()
    if not all(windows_ms(run, arm) for arm in (SESSION, POLLED, PUSHED)):
        verdict.cannot_tell("the windows", "the run has no trials of some", "measure again")
        return verdict
    worst = _worst(run)
    said = "; ".join(f"{arm}: {value:.0f} ms at worst" for arm, value in worst.items())
    mean = interval(windows_ms(run, POLLED, ["random"]))
    verdict.measured(
        "who polls hears last",
        mean.over(max(worst[SESSION], worst[PUSHED])),
        f"{said}; {POLLED}: {mean} ms on average, with its 95 % interval",
        "Look at the report of the run.",
    )
    low, high = POLL_MS / 2, POLL_MS * (1 - 1 / (2 * NODES))
    verdict.measured(
        "the average is between P/2 and P (1 - 1/2N)",
        mean.reaches(low, high),
        f"{mean} ms, between {low:.0f} and {high:.0f} ms; over many runs P N / (N + 1) is "
        f"{POLL_MS * NODES / (NODES + 1):.0f} ms. In one run the nodes keep their places on the clock",
        "Look at the report of the run: did a node miss its polls?",
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
