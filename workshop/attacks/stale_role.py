"""Stale state: an older copy of the credential still says what has changed since."""

from __future__ import annotations

from .target import Outcome, Target

NAME = "stale-role"
TITLE = "State from before it changed"
HOW = "Something about the user changes on the server; the attacker presents the older copy."


def run(target: Target) -> Outcome:
    """Take a role away where there are roles; else change the cart, and show the older copy."""
    victim = target.browser("alice")
    victim.log_in()
    if target.demote is not None:
        return _role(target, victim.holds() or "")
    victim.post("/cart", {"item": "tea", "quantity": 1})
    older = victim.holds() or ""
    victim.post("/cart", {"item": "tea", "quantity": 2})
    thief = target.thief(older)
    answer = thief.get("/cart")
    items = answer.json.get("items", {}) if answer.status == 200 else None
    story = [f"the cart says 2; the older copy is answered {answer.status}: {items}"]
    if items == {"tea": 1}:
        text = "The older token still shows the older state, until it expires."
        return Outcome("limited", text, story)
    return Outcome("blocked", "There is one state, and it is on the server.", story)


def _role(target: Target, credential: str) -> Outcome:
    assert target.demote is not None
    thief = target.thief(credential)
    before = thief.get("/me").json["data"]["role"]
    target.demote("alice")
    after = thief.get("/me").json["data"]["role"]
    story = [f"her role was {before}; it is taken away; the shop now treats her as {after}"]
    if after == before:
        return Outcome("works", "A role that was taken away still works.", story)
    return Outcome("blocked", "The role is asked for where it is kept.", story)
