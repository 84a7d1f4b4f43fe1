"""Audit events on the logger `tokens.audit`, in the words of OWASP's logging vocabulary.

An event is a log record whose message is the event's name and whose attribute `facts` is a flat
dict of what is known: subject, handle, reason. Never a credential, nor a part or digest of one.
"""

from __future__ import annotations

import logging
from enum import StrEnum

logger = logging.getLogger("tokens.audit")
logger.addHandler(logging.NullHandler())


class Event(StrEnum):
    """Everything this package reports. The names marked * are OWASP's; the others are ours."""

    CREATED = "authn_token_created"
    """* A family began, with its first access token."""
    RENEWED = "authn_token_renewed"
    """A refresh token was exchanged for its successor, or the data in a token changed."""
    REVOKED = "authn_token_revoked"
    """* One family, or all of a subject's, were ended on request."""
    EXPIRED = "authn_token_expired"
    """A family was used past its limit, and cleared away."""
    REJECTED = "authn_token_rejected"
    """A credential was refused."""
    REUSED = "authn_token_reuse"
    """* A refresh token was used twice: somebody has a copy. Its family has ended."""
    DAMAGED = "authn_token_record_damaged"
    """A record could not be read, and counts as absent."""


_LEVELS = {
    Event.REJECTED: logging.WARNING,
    Event.REUSED: logging.CRITICAL,
    Event.DAMAGED: logging.ERROR,
}


def emit(event: Event, **facts: str | int | float | None) -> None:
    """Report *event* with its *facts*."""
    logger.log(_LEVELS.get(event, logging.INFO), event.value, extra={"facts": facts})
