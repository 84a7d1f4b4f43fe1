"""Terms and their meanings, from docs/glossary.md: the cards of the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from markupsafe import Markup, escape

GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary.md"
_ROW = re.compile(r"^\| (?!word|-)(.+?) \| (.+?) \|$", re.MULTILINE)
COMMON = {"store", "run", "plan", "check", "window", "block", "record", "node", "noise", "pushed"}
"""Words that need no card where they stand in a sentence: the list of words has them."""


def terms(path: Path = GLOSSARY) -> list[tuple[str, str]]:
    """Return each word with its meaning; none where the project's docs are not at hand."""
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8")
    return [(words, meaning.replace("`", "")) for words, meaning in _ROW.findall(text)]


def slug(words: str) -> str:
    """Return the ID of a word's entry."""
    return "word-" + re.sub(r"\W+", "-", words.split(",")[0].lower())


def marking(known: Sequence[tuple[str, str]]) -> Callable[[str], Markup]:
    """Return a function that makes the first use of each term in a text a card."""
    meanings = {
        word.strip(): (slug(words), meaning)
        for words, meaning in known
        for word in words.split(",")
        if word.strip() not in COMMON
    }
    longest_first = sorted(map(re.escape, meanings), key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])({'|'.join(longest_first) or '(?!)'})(?![\w-])")

    def mark(text: str) -> Markup:
        used: set[str] = set()
        parts = []
        for place, piece in enumerate(pattern.split(text)):
            if place % 2 and piece not in used:
                used.add(piece)
                anchor, meaning = meanings[piece]
                card = Markup('<a class="term" href="#{}" title="{}">{}</a>')
                parts.append(card.format(anchor, meaning, piece))
            else:
                parts.append(escape(piece))
        return Markup().join(parts)

    return mark
