"""A weak secret: the attacker tries words, at home, until one gives the signature she has."""

from __future__ import annotations

from ..shop.jws import from_base64url, hs256_is_good
from .forging import NO_SIGNATURE, forge, with_secret
from .target import Outcome, Target, not_applicable

NAME = "weak-secret"
TITLE = "A secret that is a word"
HOW = "The attacker tries every word of a list against a token of her own; no server sees it."
COMMON = """
secret password changeme letmein admin jwt token key sunshine dragon monkey shadow
master qwerty welcome football iloveyou princess test demo example shop default
supersecret hunter ninja mustang baseball superman batman trustno1 whatever freedom
starwars flask django
"""
SUFFIXES = ("", "1", "12", "123", "1234", "!", "2024", "2025", "2026", "-key", "_key", "key")


def words() -> list[bytes]:
    """The list: some words, as people change them to please a form."""
    bases = COMMON.split()
    spelt = [base.capitalize() for base in bases] + bases
    return [b"", *(f"{base}{suffix}".encode() for base in spelt for suffix in SUFFIXES)]


def run(target: Target) -> Outcome:
    """Find the secret first, and forge with it."""
    if target.mechanism == "session":
        return not_applicable(NO_SIGNATURE)
    if target.algorithm != "HS256":
        return not_applicable("There is no secret: a private key signs.")
    attacker = target.browser("mallory")
    attacker.log_in()
    signed, _, signature = (attacker.holds() or "").rpartition(".")
    found = [word for word in words() if hs256_is_good(signed, from_base64url(signature), word)]
    if not found:
        tried = f"None of {len(words())} words is the secret."
        return Outcome("blocked", tried, [tried])
    return forge(target, [(f"the secret is {found[0].decode()!r}", with_secret(found[0]))])
