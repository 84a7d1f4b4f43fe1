"""Judge the learner's own run of lab 8, by the learner's own function: ranks and ratios."""

from workshop.runner.runs import arms, auth_blocks_us, more_us, times_as_much
from workshop.runner.verdict import Verdict

MEMORY = "session-cookie-memory"
HS256, ES256 = SIGNED = ("token-bearer-hs256-expiry", "token-bearer-es256-expiry")
NETWORKED = "session-cookie-redis"
RANKS = (
    ("a local lookup is cheaper than a signature with a shared secret", HS256, MEMORY),
    ("and than one that everybody can check", ES256, MEMORY),
    ("a networked lookup is dearer than a local one", NETWORKED, MEMORY),
    ("and than a signature with a shared secret", NETWORKED, HS256),
)


def costs(run, policy):
    """The cost of each arm by the learner's function; None where it says that it cannot tell."""
    control, again = auth_blocks_us(run, "control"), auth_blocks_us(run, "control-again")
    return {
        arm: policy.cost_us(control, again, auth_blocks_us(run, arm))
        for arm in arms(run)
        if len(auth_blocks_us(run, arm)) == len(control)
    }


def judge(run, policy):
    """A local lookup against signatures, a networked one, and one signature against the other."""
    verdict = Verdict()
    found = costs(run, policy)
    if any(found.get(arm) is None for arm in (MEMORY, NETWORKED, *SIGNED)):
        unknown = [arm for arm in (MEMORY, NETWORKED, *SIGNED) if found.get(arm) is None]
        why = f"by your function this run cannot tell the cost of {', '.join(unknown)}"
        verdict.cannot_tell("the ranks", why, "close what else is running, and measure again")
        return verdict
    said = "; ".join(f"{arm} {cost:.0f} us" for arm, cost in sorted(found.items()))
    for name, dearer, cheaper in RANKS:
        more = more_us(run, dearer, cheaper)
        verdict.measured(
            name,
            more.over(0.0),
            f"{dearer} takes {more} us more than {cheaper}, with its 95 % interval",
            f"By your function: {said}. Is the store on this machine?",
        )
    times = times_as_much(run, ES256, HS256)
    verdict.measured(
        "a signature that everybody can check is dearer than one with a shared secret",
        times.over(1.0),
        f"{ES256} takes {times} times as much as {HS256}",
        f"By your function: {said}.",
    )
    verdict.cost(f"by your function, over a request without a check: {said}")
    return verdict


def answers(run, policy):
    """What the run says to the predictions."""
    found = {arm: cost for arm, cost in costs(run, policy).items() if cost is not None}
    if not found:
        return {}
    ranked = sorted(found, key=lambda arm: found[arm])
    return {"cheapest": ranked[0], "dearest": ranked[-1]}
