"""What /log shows: audit events of late as the monitor judged them, for whoever they are about."""

from __future__ import annotations

from dataclasses import dataclass

from ..gate import Gate
from ..monitor import Judged


@dataclass(frozen=True)
class Shown:
    """The events that the caller may see, or why there are none."""

    events: list[Judged]
    names: list[str]
    missing: str = ""


def events_for(gate: Gate | None, event: str, *, everyone: bool) -> Shown:
    """Return the events called *event*, or all if empty: of the caller, or of *everyone*."""
    if gate is None:
        return Shown([], [], "Every scheme has a log of its own: choose a scheme first.")
    if gate.watch is None:
        return Shown([], [], "Nobody watches: start the app without --timing, or with --monitor.")
    seen = gate.watch.monitor.history()
    if not everyone:
        subject = _subject(gate)
        if subject is None:
            return Shown([], [], "Log in first: without --teaching you see the events about you.")
        seen = [each for each in seen if each.subject == subject]
    names = sorted({each.event for each in seen})
    return Shown([each for each in seen if event in ("", each.event)], names)


def _subject(gate: Gate) -> str | None:
    if gate.mechanism is None:
        return None
    try:
        identity = gate.visitor()
    except gate.mechanism.rejection:
        return None
    return identity.subject if identity else None
