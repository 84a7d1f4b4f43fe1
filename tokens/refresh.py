"""Refresh tokens: opaque, single use, rotated within a family (RFC 9700 section 4.14)."""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256

from .claims import is_data
from .door import client_facts
from .errors import InvalidToken, Reason
from .events import Event, emit
from .lifetimes import Lifetimes
from .record import Client, Outcome, Record, Rotation
from .stores.base import LINEAGE_BYTES, TokenStore

RECENT_S = 60.0

_LINEAGE_CHARACTERS = 24
_is_well_formed = re.compile(r"[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{67}").fullmatch


class Reuse(StrEnum):
    """How a refresh token came to be used again; each ends the family, and each is an alarm."""

    ORPHANED = "orphaned"
    """Its successor was never used: most often an answer that was lost on its way."""
    RECENT = "recent"
    """Just after the grace period: most often a client that retries, or runs twice."""
    STALE = "stale"
    """Long after its successor was used: somebody has kept a copy."""


class RefreshTokens:
    """Families of refresh tokens: begin one, rotate within it, end it on reuse.

    A token is a family's handle, a dot, 144 bits that are the same for all tokens of the family,
    its lineage, and 256 bits of its own. Its successor follows from it and a nonce that the store
    keeps, so that all who present the same token within the grace period are given the same
    successor, though neither token is in the store. By its lineage a token is known however long
    ago it was spent, and nobody who holds none can make up one (docs/decisions/0010).
    """

    def __init__(self, store: TokenStore, lifetimes: Lifetimes, now: Callable[[], float]) -> None:
        self._store = store
        self._lifetimes = lifetimes
        self._now = now
        self._inactivity_s = lifetimes.inactivity.total_seconds()
        self._absolute_s = lifetimes.absolute.total_seconds()
        self._grace_s = lifetimes.grace.total_seconds()

    def begin(
        self, handle: str, subject: str | None, data: bytes, client: Client | None, now: float
    ) -> str:
        """Begin the family *handle* at *now*, and return its first refresh token."""
        record = Record(handle, subject, now, now, *client_facts(client), data)
        token = f"{record.handle}.{secrets.token_urlsafe(18)}{secrets.token_urlsafe(32)}"
        self._store.create(digest(token), record, self._lifetimes.expires_at(now, now))
        return token

    def live(self, token: object) -> Record:
        """The live family of *token*, spent or not; or InvalidToken."""
        if not isinstance(token, str) or _is_well_formed(token) is None:
            raise InvalidToken(Reason.MALFORMED)
        handle, _, _ = token.partition(".")
        record = self._store.read(handle, digest(token))
        if record is None:
            raise InvalidToken(Reason.UNKNOWN)
        reason = self.ended(record, self._now())
        if reason is not None:
            # Make it so before saying so: a rotation that is still under way must not be able
            # to bring back what this caller is now told is over.
            self._store.delete(handle)
            emit(Event.EXPIRED, subject=record.subject, handle=record.handle, reason=reason.value)
            raise InvalidToken(reason)
        if not is_data(record.data):
            emit(Event.DAMAGED, handle=handle, detail="data that is none")
            raise InvalidToken(Reason.UNKNOWN)
        return record

    def keep(self, handle: str, began_at: int, data: bytes, now: float) -> bool:
        """Keep *data* for the next renewal if the family is live, and return whether it was."""
        if now >= began_at + self._absolute_s:
            return False
        return self._store.merge(handle, data, now - self._inactivity_s)

    def rotate(self, token: str, record: Record, now: float) -> tuple[str, bool]:
        """The successor of *token*, whose family is *record*, and whether it was given before.

        Reuse after the grace period ends the family: either the client or a thief holds a copy,
        and nobody can tell which (RFC 9700 section 4.14.2).
        """
        nonce = secrets.token_bytes(16)
        rotation = self._store.replace(
            record.handle,
            digest(token),
            digest(_successor(token, nonce)),
            nonce,
            now,
            self._lifetimes.expires_at(record.created_at, now),
            now - self._grace_s,
        )
        if rotation.outcome is Outcome.REUSED:
            emit(
                Event.REUSED,
                subject=record.subject,
                handle=record.handle,
                kind=_kind_of_reuse(token, rotation, now).value,
                spent_s=round(now - rotation.spent_at, 3) if rotation.spent_at else None,
                age_s=round(now - record.created_at, 3),
            )
            raise InvalidToken(Reason.REUSED)
        if rotation.outcome is Outcome.ABSENT:
            raise InvalidToken(Reason.UNKNOWN)
        return _successor(token, rotation.nonce), rotation.outcome is Outcome.REPEATED

    def ended(self, record: Record, now: float) -> Reason | None:
        """Why the family is over at *now*; None if it is not."""
        if now >= record.created_at + self._absolute_s:
            return Reason.EXPIRED
        if now >= record.seen_at + self._inactivity_s:
            return Reason.INACTIVE
        return None


def digest(token: str) -> bytes:
    """Return the 48 bytes under which the store knows a refresh token: its lineage's, its own."""
    # Hash before lookup: a leaked table must not be a table of working credentials.
    own = token.encode("ascii")
    lineage = own[: own.index(b".") + 1 + _LINEAGE_CHARACTERS]
    return sha256(lineage).digest()[:LINEAGE_BYTES] + sha256(own).digest()


def _kind_of_reuse(token: str, rotation: Rotation, now: float) -> Reuse:
    if rotation.current == digest(_successor(token, rotation.nonce)):
        return Reuse.ORPHANED
    return Reuse.RECENT if now - rotation.spent_at <= RECENT_S else Reuse.STALE


def _successor(token: str, nonce: bytes) -> str:
    # Whoever reads the store knows nonces and digests, but no token to apply them to.
    handle, _, secret = token.partition(".")
    derived = hmac.digest(secret.encode("ascii"), b"successor" + nonce, "sha256")
    lineage = secret[:_LINEAGE_CHARACTERS]
    return f"{handle}.{lineage}{urlsafe_b64encode(derived).rstrip(b'=').decode('ascii')}"
