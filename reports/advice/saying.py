"""Puts an advice into words; templates/advice.js says the same in the page."""

from __future__ import annotations

import math
from typing import Any

from .cost import Facts
from .ranking import Advice, Ranked


def say(known: Facts, said: dict[str, Any]) -> str:
    """Fill in one text."""
    text: str = known["texts"][said["text"]]
    for name, value in said.items():
        if name == "why":
            text = text.replace("{why}", say(known, value))
        elif name != "text":
            text = text.replace(f"{{{name}}}", _written(known, name, value))
    return text


def answer(known: Facts, first: Ranked) -> str:
    """Say what the first choice is and costs, or that nothing will do."""
    if first.lacks or first.cost_us is None:
        return say(known, {"text": "nothing"})
    return say(
        known,
        {
            "text": "answer" if first.bytes > 0 else "answer_plain",
            "name": first.name,
            "cost_us": first.cost_us,
            "bytes": first.bytes,
        },
    )


def describe(known: Facts, advice: Advice) -> str:
    """Write the whole advice as text."""
    if not advice.ranked:
        return "This run measured no scheme, so there is nothing to rank."
    first = advice.ranked[0]
    lines = [answer(known, first), ""]
    if advice.against:
        lines += ["What argues against it:"]
        lines += [f"  * {say(known, one)}" for one in advice.against]
        lines.append("")
    if advice.takes:
        lines += ["What it takes:"]
        lines += [f"  * {say(known, one)}" for one in advice.takes]
        lines.append("")
    lines.append("In order:")
    for place, one in enumerate(advice.ranked, 1):
        cost = cost_text(known, one)
        size = _written(known, "bytes", one.bytes)
        bites = f"within {_written(known, 'bites_s', one.bites_s)} s" if one.bites_s else "at once"
        lines.append(f"  {place}. {one.name}  {cost}, {size} bytes, revoked {bites}")
        lines += [f"     not this one: {say(known, lack)}" for lack in one.lacks]
    lines += ["", f"From these rows of results.csv, for {first.name}:"]
    scheme = next(one for one in known["schemes"] if one["name"] == first.name)
    for metric, value, about in scheme["rows"]:
        lines.append(f"  {metric}  {value}{f'  ({about})' if about else ''}")
    return "\n".join(lines)


def cost_text(known: Facts, one: Ranked) -> str:
    """Write what a request costs, or that nobody knows."""
    if one.cost_us is None:
        return say(known, {"text": "unmeasured"})
    return f"{_written(known, 'cost_us', one.cost_us)} µs"


def _written(known: Facts, name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    decimals = known["numbers"][name]
    scale = 10**decimals
    return f"{math.floor(value * scale + 0.5) / scale:,.{decimals}f}"
