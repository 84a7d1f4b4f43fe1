"""A hostile reviewer reads the card and asks one question of each choice."""

import tomllib
from pathlib import Path

from workshop.attacks.target import Outcome

HERE = Path(__file__).parent
QUESTIONS = {
    "immediate": "Somebody is dismissed or logs out: is she out at once, everywhere?",
    "no-store": "The store is 80 ms away from most: does every request go there?",
    "shared": "There are several nodes: do the others know?",
    "large": "Carts of 200 lines: does the credential carry them?",
}


def briefs():
    """The briefs by name, and what the schemes can do."""
    known = tomllib.loads((HERE / "briefs.toml").read_text(encoding="utf-8"))
    return {name: brief for name, brief in known.items() if name != "schemes"}, known["schemes"]


def unmet(name, scheme):
    """The first demand of a brief that a scheme does not meet; None if it meets them all."""
    known, schemes = briefs()
    able = schemes.get(scheme, [])
    return next((ask for ask in known[name]["asks"] if ask not in able), None)


def run(policy, seed):
    """Ask."""
    story, wrong = [], 0
    for name in briefs()[0]:
        choice = policy.CHOICES.get(name, {})
        missing = unmet(name, choice.get("scheme", ""))
        wrong += missing is not None
        said = "no question" if missing is None else QUESTIONS[missing]
        story.append(f"{name}, {choice.get('scheme', 'nothing')}: {said}")
    if wrong:
        return Outcome("works", f"{wrong} of 3 choices do not do what the brief asks.", story)
    return Outcome("blocked", "The reviewer has no question.", story)
