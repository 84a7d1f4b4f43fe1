"""Mallory copies Alice's token, and uses it after Alice has logged out."""

from workshop.attacks import replay_after_logout
from workshop.attacks.shops import session_target
from workshop.attacks.target import Outcome, Target
from workshop.shop.clock import LabClock
from workshop.shop.policy import SECURE, Policy
from workshop.shop.serving import open_token_shop


def open_shop(policy, port=0, clock=None):
    """The real app under tokens, on two nodes that share a store."""
    # As two processes have it: what a module remembers, the other node does not know.
    here, there = (
        Policy(marker=policy.marker, log_out=each.log_out, accepts=each.accepts)
        for each in (policy, policy.again())
    )
    return open_token_shop(here, clock or LabClock(), beside=[there], port=port)


def run(policy, seed):
    """Twenty replays under sessions, and twenty under tokens."""
    with session_target(SECURE) as target:
        session = replay_after_logout.run(target)
    with open_shop(policy) as shop:
        target = Target("lab", "token", "bearer", shop.browser, nodes=2)
        token = replay_after_logout.run(target)
    story = [f"under sessions: {session.text}", f"under tokens: {token.text}"]
    if token.worked:
        return Outcome("works", "Logging out changed nothing for whoever has a copy.", story)
    return Outcome("blocked", "The copy is dead under both.", story)
