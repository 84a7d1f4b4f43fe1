"""Access tokens: signed here, and accepted again if they are authentic, acceptable and not revoked.

The hot path of a verifying node. What a client renews them with is in refresh.py.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from .claims import Claims, Stamp, check_addressees, check_instants, decode, encode
from .door import check_name
from .errors import InvalidToken, Reason
from .events import Event, emit
from .grants import Grant
from .keyring import KeyRing
from .lifetimes import Lifetimes
from .revocation.base import Revocation
from .signing import Signer
from .verified import VerifiedTokens


class AccessTokens:
    """Access tokens of one issuer for one audience: sign one, and say what one means.

    Every rejection is reported, with its reason.
    """

    def __init__(
        self,
        ring: KeyRing,
        revocation: Revocation,
        lifetimes: Lifetimes,
        verified: VerifiedTokens | None,
        now: Callable[[], float],
        *,
        issuer: str,
        audience: str,
    ) -> None:
        self.signer = self._own_signer = Signer(ring)
        self._revocation = revocation
        self._verified = verified
        self._now = now
        self._issuer = check_name(issuer, "issuer", "give the one text that `iss` is to be")
        self._audience = check_name(audience, "audience", "give the one text that `aud` is to be")
        self._access_s = int(lifetimes.access.total_seconds())
        self._absolute_s = int(lifetimes.absolute.total_seconds())
        self._leeway_s = lifetimes.leeway.total_seconds()

    def sign(
        self,
        subject: str | None,
        family: str,
        began_at: float,
        data: bytes,
        stamp: Stamp,
        signed_at: float,
    ) -> Grant:
        """Return a fresh token of *family*, which began at *began_at*; *data* is encoded already.

        *signed_at* is an instant before the family was last found alive. A node that stands
        still between that and the signature must not sign what outlives a denial made meanwhile.
        """
        now, began_at = int(signed_at), int(began_at)
        claims = Claims(
            self._issuer,
            self._audience,
            subject,
            # No token outlives its family: an update would carry a login past its limit.
            min(now + self._access_s, began_at + self._absolute_s),
            now,
            secrets.token_urlsafe(12),
            family,
            began_at,
            {},
            stamp.generation,
            stamp.status,
        )
        token = self.signer.sign(encode(claims, data))
        return Grant(token, float(claims.expires_at), family)

    def live(self, credential: str, fresh: bool = False) -> Claims:
        """The claims of a token that is to be accepted, or InvalidToken."""
        claims = self.authentic(credential)
        self.accept(claims, fresh)
        return claims

    def authentic(self, credential: str) -> Claims:
        """The claims of a token that was signed here, good for anything or not."""
        try:
            if self._verified is None or not isinstance(credential, str):
                claims = decode(self.signer.verify(credential))
            else:
                claims = self._remembered(credential, self._verified)
            check_addressees(claims, self._issuer, self._audience)
        except InvalidToken as exc:
            raise rejected(exc.reason) from exc
        return claims

    def accept(self, claims: Claims, fresh: bool = False) -> None:
        """Return if an authentic token is to be accepted now; else InvalidToken."""
        try:
            check_instants(claims, self._now(), self._leeway_s)
        except InvalidToken as exc:
            raise rejected(exc.reason, claims.family) from exc
        asked = self._revocation.is_revoked_afresh if fresh else self._revocation.is_revoked
        if asked(claims):
            raise rejected(Reason.REVOKED, claims.family)

    def outlived(self) -> float:
        """Return an instant that no token outlives which this clock has signed so far."""
        return self._now() + self._access_s + self._leeway_s

    def _remembered(self, credential: str, verified: VerifiedTokens) -> Claims:
        ring = self._own_signer.ring
        claims = verified.get(credential, ring)
        if claims is None:
            claims = decode(self.signer.verify(credential))
            verified.put(credential, ring, claims)
        return claims


def rejected(reason: Reason, handle: str | None = None) -> InvalidToken:
    """The rejection to raise, which is reported by this."""
    emit(Event.REJECTED, reason=reason.value, handle=handle)
    return InvalidToken(reason)
