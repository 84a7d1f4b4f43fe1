"""What the tests of the cards share: a table on a socket, and a learner's policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.contract.visitor import Answer
from workshop.cards.deck import Card, find_card
from workshop.cards.serving import open_cards
from workshop.cards.table import Table
from workshop.runner.catalogue import find
from workshop.runner.folder import Folder
from workshop.shop.client import over_loopback

Ask = Callable[..., Answer]


@contextmanager
def asking(table: Table) -> Iterator[Ask]:
    """Ask the cards over a socket, as a browser on this machine does."""
    with open_cards(table, 0) as port:

        def send(path: str, method: str = "GET", **headers: str) -> Answer:
            named = {key.replace("_", "-"): value for key, value in headers.items()}
            return over_loopback(port)(method, path, {"Host": "127.0.0.1", **named}, b"")

        yield send


def card_of(name: str) -> Card:
    """The card of that name, which must be there."""
    card = find_card(name)
    assert card is not None, name
    return card


def own_policy(folder: Folder, text: str) -> Path:
    """Write lab 4's policy as a learner does."""
    path = folder.policy(find("4"))
    path.write_text(text)
    return path


def words(answer: Answer) -> str:
    """A page's text as a person reads it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.body.decode()))
