"""What in a server's settings may make it forget a denial, and so pardon who was logged out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from valkey.exceptions import ResponseError

from ..events import Event, emit


def report(client: Any) -> None:
    """Report each risk that the settings of the server behind *client* show, as an event.

    Many a managed server keeps its settings to itself: that is reported too.
    """
    try:
        settings = {**client.config_get("maxmemory*", "append*", "save")}
    except ResponseError:
        emit(Event.FORGETFUL, store="redis", detail="the server does not show its settings")
        return
    for risk in risks(settings):
        emit(Event.FORGETFUL, store="redis", detail=risk)


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
