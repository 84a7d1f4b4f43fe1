"""Audit events on the logger `sessions.audit`, in the words of OWASP's logging vocabulary.

An event is a log record whose message is the event's name and whose attribute `facts` is a flat
dict of what is known: subject, handle, reason. Never a credential, nor a part or digest of one.
"""

from __future__ import annotations

import logging
from enum import StrEnum

logger = logging.getLogger("sessions.audit")
logger.addHandler(logging.NullHandler())


class Event(StrEnum):
    """Everything this package reports. The names marked * are OWASP's; the others are ours."""

    CREATED = "session_created"
    """* A session began."""
    RENEWED = "session_renewed"
    """* The ID was replaced."""
    REVOKED = "session_revoked"
    """One session, or all of a subject's, were ended on request."""
    EXPIRED = "session_expired"
    """* A session was used past its limit, and cleared away."""
    LIMITED = "session_limit_reached"
    """A subject had as many sessions as it may: the oldest was ended, or the new one refused."""
    REJECTED = "session_rejected"
    """An ID was refused that names no live session."""
    UNTOUCHED = "session_touch_skipped"
    """A session was used, and the store could not note it: it may end sooner than it should."""
    DAMAGED = "session_record_damaged"
    """A record could not be read, and counts as absent."""


_LEVELS = {
    Event.REJECTED: logging.WARNING,
    Event.UNTOUCHED: logging.WARNING,
    Event.DAMAGED: logging.ERROR,
}


def emit(event: Event, **facts: str | int | float | None) -> None:
    """Report *event* with its *facts*."""
    logger.log(_LEVELS.get(event, logging.INFO), event.value, extra={"facts": facts})
