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
    """The refresh token, which `renew` takes; None if the one the client holds still stands."""


class Identity(msgspec.Struct, frozen=True):
    """A caller who was verified."""

    subject: str | None
    data: dict[str, Any]
    handle: str
    created_at: float
    expires_at: float
