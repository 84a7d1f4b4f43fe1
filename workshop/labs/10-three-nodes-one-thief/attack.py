"""Mallory holds a copy and asks all three nodes, four times a second, after the revocation."""

import random

from workshop.attacks.target import Outcome
from workshop.shop.clock import LabClock
from workshop.shop.policy import Policy
from workshop.shop.serving import open_token_shop
from workshop.shop.tokens import Counted

NODES = 3
POLL_S = 10.0
STEP_S = 0.25
PATIENCE_S = 40.0
CLAIMS = {"sub": "alice", "jti": "stolen", "family": "f", "exp": 9e9}


def open_shop(policy, port=0, clock=None):
    """The real app under tokens, on three nodes."""
    # As three processes have it: what a module remembers, the other nodes do not know.
    first, *others = (
        Policy(marker=policy.marker, accepts=policy.again().accepts) for _ in range(NODES)
    )
    return open_token_shop(first, clock or LabClock(), beside=others, port=port)


def windows(policy, seed, trials):
    """For each revocation, how long the slowest node went on accepting the copy, in seconds."""
    draw = random.Random(seed)
    return [_window(policy, draw) for _ in range(trials)]


def _window(policy, draw):
    shared, nodes = Counted(), [(policy.again(), {}) for _ in range(NODES)]
    revoked_at = 1000.0
    for node, own in nodes:
        # Each node has been up for a while, and fetched its list at some time of its own.
        first = revoked_at - 3 * POLL_S + draw.uniform(0, POLL_S)
        for step in range(int((revoked_at - first) / STEP_S) + 1):
            node.accepts(CLAIMS, shared, own, first + step * STEP_S)
    shared[f"denied:{CLAIMS['jti']}"] = CLAIMS["exp"]
    return max(_last_accept(node, shared, own, revoked_at) for node, own in nodes)


def _last_accept(policy, shared, own, revoked_at):
    elapsed = 0.0
    while elapsed < PATIENCE_S and policy.accepts(CLAIMS, shared, own, revoked_at + elapsed):
        elapsed += STEP_S
    return elapsed


def run(policy, seed):
    """Over the three nodes of the real app."""
    with open_shop(policy) as shop:
        alice = shop.browser("alice")
        alice.log_in()
        thieves = [shop.browser("mallory", node) for node in range(NODES)]
        for thief in thieves:
            thief.bearer = alice.bearer
            thief.me()
        alice.post("/logout")
        seconds = 0.0
        while seconds < PATIENCE_S and any(thief.me() for thief in thieves):
            shop.clock.advance(seconds=1)
            seconds += 1
    story = ["alice logs out at one node; mallory asks all three, once a second"]
    if seconds >= PATIENCE_S:
        story.append(f"after {PATIENCE_S:.0f} seconds some node still lets her in")
        return Outcome("works", "A node that never asks again never hears of it.", story)
    story.append(f"after {seconds:.0f} seconds every node refuses her")
    return Outcome("blocked", "The window is bounded.", story)
