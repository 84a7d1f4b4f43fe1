"""joserfc, as its guide to JWT shows it, with every claim required that the registry can require.

https://jose.authlib.org/en/guide/jwt/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from demo.auth import Scheme, Settings

from .interface import Rival, secret
from .signed import AUDIENCE, ISSUER, scheme_of
from .stores import NO_STATE

RIVAL = Rival("joserfc", "joserfc", "https://jose.authlib.org/en/guide/jwt/", NO_STATE)
RIVALS = {"token-bearer-joserfc-expiry": RIVAL}


def joserfc_expiry(settings: Settings) -> Scheme:
    """HS256 by joserfc."""
    key = OctKey.import_key(secret(settings))
    registry = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
        sub={"essential": True, "allow_blank": True},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
    )

    def check(text: str) -> Mapping[str, Any]:
        token = jwt.decode(text, key)  # of what it recommends, a secret key fits HS256 alone
        registry.validate(token.claims)
        return token.claims

    def sign(claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "HS256"}, claims, key)

    return scheme_of(settings, "joserfc", RIVAL, (sign, check, (JoseError, ValueError)))
