"""Judge the learner's own run of lab 5: which window is the longest, and is it the claimed one."""

from workshop.runner.runs import claimed_bound_ms, interval, windows_ms
from workshop.runner.verdict import Verdict

SESSION = "session-cookie-redis"
PLAIN = "token-bearer-hs256-expiry"
DENYLIST = "token-bearer-hs256-denylist-redis"


def judge(run, policy):
    """Ranks of windows, and a bound that was kept; never how long they are."""
    verdict = Verdict()
    found = {name: windows_ms(run, name) for name in (SESSION, PLAIN, DENYLIST)}
    if not all(len(each) for each in found.values()):
        verdict.cannot_tell("the windows", "the run has no trials of some", "measure again")
        return verdict
    worst = {name: max(each) for name, each in found.items()}
    plain = interval(found[PLAIN])
    verdict.measured(
        "the plain token lives longest",
        plain.over(max(worst[SESSION], worst[DENYLIST])),
        f"{PLAIN}: {plain} ms on average over {len(found[PLAIN])} logouts (with its 95 % interval); "
        f"at worst {SESSION}: {worst[SESSION]:.0f} ms, {DENYLIST}: {worst[DENYLIST]:.0f} ms",
        "Look at the report of the run: did a node miss its probes?",
    )
    bound = claimed_bound_ms(run, PLAIN)
    verdict.measured(
        "and dies when it expires",
        worst[PLAIN] <= bound,
        f"{worst[PLAIN]:.0f} ms at worst; in this run a token expires after {bound:.0f} ms",
        "A token that outlives its exp is a finding: look at the report, and tell the project.",
    )
    return verdict


def answers(run, policy):
    """What the run says to the predictions."""
    worst = {name: max(windows_ms(run, name), default=0.0) for name in (SESSION, PLAIN, DENYLIST)}
    return {"longest-window": max(worst, key=lambda name: worst[name])}
