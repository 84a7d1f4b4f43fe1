"""Refresh reuse: a stolen refresh token is used after its owner has used it."""

from __future__ import annotations

from ..shop.client import Browser
from .target import Outcome, Target, not_applicable

NAME = "refresh-reuse"
TITLE = "A refresh token used twice"
HOW = "The attacker copies the refresh token; the owner refreshes; the attacker does too, later."
LATER_S = 60.0


def run(target: Target) -> Outcome:
    """The owner first, the thief a minute later; then see who is still in."""
    if target.mechanism == "session":
        return not_applicable("There is no refresh token.")
    victim = target.browser("alice")
    victim.log_in()
    stolen = held_refresh_token(victim)
    renew(victim, stolen)
    if target.advance is None:
        raise ValueError("this target's clock cannot be moved")
    target.advance(LATER_S)
    thief = target.browser("mallory")
    status = renew(thief, stolen)
    story = [f"alice refreshes; a minute later mallory does with the older copy: {status}"]
    if status == 200 and thief.me() == "alice":
        return Outcome("works", "The thief refreshes for as long as she likes.", story)
    newest = held_refresh_token(victim)
    after = renew(victim, newest)
    story.append(f"the family's newest token is answered {after}")
    if after == 200:
        return Outcome("limited", "The copy is refused, and nobody is told of the theft.", story)
    return Outcome("blocked", "The copy is refused, and the whole family ends.", story)


def held_refresh_token(browser: Browser) -> str:
    """The refresh token that a browser holds: from the body, or in its cookie."""
    cookies = browser.jar.cookies.values()
    kept = next((c.value for c in cookies if c.name.endswith("refresh")), "")
    return browser.refresh_token or kept


def renew(browser: Browser, token: str) -> int:
    """Ask for a successor of *token*, and give the status."""
    return browser.post("/renew", {"refresh_token": token}).status
