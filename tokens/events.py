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
    LIMITED = "authn_token_limit_reached"
    """A subject had as many families as it may: the oldest was ended, or the new one refused."""
    REJECTED = "authn_token_rejected"
    """A credential was refused."""
    REUSED = "authn_token_reuse"
    """* A refresh token was used twice: somebody has a copy. Its family has ended."""
    OUT_OF_TOUCH = "authn_token_revocations_unknown"
    """This node cannot tell any longer what was revoked; its strategy says what it does then."""
    IN_TOUCH = "authn_token_revocations_known"
    """This node knows what was revoked: at its start, or again."""
    KEYS_UNAVAILABLE = "authn_token_keys_unavailable"
    """An issuer's keys could not be fetched; the last good ones stay in use."""
    LISTS_UNAVAILABLE = "authn_token_lists_unavailable"
    """A status list could not be fetched; the last good one stays until its time is up."""
    FORGETFUL = "authn_token_store_forgetful"
    """The settings of a store allow it to lose a denial, and so to pardon; `detail` says how."""
    DAMAGED = "authn_token_record_damaged"
    """A record could not be read, and counts as absent."""


_LEVELS = {
    Event.REJECTED: logging.WARNING,
    Event.REUSED: logging.CRITICAL,
    Event.FORGETFUL: logging.WARNING,
    Event.OUT_OF_TOUCH: logging.ERROR,
    Event.KEYS_UNAVAILABLE: logging.ERROR,
    Event.LISTS_UNAVAILABLE: logging.ERROR,
    Event.DAMAGED: logging.ERROR,
}


def emit(event: Event, **facts: str | int | float | None) -> None:
    """Report *event* with its *facts*."""
    logger.log(_LEVELS.get(event, logging.INFO), event.value, extra={"facts": facts})
