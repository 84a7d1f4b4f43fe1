"""Key confusion: the public key, which anybody has, is used as the secret of an HMAC."""

from __future__ import annotations

from .forging import NO_SIGNATURE, forge, with_secret
from .target import Outcome, Target, not_applicable

NAME = "key-confusion"
TITLE = "The public key as a secret"
HOW = "The attacker signs with HS256, and the public key is the secret."


def run(target: Target) -> Outcome:
    """Try each form in which a library might hold the key."""
    if target.mechanism == "session":
        return not_applicable(NO_SIGNATURE)
    if not target.public_keys:
        return not_applicable("There is no public key: one secret signs and verifies.")
    ways = [(f"the key as {len(key)} bytes", with_secret(key)) for key in target.public_keys]
    return forge(target, ways)
