"""What the templates show of instants and of tokens."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime


def moment(instant: float) -> str:
    """Give an instant as people read it."""
    try:
        return datetime.fromtimestamp(instant, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return "an unknown time"


def decoded(credential: str) -> dict[str, str] | None:
    """
    Give a token's header and claims as indented JSON; None for what is opaque.

    Decoded only: that says nothing about whether the signature is good.
    """
    parts = credential.split(".")
    if len(parts) != 3:
        return None
    try:
        header, claims = (json.loads(_unpadded(part)) for part in parts[:2])
    except (ValueError, RecursionError):
        return None
    return {
        "header": json.dumps(header, indent=2),
        "claims": json.dumps(claims, indent=2),
    }


def _unpadded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
