"""Judge the learner's own run of lab 8, by the learner's own function: ranks, never times."""

from workshop.runner.runs import arms, auth_blocks_us
from workshop.runner.verdict import Verdict

MEMORY = "session-cookie-memory"
SIGNED = ("token-bearer-hs256-expiry", "token-bearer-es256-expiry")
NETWORKED = "session-cookie-redis"


def costs(run, policy):
    """The cost of each arm by the learner's function; None where it says that it cannot tell."""
    control, again = auth_blocks_us(run, "control"), auth_blocks_us(run, "control-again")
    return {
        arm: policy.cost_us(control, again, auth_blocks_us(run, arm))
        for arm in arms(run)
        if len(auth_blocks_us(run, arm)) == len(control)
    }


def judge(run, policy):
    """A local lookup against signatures; and one signature against the other."""
    verdict = Verdict()
    found = costs(run, policy)
    if any(found.get(arm) is None for arm in (MEMORY, NETWORKED, *SIGNED)):
        unknown = [arm for arm in (MEMORY, NETWORKED, *SIGNED) if found.get(arm) is None]
        why = f"by your function this run cannot tell the cost of {', '.join(unknown)}"
        verdict.cannot_tell("the ranks", why, "close what else is running, and measure again")
        return verdict
    said = "; ".join(f"{arm} {cost:.0f} us" for arm, cost in sorted(found.items()))
    verdict.measured(
        "a local lookup is cheaper than every signature",
        all(found[MEMORY] < found[arm] for arm in SIGNED),
        said,
        "Look at the intervals in the report: do they overlap?",
    )
    verdict.measured(
        "a networked lookup is not",
        found[NETWORKED] > found[MEMORY] and found[NETWORKED] > found[SIGNED[0]],
        said,
        "On a machine with a very fast loopback this may turn: look at the report.",
    )
    return verdict


def answers(run, policy):
    """What the run says to the predictions."""
    found = {arm: cost for arm, cost in costs(run, policy).items() if cost is not None}
    if not found:
        return {}
    ranked = sorted(found, key=lambda arm: found[arm])
    return {"cheapest": ranked[0], "dearest": ranked[-1]}
