"""Phrases that several sentences of the first screen are made of."""

from __future__ import annotations

from typing import Any

from .. import wording as numbers
from ..wording import in_sentence
from .system import Known, System, ends_s
from .texts import TEXTS


def say(name: str, **values: Any) -> str:
    """Fill in one text."""
    text = TEXTS[name]
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", str(value))
    return text


def called(one: Known) -> str:
    """Return a scheme's title as a sentence has it."""
    return in_sentence(str(one["title"]))


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def short(pair: list[Known]) -> tuple[str, str]:
    """Return what to call two schemes once they were named."""
    if pair[0]["kind"] != pair[1]["kind"]:
        nouns = {"session": "the session", "token": "the token"}
        return nouns[pair[0]["kind"]], nouns[pair[1]["kind"]]
    return "the first", "the second"


def away(rtt_ms: float) -> str:
    """Say how far the store is."""
    if not rtt_ms:
        return say("same_machine")
    return say("away", distance=numbers.milliseconds(rtt_ms))


def within(seconds: float) -> str:
    """Say how soon something ends."""
    if not seconds:
        return say("when_at_once")
    return say("when_within", time=numbers.duration(seconds))


def placed(one: Known, system: System) -> str:
    """Say where the store of a scheme is, if it asks one on every request."""
    return f" {away(system.rtt_ms)}" if one["asks"] else ""


def how_it_ends(one: Known, system: System) -> str:
    if one["broken"]:
        return say("broke")
    seconds = ends_s(one, system)
    if not seconds:
        return say("at_once")
    name = "until" if one["ends"] == "at-expiry" else "later"
    return say(name, time=numbers.duration(seconds))
