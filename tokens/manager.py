"""Self-contained tokens: the signed state travels, the server keeps what revocation needs.

The other half is sessions/manager.py: the same verbs in the same order, for state that stays.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from .claims import (
    Claims,
    Stamp,
    check_addressees,
    check_instants,
    decode,
    encode,
    encode_data,
)
from .errors import InvalidToken, Reason
from .events import Event, emit
from .keyring import KeyRing
from .lifetimes import OWASP_LOW_RISK, Lifetimes
from .record import Client, Record
from .refresh import RefreshTokens
from .revocation.base import Revocation
from .signing import Signer
from .stores.base import TokenStore
from .strength import Strength
from .verified import VerifiedTokens

MAX_DATA_BYTES = 4096


class Grant(msgspec.Struct, frozen=True):
    """What a client receives when it is let in."""

    credential: str
    expires_at: float
    handle: str
    renewal: str | None = None
    """The refresh token, which `renew` takes; None if the one the client holds still stands."""


class Identity(msgspec.Struct, frozen=True):
    """A caller who was verified."""

    subject: str | None
    data: dict[str, Any]
    handle: str
    created_at: float
    expires_at: float


class TokenManager:
    """Issue, verify, update, renew and revoke self-contained tokens.

    Safe to share between threads. The store's exceptions pass through: a store that cannot
    answer neither lets anybody in nor logs anybody out.
    """

    rejection = InvalidToken

    def __init__(
        self,
        ring: KeyRing,
        store: TokenStore,
        revocation: Revocation,
        lifetimes: Lifetimes = OWASP_LOW_RISK,
        *,
        issuer: str,
        audience: str,
        max_data_bytes: int = MAX_DATA_BYTES,
        verified: VerifiedTokens | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.store = store
        self.lifetimes = lifetimes
        self.outages = (*store.outages, *revocation.outages)
        self.signer = self._own_signer = Signer(ring)
        self._verified = verified
        self._revocation = revocation
        self._refresh = RefreshTokens(store, lifetimes, now)
        self._issuer = issuer
        self._audience = audience
        self._max_data_bytes = max_data_bytes
        self._now = now
        self._access_s = int(lifetimes.access.total_seconds())
        self._absolute_s = int(lifetimes.absolute.total_seconds())
        self._leeway_s = lifetimes.leeway.total_seconds()

    def issue(
        self,
        subject: str | None,
        data: Mapping[str, Any] | None = None,
        client: Client | None = None,
    ) -> Grant:
        """Begin a family with its first access token; *subject* None is an anonymous visitor.

        Raises DataTooLarge or ValueError, naming the key, for *data* that cannot be carried.
        """
        if subject == "":
            raise ValueError("a subject must not be empty: None is an anonymous visitor")
        kept = {key: value for key, value in (data or {}).items() if value is not None}
        return self._begin(subject, encode_data(kept, self._max_data_bytes), client)

    def verify(self, credential: str, fresh: bool = False) -> Identity:
        """The caller behind *credential*, or InvalidToken.

        Signature, then claims, then the revocation strategy: no round trip but the strategy's.
        *fresh* asks the store even if the strategy is one that this node knows by heart.
        """
        claims = self._live(credential, fresh)
        return Identity(
            claims.subject,
            claims.data,
            claims.family,
            float(claims.began_at),
            float(claims.expires_at),
        )

    def update(self, credential: str, changes: Mapping[str, Any]) -> Grant:
        """Change user data key by key, in a new token; None as a value removes the key.

        Always gives a new grant: the state is in the credential. The old token, with the old
        state, works until it expires, and of two concurrent updates of one token each gives a
        token that lacks the other's change.
        """
        claims = self._live(credential)
        merged = {**claims.data, **changes}
        data = encode_data(
            {key: value for key, value in merged.items() if value is not None},
            self._max_data_bytes,
        )
        now = self._now()
        stamp = self._revocation.stamp(claims.subject, claims.family, self._outlived())
        # Only a live family may go on: a token that nobody can call back could otherwise be
        # exchanged for a younger one for ever after its logout.
        if not self.store.merge(claims.family, data):
            raise self._rejected(Reason.UNKNOWN, claims.family)
        grant = self._sign(claims.subject, claims.family, claims.began_at, data, now, stamp)
        emit(Event.RENEWED, subject=claims.subject, handle=claims.family)
        return grant

    def renew(
        self, renewal: str, subject: str | None = None, client: Client | None = None
    ) -> Grant:
        """Exchange a refresh token for its successor; the old one is refused from then on.

        With *subject*, at login, *renewal* may also be the access token held before: its family
        ends, and one of *subject* begins with the same data. What belonged to another subject
        is ended, not handed over. The access token of before works as long as the strategy lets
        it: a rotation alone does not call it back.
        """
        if subject is not None:
            return self._rebind(renewal, subject, client)
        now = self._now()
        token, repeated, record, stamp = self._rotated(renewal)
        age_s = round(now - record.created_at, 3)
        emit(
            Event.RENEWED,
            subject=record.subject,
            handle=record.handle,
            repeated=repeated,
            age_s=age_s,
        )
        grant = self._sign(
            record.subject, record.handle, int(record.created_at), record.data, now, stamp
        )
        return msgspec.structs.replace(grant, renewal=token)

    def revoke(self, credential: str) -> Strength:
        """End this family. What is revoked already is InvalidToken.

        An access token that has expired still ends the family it came from.
        """
        claims = self._authentic(credential)
        record = self.store.delete(claims.family)
        if record is None:
            # Either somebody ended it, or a call that did was cut short before it could deny
            # the access tokens: only what the strategy knows of may be told apart.
            self._accept(claims)
        strength = self._revocation.revoke([claims.family], self._outlived())
        facts = strength.describe()
        emit(Event.REVOKED, subject=claims.subject, handle=claims.family, **facts)
        return strength

    def revoke_entry(self, subject: str, handle: str) -> Strength | None:
        """End the family *handle* if it is *subject*'s; None if there is no such family."""
        if all(record.handle != handle for record in self.store.list_subject(subject)):
            return None
        # Before and after: a call cut short in between must leave nothing that a second call
        # would no longer find; and what was signed in between must be denied long enough.
        self._revocation.revoke([handle], self._outlived())
        if not self.store.delete_handle(subject, handle):
            return None
        emit(Event.REVOKED, subject=subject, handle=handle)
        return self._revocation.revoke([handle], self._outlived())

    def revoke_all(self, subject: str, keep: str | None = None) -> Strength:
        """End every family of *subject*, but for the handle *keep*."""
        whole = keep is None and self._revocation.by_subject
        if not whole:
            listed = [r.handle for r in self.store.list_subject(subject) if r.handle != keep]
            self._revocation.revoke(listed, self._outlived())
        ended = self.store.delete_subject(subject, keep)
        emit(Event.REVOKED, subject=subject, count=len(ended))
        if whole:
            return self._revocation.revoke_subject(subject, ended, self._outlived())
        return self._revocation.revoke(ended, self._outlived())

    def entries(self, subject: str) -> list[Record]:
        """The live families of *subject*, oldest first."""
        now = self._now()
        live = [r for r in self.store.list_subject(subject) if self._refresh.ended(r, now) is None]
        return sorted(live, key=lambda record: (record.created_at, record.handle))

    def _begin(self, subject: str | None, data: bytes, client: Client | None) -> Grant:
        now = self._now()
        handle = secrets.token_urlsafe(12)
        stamp = self._revocation.stamp(subject, handle, self._outlived())
        token, record = self._refresh.begin(handle, subject, data, client)
        emit(Event.CREATED, subject=subject, handle=handle)
        grant = self._sign(subject, handle, int(record.created_at), data, now, stamp)
        return msgspec.structs.replace(grant, renewal=token)

    def _rebind(self, held: str, subject: str, client: Client | None) -> Grant:
        if held.count(".") == 1:
            _, _, record, _ = self._rotated(held)
            owner, family, data = record.subject, record.handle, record.data
        else:
            claims = self._live(held)
            owner, family = claims.subject, claims.family
            data = encode_data(claims.data, self._max_data_bytes)
        if self.store.delete(family) is None:
            raise self._rejected(Reason.UNKNOWN, family)
        self._revocation.revoke([family], self._outlived())
        emit(Event.RENEWED, subject=subject, handle=family)
        return self._begin(subject, data if owner in (None, subject) else b"{}", client)

    def _sign(
        self,
        subject: str | None,
        family: str,
        began_at: int,
        data: bytes,
        now: float,
        stamp: Stamp,
    ) -> Grant:
        claims = Claims(
            self._issuer,
            self._audience,
            subject,
            # No token outlives its family: an update would carry a login past its limit.
            min(int(now) + self._access_s, began_at + self._absolute_s),
            int(now),
            secrets.token_urlsafe(12),
            family,
            began_at,
            {},
            stamp.generation,
            stamp.status,
        )
        token = self.signer.sign(encode(claims, data))
        return Grant(token, float(claims.expires_at), family)

    def _rotated(self, renewal: str) -> tuple[str, bool, Record, Stamp]:
        try:
            record = self._refresh.live(renewal)
            stamp = self._revocation.stamp(record.subject, record.handle, self._outlived())
            token, repeated = self._refresh.rotate(renewal, record)
        except InvalidToken as exc:
            if exc.reason is Reason.REUSED:
                # The thief may hold an access token too.
                handle, _, _ = renewal.partition(".")
                self._revocation.revoke([handle], self._outlived())
            raise self._rejected(exc.reason) from exc
        return token, repeated, record, stamp

    def _live(self, credential: str, fresh: bool = False) -> Claims:
        claims = self._authentic(credential)
        self._accept(claims, fresh)
        return claims

    def _authentic(self, credential: str) -> Claims:
        try:
            if self._verified is None:
                claims = decode(self.signer.verify(credential))
            else:
                claims = self._remembered(credential, self._verified)
            check_addressees(claims, self._issuer, self._audience)
        except InvalidToken as exc:
            raise self._rejected(exc.reason) from exc
        return claims

    def _remembered(self, credential: str, verified: VerifiedTokens) -> Claims:
        ring = self._own_signer.ring
        claims = verified.get(credential, ring)
        if claims is None:
            claims = decode(self.signer.verify(credential))
            verified.put(credential, ring, claims)
        return claims

    def _accept(self, claims: Claims, fresh: bool = False) -> None:
        try:
            check_instants(claims, self._now(), self._leeway_s)
        except InvalidToken as exc:
            raise self._rejected(exc.reason, claims.family) from exc
        asked = self._revocation.is_revoked_afresh if fresh else self._revocation.is_revoked
        if asked(claims):
            raise self._rejected(Reason.REVOKED, claims.family)

    def _outlived(self) -> float:
        return self._now() + self._access_s + self._leeway_s

    def _rejected(self, reason: Reason, handle: str | None = None) -> InvalidToken:
        emit(Event.REJECTED, reason=reason.value, handle=handle)
        return InvalidToken(reason)
