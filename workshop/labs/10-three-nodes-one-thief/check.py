"""Judge lab 10: how long the window is, what it costs, and what an outage does."""

import statistics
from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict
from workshop.shop.tokens import Counted, StoreDown

attack = module_from(Path(__file__).with_name("attack.py"))
P, N = attack.POLL_S, attack.NODES
OTHER = {"sub": "bob", "jti": "fine", "family": "g", "exp": 9e9}
TRIALS = 120
TOO_OLD_S = 60.0
OLDEST_S = TOO_OLD_S + P
"""A list may be fetched, in vain, for the last time just before it is too old."""
MOST_TRIPS = 120
"""In a minute of 1,200 requests: any interval that keeps the bound will do, and no trip for each."""


def check(policy, seed):
    """Revocations at random phases, a quiet node, two outages, and a count of round trips."""
    verdict = Verdict()
    outcome = attack.run(policy, seed)
    verdict.attack(
        "a thief who asks all nodes",
        not outcome.worked,
        "Some node never heard of the revocation, and lets Mallory in for good.",
        "Fetch the list again when the one you have is POLL seconds old.",
    )
    quiet = _quiet(policy)
    verdict.attack(
        "a quiet node",
        not quiet,
        "A quiet node, asked twice in a minute, still had the list of before the revocation.",
        "Count seconds, not requests: compare now with the instant of the last fetch.",
    )
    found = attack.windows(policy, seed, TRIALS)
    verdict.attack(
        "the longest of many windows",
        max(found) <= P + attack.STEP_S,
        f"The longest window was {max(found):.1f} s, over the {P:.0f} s that were promised.",
        "A list must not be used for longer than POLL seconds.",
    )
    _outages(verdict, policy)
    _recovery(verdict, policy)
    _users(verdict, policy)
    verdict.cost(
        f"windows over {N} nodes: {max(found):.1f} s at worst (P is {P:g}), "
        f"{statistics.mean(found):.1f} s on average (P N / (N + 1) is {P * N / (N + 1):g})"
    )
    return verdict


def _quiet(policy):
    policy, shared, own = policy.again(), Counted(), {}
    policy.accepts(attack.CLAIMS, shared, own, 1000.0)
    shared["denied:stolen"] = 9e9
    return policy.accepts(attack.CLAIMS, shared, own, 1030.0)


def _outages(verdict, policy):
    policy, shared, own = policy.again(), Counted(), {}
    shared["denied:stolen"] = 9e9
    policy.accepts(OTHER, shared, own, 1000.0)
    shared.is_down = True
    verdict.attack(
        "the store is down for a moment",
        _asked(policy, attack.CLAIMS, shared, own, 1012.0) is not True,
        "The store was down, the node went on with an empty list, and Mallory was in.",
        "Keep the last list that you have.",
    )
    times = [1020.0 + 5 * step for step in range(720)]
    late = [now - 1000 for now in times if _asked(policy, OTHER, shared, own, now) is True]
    verdict.attack(
        "the store is down for an hour",
        max(late, default=0) <= OLDEST_S,
        f"The store went down, and {max(late, default=0):.0f} s later the node still trusts its "
        f"list; it is to be worth nothing after {TOO_OLD_S:.0f} s. In an hour nobody would know.",
        "Let StoreDown through once the list is TOO_OLD: then nobody can know.",
    )


def _recovery(verdict, policy):
    """An hour without the store, a revocation meanwhile, and then it answers again."""
    policy, shared, own = policy.again(), Counted(), {}
    for step in range(720):
        shared.is_down = step > 0
        _asked(policy, OTHER, shared, own, 1000.0 + 5 * step)
    shared.is_down = False
    shared["denied:stolen"] = 9e9
    back = 1000.0 + 5 * 720
    later = [back + step for step in range(int(P) + 2)]
    found = [
        (_asked(policy, OTHER, shared, own, now), _asked(policy, attack.CLAIMS, shared, own, now))
        for now in later
    ][-1]
    verdict.attack(
        "a revocation during the outage",
        found[1] is not True,
        "The store answers again, and the node still lets in whom it had to forget meanwhile.",
        "Fetch the list again as soon as the store answers.",
    )
    verdict.users(
        "people after the outage",
        found[0] is True,
        f"The store has answered again for {P:.0f} s, and Bob is still refused.",
        "Do not remember an outage: fetch the list again at the next request.",
    )


def _users(verdict, policy):
    policy, shared, own = policy.again(), Counted(), {}
    for step in range(1200):
        policy.accepts(OTHER, shared, own, 2000.0 + step * 0.05)
    verdict.users(
        "round trips",
        shared.reads <= MOST_TRIPS,
        f"In one minute with 1,200 requests the node made {shared.reads} round trips; 7 would do.",
        "Between two fetches the list in own must do.",
    )
    policy, shared, own = policy.again(), Counted(), {}
    shared["denied:stolen"] = 9e9
    verdict.users(
        "people beside the thief",
        [_asked(policy, OTHER, shared, own, now) for now in (2000.0, 2001.0, 2020.0)] == [True] * 3,
        "One token was called back, and Bob, whose token is another one, is refused.",
        "Look for the jti of this token in the list.",
    )
    policy, shared, own = policy.again(), Counted(), {}
    policy.accepts(OTHER, shared, own, 1000.0)
    shared.is_down = True
    verdict.users(
        "two seconds without the store",
        _asked(policy, OTHER, shared, own, 1011.0) is True,
        "Two seconds without the store, and everybody was refused.",
        "For a while an older list is better than none: use the last one.",
    )
    verdict.users(
        "half a minute without the store",
        all(_asked(policy, OTHER, shared, own, now) is True for now in (1021.0, 1030.0, 1045.0)),
        "The store was away for half a minute, and everybody was refused.",
        "A list is worth something until it is TOO_OLD: 60 seconds after it was fetched.",
    )


def _asked(policy, claims, shared, own, now):
    try:
        return policy.accepts(claims, shared, own, now)
    except StoreDown:
        return None
