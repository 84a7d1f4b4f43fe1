"""PASETO v4.local by pyseto: encrypted and authenticated under one key, as HS256 has one.

https://pyseto.readthedocs.io/en/latest/paseto_usage.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pyseto import Key, Paseto, PysetoError

from demo.auth import Scheme, Settings

from .interface import Rival, secret
from .signed import AUDIENCE, scheme_of
from .stores import NO_STATE

RIVAL = Rival(
    "pyseto",
    "pyseto",
    "https://pyseto.readthedocs.io/en/latest/paseto_usage.html",
    NO_STATE,
    apart="decrypts as well",
)
RIVALS = {"token-bearer-paseto-expiry": RIVAL}


def paseto_expiry(settings: Settings) -> Scheme:
    """PASETO v4.local; the library writes and checks `exp` in its own form."""
    key = Key.new(version=4, purpose="local", key=secret(settings)[:32])
    paseto = Paseto.new(exp=int(settings.access.total_seconds()), include_iat=True)

    def check(text: str) -> Mapping[str, Any]:
        claims = paseto.decode(key, text, deserializer=json, aud=AUDIENCE).payload
        assert isinstance(claims, dict), "the deserializer made it one"
        return claims | {"exp": datetime.fromisoformat(claims["exp"]).timestamp()}

    def sign(claims: dict[str, Any]) -> str:
        own = {name: value for name, value in claims.items() if name not in ("iat", "exp")}
        return paseto.encode(key, own, serializer=json).decode()

    return scheme_of(settings, "paseto", RIVAL, (sign, check, (PysetoError, ValueError)))
