"""Mallory copies Alice's refresh token, and uses it a minute after Alice did."""

import random

from workshop.attacks import refresh_reuse
from workshop.attacks.target import Target
from workshop.shop.clock import LabClock
from workshop.shop.policy import Policy
from workshop.shop.serving import open_token_shop

AGENTS = ("Firefox/153 Linux", "Chrome/156 Windows", "Safari/19 iPhone", "Chrome/156 Android")


def open_shop(policy, port=0, clock=None):
    """The real app under tokens; the policy answers refreshes."""
    chosen = Policy(marker=policy.marker, refresh=policy.on_refresh)
    return open_token_shop(chosen, clock or LabClock(), port=port)


def run(policy, seed):
    """The owner first, the thief a minute later."""
    clock = LabClock()
    with open_shop(policy, clock=clock) as shop:
        target = Target(
            "lab",
            "token",
            "bearer",
            shop.browser,
            advance=lambda seconds: clock.advance(seconds=seconds),
        )
        return refresh_reuse.run(target)


def journeys(seed, count, stolen):
    """Pairs of sightings, as made up as a shop's logs are real: how people and thieves go on."""
    draw = random.Random(seed)
    return [_journey(draw, stolen) for _ in range(count)]


def _journey(draw, stolen):
    before = {"address": _address(draw), "agent": draw.choice(AGENTS)}
    after = dict(before)
    if stolen:
        after["address"] = _address(draw)
        if draw.random() < 0.92:
            after["agent"] = draw.choice([a for a in AGENTS if a != before["agent"]])
        return before, after
    if draw.random() < 0.30:  # from the kitchen to the street: another network
        after["address"] = _address(draw)
    if draw.random() < 0.04:  # the browser was updated overnight
        after["agent"] = before["agent"].replace("/1", "/2")
    return before, after


def _address(draw):
    return f"192.0.2.{draw.randrange(1, 255)}"
