"""What sessions raise.

Error tree:
    SessionError(Exception)
        InvalidSession      the credential is refused; `reason` says why, for the audit log alone
        DataTooLarge        the user data would pass its limit; also a ValueError
        TooManySessions     the subject has as many sessions as it may; also a ValueError

A store that cannot answer raises its client's own exceptions: an outage is not a rejection.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a credential was refused. Never tell the client: all of them look alike to it."""

    MALFORMED = "malformed"
    """Not of the form this package makes."""
    UNKNOWN = "unknown"
    """Never issued, renewed since, revoked, or already cleared away."""
    INACTIVE = "inactive"
    """Not used for the inactivity timeout."""
    EXPIRED = "expired"
    """Past its absolute lifetime."""


class SessionError(Exception):
    """The root of what this package raises."""


class InvalidSession(SessionError):
    """The credential is refused."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class DataTooLarge(SessionError, ValueError):
    """The user data would pass its limit; nothing was changed."""

    def __init__(self, key: str, limit_bytes: int) -> None:
        super().__init__(
            f"session data is limited to {limit_bytes} bytes, and {key!r} does not fit: "
            "store a reference to it instead"
        )
        self.key = key
        self.limit_bytes = limit_bytes


class TooManySessions(SessionError, ValueError):
    """The subject has as many sessions as it may, and this one was not begun."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"there are {limit} sessions already: end one of them first")
        self.limit = limit
