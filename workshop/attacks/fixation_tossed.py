"""Fixation by a tossed cookie: a sibling subdomain sets the shop's cookie beforehand."""

from __future__ import annotations

from .target import Outcome, Target, not_applicable, verdict

NAME = "fixation-tossed"
TITLE = "Fixation by a tossed cookie"
HOW = "A page on evil.shop.localhost sets a cookie for shop.localhost; then the victim logs in."


def run(target: Target) -> Outcome:
    """Plant the attacker's own anonymous credential in the victim's browser, then wait."""
    if target.transport != "cookie":
        return not_applicable("No cookie carries the credential, so there is none to toss.")
    attacker = target.browser("mallory")
    attacker.post("/cart", {"item": "tea", "quantity": 1})
    chosen = attacker.holds() or ""
    victim = target.browser("alice")
    text = f"{target.cookie_name}={chosen}; Domain=shop.localhost; Path=/; Secure"
    kept = victim.jar.keep(text, "evil.shop.localhost")
    story = [f"evil.shop.localhost sets {target.cookie_name}; the browser keeps it: {kept}"]
    victim.log_in()
    seen = target.thief(chosen).me()
    story.append(f"alice logs in; mallory asks with the tossed ID who she is: {seen}")
    if kept:
        return verdict(
            seen == "alice",
            "The attacker is logged in as the victim.",
            "The tossed cookie is kept, and opens nothing after the login.",
            story,
        )
    blocked = "The browser refuses the cookie: its name begins with __Host-."
    return verdict(seen == "alice", "The attacker is logged in as the victim.", blocked, story)
