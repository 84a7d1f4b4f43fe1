"""Judge lab 12: demands that are met, and one number against each choice."""

import tomllib
from pathlib import Path

from workshop.runner.loading import module_from
from workshop.runner.verdict import Verdict

HERE = Path(__file__).parent
attack = module_from(HERE / "attack.py")
METRICS = ("auth_us_cost_p50", "window_ms_worst", "request_bytes")


def numbers(policy):
    """The learner's own numbers where there are any, and whose they are."""
    known = tomllib.loads((HERE / "numbers.toml").read_text(encoding="utf-8"))
    own = policy.path.parent.parent / "my-numbers.toml"
    if own.is_file():
        for scheme, row in tomllib.loads(own.read_text(encoding="utf-8")).items():
            known[scheme] = {**known.get(scheme, {}), **row}
        return known, "your own runs, and the project's published run where you have none"
    return known, "the project's published run: you have not measured yet"


def check(policy, seed):
    """For each brief: the demands, then the price."""
    verdict = Verdict()
    known, whose = numbers(policy)
    for name, brief in attack.briefs()[0].items():
        choice = policy.CHOICES.get(name, {})
        _demands(verdict, name, brief, choice)
        _price(verdict, name, choice, known)
    verdict.cost(f"numbers from {whose}; python -m workshop card prints the card")
    return verdict


def _demands(verdict, name, brief, choice):
    scheme = choice.get("scheme", "")
    missing = attack.unmet(name, scheme)
    verdict.attack(
        f"{name}: the reviewer's question",
        missing is None,
        f"{scheme or 'Nothing'} was chosen. {attack.QUESTIONS.get(missing, '')}",
        f"Read the brief again: {brief['text']}",
    )


def _price(verdict, name, choice, known):
    scheme, against = choice.get("scheme", ""), choice.get("against", "")
    own = known.get(scheme, {}).get(against)
    if own is None:
        effect = f"There is no number against {scheme or 'the choice'}."
        step = f"Every choice has a price: name one of {', '.join(METRICS)}."
        verdict.users(f"{name}: one number against it", False, effect, step)
        return
    if choice.get("because") not in known.get(scheme, {}):
        effect = f"There is no number for {scheme} that speaks for it."
        step = f"because names one of {', '.join(METRICS)}."
        verdict.users(f"{name}: one number against it", False, effect, step)
        return
    if against == choice.get("because"):
        effect = f"{against} speaks for {scheme} and against it at once."
        verdict.users(f"{name}: one number against it", False, effect, "Name another metric.")
        return
    better = {other: row[against] for other, row in known.items() if row.get(against, own) < own}
    best = min(better, key=lambda other: better[other]) if better else ""
    verdict.users(
        f"{name}: one number against it",
        bool(better),
        f"{against} is {own:g} for {scheme}, and {better[best]:g} for {best}."
        if better
        else f"{against} is {own:g} for {scheme}; none is better, so it speaks for the choice.",
        "Name a metric in which another scheme on the card is better.",
    )


def card(policy):
    """The decision card as lines."""
    known, whose = numbers(policy)
    lines = []
    for name, brief in attack.briefs()[0].items():
        choice = policy.CHOICES.get(name, {})
        scheme = choice.get("scheme", "nothing yet")
        lines += ["", f"{name}: {brief['text']}", f"  chosen: {scheme}"]
        for word, key in (("for", "because"), ("against", "against")):
            metric = choice.get(key, "")
            value = known.get(scheme, {}).get(metric)
            said = f"{metric} = {value:g}" if value is not None else "not named yet"
            lines.append(f"  {word}: {said}")
    return [f"Numbers from {whose}.", *lines]
