"""What in a server's settings may make it forget a denial, and so pardon who was logged out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..events import Event, emit
from .redis_connection import Connection, packed


def reporter() -> Callable[[Connection], None]:
    """Return what reports each risk of the server of the first connection it is told, as an event.

    Many a managed server keeps its settings to itself: that is reported too.
    """
    is_done = False

    def report(connection: Connection) -> None:
        nonlocal is_done
        if is_done:
            return
        try:
            found = connection.ask(packed(b"CONFIG", b"GET", b"maxmemory*", b"append*", b"save"))
        except connection.errors.ResponseError:
            found = []
        is_done = True
        words = [word.decode() for word in found]
        settings = dict(zip(words[::2], words[1::2], strict=True))
        known = risks(settings) if settings else ["the server does not show its settings"]
        for risk in known:
            emit(Event.FORGETFUL, store="redis", detail=risk)

    return report


def risks(settings: Mapping[str, str]) -> list[str]:
    """Each risk in *settings*, with its remedy; none if they are as denials need them."""
    found = []
    policy = settings.get("maxmemory-policy", "noeviction")
    if policy != "noeviction" and settings.get("maxmemory", "0") != "0":
        found.append(f"full memory evicts denials ({policy}); set maxmemory-policy noeviction")
    if settings.get("appendonly") != "yes":
        lost = "since the last snapshot" if settings.get("save") else "all of them"
        found.append(f"a restart forgets denials, {lost}; set appendonly yes")
    elif settings.get("appendfsync") != "always":
        found.append("a loss of power forgets the last second's denials; set appendfsync always")
    return found
