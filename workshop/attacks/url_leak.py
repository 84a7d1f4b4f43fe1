"""Leaking through addresses: what logs, the history and the next site learn of the credential."""

from __future__ import annotations

from .target import Outcome, Target, verdict

NAME = "url-leak"
TITLE = "The credential in an address"
HOW = "The attacker reads the access log, the history and the Referer that another site gets."


def run(target: Target) -> Outcome:
    """Walk through the shop as people do, and look into every address that was made."""
    victim = target.browser("alice")
    shop = f"http://{victim.authority}"
    victim.visit(f"{shop}/")
    victim.submit(f"{shop}/login", {"username": victim.name, "password": victim.password})
    victim.log_in()
    victim.visit(f"{shop}/")
    victim.submit(f"{shop}/cart", {"item": "tea", "quantity": "1"})
    credential = victim.holds() or "-"
    told = [victim.page]
    victim.visit("http://evil.localhost/" if ":" not in shop[5:] else _evil(victim.authority))
    leaks = [address for address in (*victim.history, *told) if credential in address]
    story = [f"alice visits {len(victim.history)} addresses; {len(leaks)} hold her credential"]
    return verdict(
        bool(leaks),
        "The credential is in addresses: logs, the history and other sites have it.",
        "No address holds the credential.",
        story,
    )


def _evil(authority: str) -> str:
    return f"http://{authority.replace('shop.localhost', 'evil.localhost')}/"
