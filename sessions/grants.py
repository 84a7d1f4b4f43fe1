"""What a client is given when it is let in, and who a caller turns out to be."""

from __future__ import annotations

from typing import Any

import msgspec


class Grant(msgspec.Struct, frozen=True):
    """What a client receives when it is let in."""

    credential: str
    expires_at: float
    handle: str
    renewal: str | None = None
    """None: the session ID itself is what `renew` takes."""


class Identity(msgspec.Struct, frozen=True):
    """A caller who was verified."""

    subject: str | None
    data: dict[str, Any]
    handle: str
    created_at: float
    expires_at: float
    renewal_due: bool = False
    """Whether the credential is old enough to be replaced in mid-session, by `renew`."""
