"""What browsers do with cookies, as the browser tests measured it: browserfacts.json.

Each fact is a sentence, with the labs of the workshop that rest on it; each engine has a version,
the day it was measured, and what was seen, by the name of the fact.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

FILE = Path(__file__).with_name("browserfacts.json")


class Fact(msgspec.Struct, frozen=True):
    """One thing that a browser does."""

    says: str
    labs: list[str]


class Engine(msgspec.Struct, frozen=True):
    """One browser, and what was seen in it."""

    version: str
    date: str
    seen: Mapping[str, str]


class BrowserFacts(msgspec.Struct, frozen=True):
    """All of them."""

    facts: Mapping[str, Fact]
    engines: Mapping[str, Engine]

    @property
    def differing(self) -> list[str]:
        """The facts in which the engines were not seen to do the same."""
        engines = self.engines.values()
        return [name for name in self.facts if len({each.seen[name] for each in engines}) > 1]


@cache
def browser_facts() -> BrowserFacts:
    """Return what was measured."""
    return msgspec.json.decode(FILE.read_bytes(), type=BrowserFacts)
