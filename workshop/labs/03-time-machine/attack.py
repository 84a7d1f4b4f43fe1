"""Mallory has a copy of Alice's cookie and a program that clicks every twenty minutes."""

from workshop.attacks.target import Outcome
from workshop.shop.clock import LabClock
from workshop.shop.policy import Policy
from workshop.shop.serving import open_session_shop


def open_shop(policy, port=0, clock=None):
    """The real app; the policy says when a session is over."""
    chosen = Policy(marker=policy.marker, is_live=policy.is_live)
    return open_session_shop(chosen, clock or LabClock(), port=port)


def hours_alive(shop, every_minutes, most_hours=24):
    """For how many hours a copy lives that is used every so many minutes."""
    alice, thief = shop.browser("alice"), shop.browser("mallory")
    alice.log_in()
    thief.plant("__Host-session", alice.holds() or "")
    for click in range(1, int(most_hours * 60 / every_minutes) + 1):
        shop.clock.advance(minutes=every_minutes)
        if thief.me() is None:
            return click * every_minutes / 60
    return None


def run(policy, seed):
    """Click for a day."""
    with open_shop(policy) as shop:
        hours = hours_alive(shop, 20)
    story = ["mallory copies alice's cookie and clicks every 20 minutes"]
    if hours is None:
        story.append("after 24 hours she is still in")
        return Outcome("works", "A stolen session lives for as long as somebody clicks.", story)
    story.append(f"after {hours:g} hours she is out")
    return Outcome("blocked", "The absolute limit ends it.", story)
