"""Mallory logs in as herself, and writes Alice's name into a copy of her token."""

from workshop.attacks import alg_none, key_confusion, kid_traversal
from workshop.attacks.target import Outcome, Target
from workshop.shop.clock import LabClock
from workshop.shop.policy import Policy
from workshop.shop.serving import open_token_shop

FORGERIES = (alg_none, key_confusion, kid_traversal)


def open_shop(policy, port=0, clock=None):
    """The real app under tokens; the policy says which are good."""
    chosen = Policy(marker=policy.marker, verify=policy.verify)
    return open_token_shop(chosen, clock or LabClock(), port=port)


def target_of(shop):
    """The shop as attacks see it."""
    return Target(
        "lab",
        "token",
        "bearer",
        shop.browser,
        algorithm="RS256",
        public_keys=[shop.deployment.keys.public.encode()],
    )


def run(policy, seed):
    """Three forgeries."""
    found = {}
    with open_shop(policy) as shop:
        for forgery in FORGERIES:
            found[forgery.TITLE] = forgery.run(target_of(shop))
    story = [f"{title}: {outcome.text}" for title, outcome in found.items()]
    count = sum(outcome.worked for outcome in found.values())
    if count:
        return Outcome("works", f"{count} of {len(found)} forgeries make Mallory Alice.", story)
    return Outcome("blocked", "Every forgery is refused.", story)
