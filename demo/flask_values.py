"""What `flask.session` may hold: all that Flask's own sessions do, in a form for any store.

A type that JSON lacks becomes an object of one tag, as `flask.json.tag` has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask.json.tag import JSONTag, TaggedJSONSerializer


class _Instant(JSONTag):
    """A datetime to the microsecond, with its zone if it has one; Flask's own tag cuts both."""

    key = " i"

    def check(self, value: Any) -> bool:
        return isinstance(value, datetime)

    def to_json(self, value: Any) -> Any:
        return value.isoformat()

    def to_python(self, value: Any) -> Any:
        return datetime.fromisoformat(value)


class _Nothing(JSONTag):
    """None, which stores take for a key that is to go."""

    key = " n"

    def check(self, value: Any) -> bool:
        return value is None

    def to_json(self, value: Any) -> Any:  # noqa: ARG002 - there is one None
        return 0

    def to_python(self, value: Any) -> Any:  # noqa: ARG002 - there is one None
        return None


_TAGS = TaggedJSONSerializer()
_TAGS.register(_Instant, index=0)
_TAGS.register(_Nothing, index=0)


def tagged(key: str, value: Any) -> Any:
    """
    Return *value* in plain types.

    Raises TypeError, naming the *key*, for a type that neither JSON nor Flask's sessions know.
    """
    found = _TAGS.tag(value)
    _check(key, found)
    return found


def untagged(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return *data* with the values that `tagged` was given."""
    return {key: _back(value) for key, value in data.items()}


def _check(key: str, value: Any) -> None:
    if isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            _check(key, each)
    elif not isinstance(value, (str, int, float)):
        kind = type(value).__name__
        raise TypeError(
            f"session[{key!r}] holds a {kind}, which cannot be kept: make text or a number of it"
        )


def _back(value: Any) -> Any:
    if isinstance(value, dict):
        return _TAGS.untag({key: _back(each) for key, each in value.items()})
    return [_back(each) for each in value] if isinstance(value, list) else value
