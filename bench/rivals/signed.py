"""A mechanism over a library that signs and verifies, and does no more: the state is in the token.

Every check that our own tokens make and the library offers is asked for: signature, issuer,
audience, expiry, required claims.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from demo.auth import Client, Revocation, Scheme, Settings
from demo.metering import Meter

from .counting import checked
from .interface import Ended, Grant, Identity, Refused, Rival, new_handle

ISSUER = "https://demo.example"
AUDIENCE = "demo"
WHOLE_SECONDS_S = 1.0
"""Some accept a token until the second of its expiry is over; none claims a finer clock."""

Signing = tuple[
    Callable[[dict[str, Any]], str],
    Callable[[str], Mapping[str, Any]],
    tuple[type[Exception], ...],
]
"""What signs claims, what checks a credential and gives them back, and what that raises."""


class SignedTokens:
    """Tokens that *sign* makes of claims and *check* gives back, or raises one of *refusals*."""

    rejection = Refused
    outages: tuple[type[Exception], ...] = ()

    def __init__(
        self,
        sign: Callable[[dict[str, Any]], str],
        check: Callable[[str], Mapping[str, Any]],
        refusals: tuple[type[Exception], ...],
        lifetime_s: float,
    ) -> None:
        self._sign, self._check, self._refusals = sign, check, refusals
        self._lifetime_s = lifetime_s

    def issue(
        self, subject: str | None, data: Mapping[str, Any] | None = None, _: Client | None = None
    ) -> Grant:
        """Begin."""
        return self._grant(subject, dict(data or {}), new_handle(), time.time())

    def verify(self, credential: str, fresh: bool = False) -> Identity:  # noqa: ARG002 - always is
        """Have the library verify it."""
        try:
            claims = self._check(credential)
        except self._refusals as exc:
            raise Refused from exc
        return Identity(
            claims["sub"] or None,
            claims["data"],
            claims["handle"],
            claims["began"],
            float(claims["exp"]),
        )

    def update(self, credential: str, changes: Mapping[str, Any]) -> Grant:
        """Sign anew: the state is in the token."""
        held = self.verify(credential)
        data = {name: value for name, value in (held.data | changes).items() if value is not None}  # type: ignore[operator]  # both are dicts
        return self._grant(held.subject, data, held.handle, held.created_at)

    def renew(self, renewal: str, subject: str | None = None, _: Client | None = None) -> Grant:
        """Sign anew, at a login for *subject*."""
        held = self.verify(renewal)
        if subject is None or subject == held.subject:
            return self._grant(held.subject, dict(held.data), held.handle, held.created_at)
        data = dict(held.data) if held.subject is None else {}
        return self._grant(subject, data, new_handle(), time.time())

    def revoke(self, credential: str) -> Revocation:
        """End nothing before it expires."""
        return Ended("at-expiry", self.verify(credential).expires_at)

    def revoke_entry(self, subject: str, handle: str) -> None:
        """No such login: nothing is kept."""

    def revoke_all(self, subject: str, keep: str | None = None) -> Revocation:  # noqa: ARG002
        """End nothing before it expires."""
        return Ended("at-expiry", time.time() + self._lifetime_s)

    def entries(self, subject: str) -> None:
        """Nothing is kept that could be listed."""

    def _grant(self, subject: str | None, data: dict[str, Any], handle: str, began: float) -> Grant:
        now = int(time.time())
        expires_at = now + int(self._lifetime_s)
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject or "",
            "iat": now,
            "exp": expires_at,
            "jti": new_handle(),
            "handle": handle,
            "began": began,
            "data": data,
        }
        return Grant(self._sign(claims), float(expires_at), handle)


def scheme_of(settings: Settings, state: str, rival: Rival, signing: Signing) -> Scheme:
    """Build the scheme `token-bearer-<state>-expiry` of a library that signs and verifies."""
    sign, check, refusals = signing
    meter = Meter()
    check = checked(check, meter if settings.timing else None)
    lifetime_s = settings.access.total_seconds()
    return Scheme(
        name=f"token-bearer-{state}-expiry",
        summary=f"Tokens signed and verified by {rival.name}, no revocation but expiry.",
        mechanism=SignedTokens(sign, check, refusals, lifetime_s),
        transport="bearer",
        strength="at-expiry",
        bound_s=lifetime_s + WHOLE_SECONDS_S,
        shared=settings.keys_file is not None,
        take_measured=meter.take,
        kind="token",
        verified_with="secret",
        **rival.parts("expiry", beside="token-bearer-hs256-expiry"),
    )
