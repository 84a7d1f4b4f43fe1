"""Placeholders in a description: `{credential}`, `{cookie:NAME}` and `{json:FIELD}`.

`{{words}}` stands for `{words}` itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

_LOOKUPS = ("cookie", "json")
_PLACE = re.compile(
    r"\{\{(?P<words>[^{}]*)\}\}"
    r"|\{(?P<kind>[A-Za-z]\w*)(?::(?P<name>[^{}]*))?\}"
    r"|\{\s*(?P<spaced>credential|cookie|json)\b(?P<rest>[^{}]*)\}"
)

Find = Callable[[str, str], str]
"""Returns the value for a kind and a name; the name is empty for `credential`."""


def has_places(template: str) -> bool:
    """Return whether anything is to be filled in."""
    return any(found["kind"] for found in _PLACE.finditer(template))


def objection(template: str) -> str:
    """Return what is wrong with the placeholders of *template*; empty if nothing is."""
    for found in _PLACE.finditer(template):
        kind, name = found["kind"], found["name"]
        if found["words"] is not None:
            continue
        if kind == "credential" and name is None:
            continue
        if kind in _LOOKUPS and name and name == name.strip():
            continue
        place = found[0]
        return (
            f"{place} is no placeholder: there are {{credential}}, {{cookie:NAME}} and "
            f"{{json:FIELD}}; write {{{place}}} for the words themselves"
        )
    return ""


def known_places(template: str) -> list[str]:
    """Return each placeholder of a kind that there is."""
    kinds = ("credential", *_LOOKUPS)
    return [
        found[0] for found in _PLACE.finditer(template) if found["kind"] in kinds or found["spaced"]
    ]


def fill(template: str, find: Find) -> str:
    """Return *template* with what *find* returns in each place."""

    def value(found: re.Match[str]) -> str:
        if found["words"] is not None:
            return f"{{{found['words']}}}"
        return find(found["kind"], found["name"] or "")

    return _PLACE.sub(value, template)


def filled(value: Any, find: Find) -> Any:
    """Return a JSON *value* with all its texts filled in."""
    if isinstance(value, str):
        return fill(value, find)
    if isinstance(value, dict):
        return {key: filled(each, find) for key, each in value.items()}
    return [filled(each, find) for each in value] if isinstance(value, list) else value


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON *value*."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


def field(value: Any, path: str) -> Any:
    """
    Return the field *path* of a JSON *value*, such as `tokens.0.value`; None if there is none.

    A number names an element of a list. A name with dots in it is found as well.
    """
    if isinstance(value, list):
        place, _, rest = path.partition(".")
        if not place.isdecimal() or int(place) >= len(value):
            return None
        return field(value[int(place)], rest) if rest else value[int(place)]
    if not isinstance(value, dict):
        return None
    if path in value:
        return value[path]
    for dot in (place for place, letter in enumerate(path) if letter == "."):
        found = field(value.get(path[:dot]), path[dot + 1 :])
        if found is not None:
            return found
    return None


def as_words(value: Any) -> str:
    """Return a JSON value as it is written into a request."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
