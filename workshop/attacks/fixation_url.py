"""Fixation through the address: the victim logs in under an ID that the attacker knows."""

from __future__ import annotations

from .target import Outcome, Target, verdict

NAME = "fixation-url"
TITLE = "Fixation through a link"
HOW = "The attacker sends a link with a session ID in it; the victim follows it and logs in."


def run(target: Target) -> Outcome:
    """Try an ID the shop gave the attacker, and one the attacker made up."""
    story: list[str] = []
    attacker = target.browser("mallory")
    attacker.post("/cart", {"item": "tea", "quantity": 1})
    for chosen in (attacker.holds() or "", "chosen-by-mallory"):
        victim = target.browser("alice")
        story.append(f"mallory sends alice a link that ends in ?sid={chosen[:12]}…")
        victim.visit(f"http://{victim.authority}/?sid={chosen}")
        login = {"username": victim.name, "password": victim.password}
        victim.post(f"/login?sid={chosen}", login)
        story.append(f"alice follows it and logs in; the shop calls her {victim.me()}")
        seen = target.thief(chosen).me()
        story.append(f"mallory asks with the same ID who she is: {seen}")
        if seen == "alice":
            return Outcome("works", "The attacker is logged in as the victim.", story)
    return verdict(False, "", "The ID in the link opens nothing after the login.", story)
