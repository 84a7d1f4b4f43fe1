"""No revocation at all: a token works until it expires, and this says so."""

from __future__ import annotations

from collections.abc import Sequence

from ..claims import Claims
from ..strength import AtExpiry, Strength
from .base import Plain


class Expiry(Plain):
    """Strength AtExpiry, no store, no cost. What bounds the window is the access lifetime.

    A logout still ends the family, so that no refresh token makes a new access token.
    """

    def strength(self, until: float) -> Strength:
        return AtExpiry(until)

    def is_revoked(self, claims: Claims) -> bool:  # noqa: ARG002 - nobody remembers
        return False

    def revoke(self, families: Sequence[str], until: float) -> Strength:  # noqa: ARG002
        return AtExpiry(until)

    def revoke_subject(self, subject: str, families: Sequence[str], until: float) -> Strength:  # noqa: ARG002
        return AtExpiry(until)
