"""Run a lab's attack on a policy in a file, for whoever shows what came of it."""

from __future__ import annotations

from pathlib import Path

from ..attacks.target import Outcome
from .catalogue import Lab
from .judge import SEED
from .loading import BrokenPolicy, load, module_from


def run_attack(lab: Lab, path: Path) -> Outcome:
    """What the attack of *lab* achieved; BrokenPolicy with what the policy stumbled over."""
    policy = load(path)
    module = module_from(lab.file("attack.py"))
    try:
        outcome: Outcome = module.run(policy, SEED)
    except Exception as exc:
        why = f"the lab itself could not be run: {type(exc).__name__}: {exc}"
        raise BrokenPolicy(policy.mistakes[0] if policy.mistakes else why) from exc
    if policy.mistakes:
        raise BrokenPolicy(policy.mistakes[0])
    return outcome


def told(lab: Lab, which: str, outcome: Outcome) -> str:
    """An outcome on the start, the reference or `mine`, step by step, as text."""
    called = {"mine": "your policy"}.get(which, f"the {which}")
    word = "works" if outcome.worked else "is blocked"
    lines = [f"Lab {lab.number}, attack on {called}:", *(f"  {line}" for line in outcome.story)]
    return "\n".join([*lines, f"The attack {word}. {outcome.text}"])
