"""A verifier elsewhere: accepts another issuer's tokens, with its public keys and no store."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from .claims import check_addressees, check_instants, decode
from .door import check_callable, check_duration, check_name, check_parts
from .errors import InvalidToken, Reason
from .events import Event, emit
from .grants import Identity
from .jwks import JwksClient, KeysUnavailable
from .keyring import KeyRing
from .revocation.base import Lookup
from .revocation.expiry import Expiry
from .signing import Signer


class TokenVerifier:
    """The verb `verify` alone, for a service that issues nothing.

    *keys* is a ring, or a client that fetches one. Without a *revocation* a token works until it
    expires; `StatusListClient`, or `Snapshot` over a store of the issuer's, knows better.
    """

    rejection = InvalidToken

    def __init__(
        self,
        keys: KeyRing | JwksClient,
        revocation: Lookup | None = None,
        *,
        issuer: str,
        audience: str,
        leeway: timedelta = timedelta(0),
        now: Callable[[], float] = time.time,
    ) -> None:
        if not isinstance(keys, (KeyRing, JwksClient)):
            raise TypeError("keys is a KeyRing, or a client that fetches one: JwksClient(url)")
        if revocation is not None:
            check_parts(revocation, Lookup, "revocation", "as StatusListClient(...) makes one")
        check_callable(now, "now")
        if not timedelta(0) <= check_duration(leeway, "leeway") <= timedelta(minutes=2):
            raise ValueError("leeway is for clocks that differ: at most two minutes")
        self.outages = (KeysUnavailable, *(revocation.outages if revocation else ()))
        self._client = keys if isinstance(keys, JwksClient) else None
        self._signer = Signer(keys) if isinstance(keys, KeyRing) else None
        self._revocation: Lookup = revocation or Expiry()
        self._issuer = check_name(issuer, "issuer", "give the one text that `iss` is to be")
        self._audience = check_name(audience, "audience", "give the one text that `aud` is to be")
        self._leeway_s = leeway.total_seconds()
        self._now = now

    def verify(self, credential: str) -> Identity:
        """The caller behind *credential*, or InvalidToken; an outage if no key is known yet."""
        try:
            claims = decode(self._authentic(credential))
            check_addressees(claims, self._issuer, self._audience)
            check_instants(claims, self._now(), self._leeway_s)
            if self._revocation.is_revoked(claims):
                raise InvalidToken(Reason.REVOKED)
        except InvalidToken as exc:
            emit(Event.REJECTED, reason=exc.reason.value)
            raise
        return Identity(
            claims.subject,
            claims.data,
            claims.family,
            float(claims.began_at),
            float(claims.expires_at),
        )

    def _authentic(self, credential: str) -> bytes:
        signer = self._current(unknown=False)
        try:
            return signer.verify(credential)
        except InvalidToken as exc:
            # Only a token that is well formed and names another key is worth asking the issuer.
            if exc.reason is not Reason.KEY or self._client is None:
                raise
            renewed = self._current(unknown=True)
            if renewed is signer:
                raise
            return renewed.verify(credential)

    def _current(self, unknown: bool) -> Signer:
        if self._client is not None:
            ring = self._client.ring(unknown)
            if self._signer is None or self._signer.ring is not ring:
                self._signer = Signer(ring)
        assert self._signer is not None  # a ring was given, or has been fetched
        return self._signer
