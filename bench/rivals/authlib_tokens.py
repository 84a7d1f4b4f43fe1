"""Authlib's JsonWebToken, as its documentation shows it, limited to one algorithm.

The module warns on import that joserfc replaces it; it is what existing apps have.

https://docs.authlib.org/en/stable/jose/jwt.html
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

with warnings.catch_warnings(record=True):
    # It insists on being heard, and would be in each process that measures it.
    from authlib.jose import JsonWebToken
    from authlib.jose.errors import JoseError

from demo.auth import Scheme, Settings

from .interface import Rival, secret
from .signed import AUDIENCE, ISSUER, scheme_of
from .stores import NO_STATE

RIVAL = Rival("Authlib", "authlib", "https://docs.authlib.org/en/stable/jose/jwt.html", NO_STATE)
RIVALS = {"token-bearer-authlib-expiry": RIVAL}


def authlib_expiry(settings: Settings) -> Scheme:
    """HS256 by Authlib."""
    tokens, key = JsonWebToken(["HS256"]), secret(settings)
    options = {
        "iss": {"essential": True, "value": ISSUER},
        "aud": {"essential": True, "value": AUDIENCE},
        "iat": {"essential": True},
        "exp": {"essential": True},
        "jti": {"essential": True},
    }

    def check(text: str) -> Mapping[str, Any]:
        claims = tokens.decode(text, key, claims_options=options)
        claims.validate()
        return claims  # type: ignore[no-any-return]  # a dict

    def sign(claims: dict[str, Any]) -> str:
        return str(tokens.encode({"alg": "HS256"}, claims, key).decode())

    return scheme_of(settings, "authlib", RIVAL, (sign, check, (JoseError, ValueError)))
