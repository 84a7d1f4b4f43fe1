"""Which cards there are: one a lab, one an attack, from what labs and attacks say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from ..attacks import ATTACKS
from ..naive import POLICIES
from ..runner.catalogue import Lab, labs
from ..runner.folder import Folder
from ..runner.loading import MARKED, module_from

Defence = Literal["naive", "reference", "mine"]
SMALL = ("url-leak", "oversized-cookie")
"""Faults of the smallest shop alone (naive/small.py): there the attack is the lab's own."""


@dataclass(frozen=True)
class Card:
    """One lab, or one attack of a lab's."""

    name: str
    title: str
    story: Sequence[str]
    """Paragraphs, with the inline marks of Markdown."""
    lab: Lab
    fault: str
    """The marker of the naive policy; empty where the start is only unfinished."""
    has_shop: bool
    """Whether the lab has a shop that `start` opens; some are about measurements."""
    attack: str = ""
    """The attack's name; empty for a whole lab."""

    @property
    def runs_lab(self) -> bool:
        """Whether the lab's own attack is run, on files, rather than one on a named policy."""
        return not self.attack or self.fault in SMALL

    def policy(self, defence: Defence, folder: Folder) -> Path | None:
        """The file that is attacked; None where there is none, or where it is a named policy."""
        if not self.runs_lab:
            return None
        if defence == "mine":
            # Not Folder.policy, which would put one there: whoever looks has not begun.
            path = folder.of(self.lab) / "policy.py"
            return path if path.is_file() else None
        return self.lab.file({"naive": "start"}.get(defence, defence), "policy.py")

    def defences(self, folder: Folder) -> list[Defence]:
        """What can be attacked here."""
        has_own = self.policy("mine", folder) is not None
        return ["naive", "reference", "mine"] if has_own else ["naive", "reference"]


@cache
def deck() -> tuple[Card, ...]:
    """Every card: each lab, followed by its attacks."""
    return tuple(card for lab in labs() for card in _cards_of(lab))


def find_card(name: str) -> Card | None:
    """The card of a lab, by name or number, or of an attack."""
    wanted = name.lower()
    return next((card for card in deck() if wanted in (card.name, _number(card))), None)


def _number(card: Card) -> str:
    return "" if card.attack else str(card.lab.number)


def _cards_of(lab: Lab) -> Iterator[Card]:
    marked = MARKED.search(lab.file("start", "policy.py").read_text(encoding="utf-8"))
    has_shop = hasattr(module_from(lab.file("attack.py")), "open_shop")
    title = f"Lab {lab.number}: {lab.title}"
    yield Card(lab.name, title, _opening(lab), lab, marked[1] if marked else "", has_shop)
    for name, module in ATTACKS.items():
        if (fault := fault_of(name)) in lab.faults:
            yield Card(name, module.TITLE, [module.HOW], lab, fault, has_shop, name)


def fault_of(attack: str) -> str:
    """The naive policy that an attack is about: of its name, or of the first part of it."""
    known = [marker for marker in POLICIES if f"{attack}-".startswith(f"{marker}-")]
    return max(known, key=len)


def _opening(lab: Lab) -> list[str]:
    """What lab.md says before it says what one can do afterwards."""
    text = lab.file("lab.md").read_text(encoding="utf-8")
    opening = text.partition("\n")[2].partition("**After this lab")[0]
    return [re.sub(r"\s+", " ", part) for part in opening.strip().split("\n\n")]
