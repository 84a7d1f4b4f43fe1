"""Guessing: from the IDs that the attacker was given, find somebody else's."""

from __future__ import annotations

import string

from .target import Outcome, Target, verdict

NAME = "guessable-id"
TITLE = "Guessing a credential"
HOW = "The attacker collects credentials of her own and tries the ones beside them."
ALPHABET = string.ascii_letters + string.digits + "-_"


def run(target: Target) -> Outcome:
    """Collect three, look for a pattern, try the neighbours."""
    given = []
    for _ in range(3):
        attacker = target.browser("mallory")
        attacker.post("/cart", {"item": "tea", "quantity": 1})
        given.append(attacker.holds() or "")
    victim = target.browser("alice")
    victim.log_in()
    guesses = _guesses(given)
    story = [
        f"mallory was given {', '.join(each[-8:] for each in given)}; she tries {len(guesses)}"
    ]
    for guess in guesses:
        if target.thief(guess).me() == "alice":
            story.append(f"{guess} is alice's")
            return Outcome("works", "A guess opens somebody else's session.", story)
    return verdict(False, "", f"None of {len(guesses)} guesses beside her own opens one.", story)


def _guesses(given: list[str]) -> list[str]:
    if all(each.isdigit() for each in given):
        last = int(given[-1])
        return [str(number) for number in range(last - 10, last + 11) if str(number) not in given]
    return [given[-1][:-1] + each for each in ALPHABET if given[-1][:-1] + each not in given]
