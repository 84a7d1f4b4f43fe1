"""What tokens raise.

Error tree:
    TokenError(Exception)
        InvalidToken        the credential is refused; `reason` says why, for the audit log alone
        DataTooLarge        the user data would pass its limit; also a ValueError
        TooManyTokens       the subject has as many families as it may; also a ValueError

A store that cannot answer raises its client's own exceptions: an outage is not a rejection.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a credential was refused. Never tell the client: all of them look alike to it."""

    MALFORMED = "malformed"
    """Not of the form this package makes, or too long."""
    HEADER = "header"
    """A header parameter that must not be there, or a `typ` that is not `at+jwt`."""
    KEY = "key"
    """No key of that `kid` verifies, or the key is for another algorithm."""
    SIGNATURE = "signature"
    """The signature is not that key's."""
    CLAIMS = "claims"
    """A required claim is missing or of the wrong type."""
    ISSUER = "issuer"
    """Issued by another."""
    AUDIENCE = "audience"
    """Issued for another."""
    IMMATURE = "immature"
    """Not valid yet (`nbf`, or an `iat` in the future)."""
    EXPIRED = "expired"
    """Past `exp`, or past the absolute lifetime of its family."""
    INACTIVE = "inactive"
    """A refresh token that was not used for the inactivity timeout."""
    REVOKED = "revoked"
    """Revoked, as far as the strategy can tell."""
    UNKNOWN = "unknown"
    """A refresh token that was never issued, or whose family has ended."""
    REUSED = "reused"
    """A refresh token that was used before: its family has ended now."""


class TokenError(Exception):
    """The root of what this package raises."""


class InvalidToken(TokenError):
    """The credential is refused."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class DataTooLarge(TokenError, ValueError):
    """The user data would pass its limit; nothing was changed."""

    def __init__(self, key: str, limit_bytes: int) -> None:
        super().__init__(
            f"token data is limited to {limit_bytes} bytes, and {key!r} does not fit: "
            "store a reference to it instead"
        )
        self.key = key
        self.limit_bytes = limit_bytes


class TooManyTokens(TokenError, ValueError):
    """The subject has as many families of tokens as it may, and this one was not begun."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"there are {limit} logins already: end one of them first")
        self.limit = limit
