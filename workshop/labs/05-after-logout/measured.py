"""Judge the learner's own run of lab 5: which window is the longest."""

from workshop.runner.runs import windows_ms
from workshop.runner.verdict import Verdict

SESSION = "session-cookie-redis"
PLAIN = "token-bearer-hs256-expiry"
DENYLIST = "token-bearer-hs256-denylist-redis"


def judge(run, policy):
    """Ranks of windows; never how long they are."""
    verdict = Verdict()
    found = {name: windows_ms(run, name) for name in (SESSION, PLAIN, DENYLIST)}
    if not all(len(each) for each in found.values()):
        verdict.cannot_tell("the windows", "the run has no trials of some", "measure again")
        return verdict
    worst = {name: max(each) for name, each in found.items()}
    verdict.measured(
        "the plain token lives longest",
        worst[PLAIN] > max(worst[SESSION], worst[DENYLIST]),
        "; ".join(f"{name}: {value:.0f} ms at worst" for name, value in worst.items()),
        "Look at the report of the run: did a node miss its probes?",
    )
    return verdict


def answers(run, policy):
    """What the run says to the predictions."""
    worst = {name: max(windows_ms(run, name), default=0.0) for name in (SESSION, PLAIN, DENYLIST)}
    return {"longest-window": max(worst, key=lambda name: worst[name])}
