"""The door: what a caller hands in is checked here, before anything is changed.

A caller's mistake is a TypeError or a ValueError that names the remedy. A credential is no such
mistake, since it comes from the network: whatever its type, it is refused as malformed.

The other half has the same file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

MAX_NAME_BYTES = 1024
"""The limit of a subject in UTF-8. OpenID Connect Core, section 2, allows a `sub` of 255."""
MAX_CLIENT_CHARACTERS = 256
"""How much of a client's address and user agent is kept."""
SUBJECT = "convert an ID with str(...); None is an anonymous visitor"
LONGEST = timedelta(days=36_500)
"""The limit of every duration: what is longer overflows in one store or another."""


def check_name(value: Any, what: str, remedy: str = SUBJECT) -> str:
    """Return *value* as a plain str if it can name something in every store alike.

    Raises TypeError for another type and ValueError for an empty, overlong or broken text.
    """
    if not isinstance(value, str):
        raise TypeError(f"{what} is a str, not {_kind(value)}: {remedy}")
    plain = str.__str__(value)  # of a subclass, what every store gives back
    if not plain:
        raise ValueError(f"{what} must not be empty: {remedy}")
    try:
        size = len(plain.encode())
    except UnicodeEncodeError as exc:
        raise ValueError(f"{what} must be text that UTF-8 can encode: {exc.reason}") from exc
    if size > MAX_NAME_BYTES:
        raise ValueError(f"{what} has at most {MAX_NAME_BYTES} bytes, not {size}: use a short ID")
    return plain


def is_text(value: Any) -> bool:
    """Return whether *value* is a str that UTF-8 can encode; what the network sent may not be."""
    try:
        return isinstance(value, str) and value.encode() is not None
    except UnicodeEncodeError:
        return False


def check_duration(value: Any, what: str) -> timedelta:
    """Return *value* if it is a timedelta that is no longer than `LONGEST`."""
    if not isinstance(value, timedelta):
        raise TypeError(
            f"{what} is a timedelta, not {_kind(value)}: use timedelta(seconds=...), from datetime"
        )
    if abs(value) > LONGEST:
        raise ValueError(f"{what} is at most {LONGEST.days} days")
    return value


def check_count(value: Any, what: str, least: int = 1) -> int:
    """Return *value* if it is an int of *least* or more; a bool is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{what} is an int, not {_kind(value)}")
    if value < least:
        raise ValueError(f"{what} must be {least} or more, not {value}")
    return value


def check_seconds(value: Any, what: str, *, zero: bool = False) -> float:
    """Return *value* if it is a finite number of seconds above zero, or zero where it may be."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(f"{what} is a number of seconds, not {_kind(value)}")
    if not math.isfinite(value) or value < 0 or not (value or zero):
        raise ValueError(f"{what} must be longer than nothing, and finite, not {value}")
    return value


def check_choice(value: Any, what: str, choices: Iterable[str]) -> None:
    """Return if *value* is one of *choices*."""
    known = list(choices)
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{what} is one of {', '.join(known)}, not {value!r}")


def check_type(value: Any, expected: type, what: str) -> None:
    """Return if *value* is an instance of *expected*."""
    if not isinstance(value, expected):
        raise TypeError(
            f"{what} is a {expected.__name__} of {expected.__module__}, not {_named(value)}"
        )


def check_parts(value: Any, protocol: type, what: str, remedy: str) -> None:
    """Return if *value* is an object with all that *protocol* declares."""
    if not isinstance(value, type):
        missing = [n for n in dir(protocol) if not n.startswith("_") and not hasattr(value, n)]
        if not missing:
            return
        remedy = f"it lacks {missing[0]}; {remedy}"
    raise TypeError(
        f"{what} is an object with all of {protocol.__name__}, not {_named(value)}: {remedy}"
    )


def check_callable(value: Any, what: str) -> None:
    """Return if *value* can be called."""
    if not callable(value):
        raise TypeError(
            f"{what} is a function without parameters, as time.time, not {_kind(value)}"
        )


def client_facts(client: Any) -> tuple[str, str]:
    """Return the address and the user agent of *client*, cut short; empty if it has none.

    Both may come from the network: what UTF-8 cannot encode becomes a question mark.
    """
    if client is None:
        return "", ""
    return _fact(client, "address"), _fact(client, "user_agent")


def _fact(client: Any, name: str) -> str:
    value = getattr(client, name, False)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(
            f"client has the attributes address and user_agent, each a str: {name} is not"
        )
    return value[:MAX_CLIENT_CHARACTERS].encode(errors="replace").decode()


def _kind(value: Any) -> str:
    return type(value).__name__


def _named(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else _kind(value)
