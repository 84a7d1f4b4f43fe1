"""Tokens with any header and any claims, well signed with the key that the tests' managers know."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from tokens import Key

from .conftest import AUDIENCE, ISSUER, RING

HS256 = RING


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def header_of(key: Key, **changes: Any) -> dict[str, Any]:
    known = {"alg": key.algorithm.value, "kid": key.kid, "typ": "at+jwt", **changes}
    return {name: value for name, value in known.items() if value is not ...}


def claims_at(now: float, **changes: Any) -> dict[str, Any]:
    known = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "exp": int(now) + 60,
        "iat": int(now),
        "jti": "id",
        "sid": "family",
        "auth_time": int(now),
        **changes,
    }
    return {name: value for name, value in known.items() if value is not ...}


def forged(
    header: Mapping[str, Any] | bytes,
    claims: Mapping[str, Any] | bytes,
    secret: bytes | None = None,
) -> str:
    """A token with these very parts, signed by HMAC with *secret* (the test ring's own if None)."""
    private = HS256.signing.private
    assert isinstance(private, bytes)
    parts = [x if isinstance(x, bytes) else json.dumps(x).encode() for x in (header, claims)]
    signed = ".".join(base64url(part) for part in parts)
    signature = hmac.digest(secret or private, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64url(signature)}"
