"""Self-contained tokens: the signed state travels, the server keeps what revocation needs.

The other half is sessions/manager.py: the same verbs in the same order, for state that stays.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from .access import AccessTokens, rejected
from .cap import AtMax, Cap
from .claims import Stamp, check_data, encode_data
from .door import (
    check_callable,
    check_count,
    check_name,
    check_parts,
    check_type,
    client_facts,
    is_text,
)
from .errors import InvalidToken, Reason
from .events import Event, emit
from .grants import Grant, Identity
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
        max_sessions: int | None = None,
        at_max: AtMax = "end-oldest",
        verified: VerifiedTokens | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Keep at most *max_sessions* a subject; *at_max* is what gives way to one more: `Cap`.

        Raises TypeError or ValueError, with the remedy, for what cannot work.
        """
        check_parts(store, TokenStore, "store", "as SQLiteStore(path) makes one")
        check_parts(revocation, Revocation, "revocation", "as Denylist(store, issuer) makes one")
        check_type(lifetimes, Lifetimes, "lifetimes")
        if verified is not None:
            check_type(verified, VerifiedTokens, "verified")
        check_count(max_data_bytes, "max_data_bytes")
        check_callable(now, "now")
        self.store = store
        self.lifetimes = lifetimes
        self.outages = (*store.outages, *revocation.outages)
        self._access = AccessTokens(
            ring, revocation, lifetimes, verified, now, issuer=issuer, audience=audience
        )
        self._revocation = revocation
        self._refresh = RefreshTokens(store, lifetimes, now)
        self._max_data_bytes = max_data_bytes
        self._cap = Cap(self, max_sessions, at_max)
        self._now = now

    @property
    def signer(self) -> Signer:
        """What signs access tokens and checks their signatures; `signer.use` rotates its keys."""
        return self._access.signer

    @signer.setter
    def signer(self, signer: Signer) -> None:
        self._access.signer = signer

    def issue(
        self,
        subject: str | None,
        data: Mapping[str, Any] | None = None,
        client: Client | None = None,
    ) -> Grant:
        """Begin a family with its first access token; *subject* None is an anonymous visitor.

        Raises TypeError or ValueError for a *subject* that is neither None nor a str of 1 to
        1,024 bytes in UTF-8; DataTooLarge or ValueError, naming the key, for *data* that cannot
        be carried.
        """
        if subject is not None:
            subject = check_name(subject, "a subject")
        client_facts(client)
        if data is not None:
            check_data(data)
        kept = {key: value for key, value in (data or {}).items() if value is not None}
        return self._begin(subject, encode_data(kept, self._max_data_bytes), client)

    def verify(self, credential: str, fresh: bool = False) -> Identity:
        """The caller behind *credential*, or InvalidToken.

        Signature, then claims, then the revocation strategy: no round trip but the strategy's.
        *fresh* asks the store even if the strategy is one that this node knows by heart.
        """
        claims = self._access.live(credential, fresh)
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
        check_data(changes)
        claims = self._access.live(credential)
        merged = {**claims.data, **changes}
        data = encode_data(
            {key: value for key, value in merged.items() if value is not None},
            self._max_data_bytes,
        )
        now = self._now()
        stamp = self._revocation.stamp(claims.subject, claims.family, self._access.outlived())
        # Signed first: data that makes the token too large is not kept for the next renewal either.
        grant = self._access.sign(claims.subject, claims.family, claims.began_at, data, stamp, now)
        # Only a live family may go on: a token that nobody can call back could otherwise be
        # exchanged for a younger one for ever after its logout.
        if not self._refresh.keep(claims.family, claims.began_at, data, now):
            raise rejected(Reason.UNKNOWN, claims.family)
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
        client_facts(client)
        if subject is not None:
            subject = check_name(subject, "a subject")
            return self._rebind(renewal, subject, client)
        now = self._now()
        record = self._renewable(renewal)
        token, repeated, stamp = self._rotated(renewal, record, now)
        age_s = round(now - record.created_at, 3)
        subject, handle = record.subject, record.handle
        emit(Event.RENEWED, subject=subject, handle=handle, repeated=repeated, age_s=age_s)
        grant = self._access.sign(subject, handle, record.created_at, record.data, stamp, now)
        return msgspec.structs.replace(grant, renewal=token)

    def revoke(self, credential: str) -> Strength:
        """End this family. What is revoked already is InvalidToken.

        An access token that has expired still ends the family it came from.
        """
        claims = self._access.authentic(credential)
        record = self.store.delete(claims.family)
        if record is None:
            # Either somebody ended it, or a call that did was cut short before it could deny
            # the access tokens: only what the strategy knows of may be told apart.
            self._access.accept(claims)
        strength = self._revocation.revoke([claims.family], self._access.outlived())
        facts = strength.describe()
        emit(Event.REVOKED, subject=claims.subject, handle=claims.family, **facts)
        return strength

    def revoke_entry(self, subject: str, handle: str) -> Strength | None:
        """End the family *handle* if it is *subject*'s; None if there is no such family."""
        subject = check_name(subject, "a subject")
        if not is_text(handle) or all(
            record.handle != handle for record in self.store.list_subject(subject)
        ):
            return None
        # Before and after: a call cut short in between must leave nothing that a second call
        # would no longer find; and what was signed in between must be denied long enough.
        self._revocation.revoke([handle], self._access.outlived())
        if not self.store.delete_handle(subject, handle):
            return None
        emit(Event.REVOKED, subject=subject, handle=handle)
        return self._revocation.revoke([handle], self._access.outlived())

    def revoke_all(self, subject: str, keep: str | None = None) -> Strength:
        """End every family of *subject*, but for the handle *keep*."""
        subject = check_name(subject, "a subject")
        if keep is not None:
            keep = check_name(keep, "keep", "give the handle of the family to keep")
        whole = keep is None and self._revocation.by_subject
        if not whole:
            listed = [r.handle for r in self.store.list_subject(subject) if r.handle != keep]
            self._revocation.revoke(listed, self._access.outlived())
        ended = self.store.delete_subject(subject, keep)
        emit(Event.REVOKED, subject=subject, count=len(ended))
        if whole:
            return self._revocation.revoke_subject(subject, ended, self._access.outlived())
        return self._revocation.revoke(ended, self._access.outlived())

    def entries(self, subject: str) -> list[Record]:
        """The live families of *subject*, oldest first."""
        subject = check_name(subject, "a subject")
        now = self._now()
        live = [r for r in self.store.list_subject(subject) if self._refresh.ended(r, now) is None]
        return sorted(live, key=lambda record: (record.created_at, record.handle))

    def _begin(self, subject: str | None, data: bytes, client: Client | None) -> Grant:
        self._cap.before(subject)
        handle, now = secrets.token_urlsafe(12), self._now()
        stamp = self._revocation.stamp(subject, handle, self._access.outlived())
        # Signed first: a token that would be too large leaves no family behind.
        grant = self._access.sign(subject, handle, now, data, stamp, now)
        token = self._refresh.begin(handle, subject, data, client, now)
        self._cap.after(subject, handle)
        emit(Event.CREATED, subject=subject, handle=handle)
        return msgspec.structs.replace(grant, renewal=token)

    def _rebind(self, held: str, subject: str, client: Client | None) -> Grant:
        owner, family, is_refresh = self._held(held)
        if owner is None:
            # Before the family held is touched: a visitor who may not log in stays one.
            self._cap.before(subject)
        if is_refresh:
            now = self._now()
            self._rotated(held, self._renewable(held), now)
        record = self.store.delete(family)
        self._revocation.revoke([family], self._access.outlived())
        if record is None or self._refresh.ended(record, self._now()) is not None:
            raise rejected(Reason.UNKNOWN, family)
        emit(Event.RENEWED, subject=subject, handle=family)
        # The data as the family had it when it ended, and not as the token has it: an update that
        # was acknowledged while this login was on its way is in no token that it could show.
        return self._begin(subject, record.data if owner in (None, subject) else b"{}", client)

    def _held(self, held: Any) -> tuple[str | None, str, bool]:
        """Return subject and family of either token, and whether it is a refresh token."""
        if isinstance(held, str) and held.count(".") == 1:
            record = self._renewable(held)
            return record.subject, record.handle, True
        claims = self._access.live(held)
        return claims.subject, claims.family, False

    def _renewable(self, renewal: str) -> Record:
        try:
            return self._refresh.live(renewal)
        except InvalidToken as exc:
            raise rejected(exc.reason) from exc

    def _rotated(self, renewal: str, record: Record, now: float) -> tuple[str, bool, Stamp]:
        stamp = self._revocation.stamp(record.subject, record.handle, self._access.outlived())
        try:
            token, repeated = self._refresh.rotate(renewal, record, now)
        except InvalidToken as exc:
            if exc.reason is Reason.REUSED:
                # The thief may hold an access token too.
                self._revocation.revoke([record.handle], self._access.outlived())
            raise rejected(exc.reason) from exc
        return token, repeated, stamp
