"""Over Flask-JWT-Extended, as the pages cited in flask_jwt.py show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flask_jwt_extended as extended
import jwt
import redis
from flask import Flask
from flask_jwt_extended.exceptions import JWTExtendedException

from demo.auth import Revocation
from demo.metering import Meter

from .counting import checked
from .interface import Ended, Grant, Identity, Nothing, Refused, lasting
from .pairs import PairedTokens, identity_of


class ExtendedTokens(PairedTokens):
    """Over `decode_token`, and the page's denylist if there is a *client*."""

    def __init__(self, app: Flask, meter: Meter | None, client: Any = None) -> None:
        self._app, self._client = app, client
        self._decode: Callable[[str], dict[str, Any]] = checked(extended.decode_token, meter)
        self._access = app.config["JWT_ACCESS_TOKEN_EXPIRES"]
        self.outages = (redis.RedisError,)

    def accepted(self, credential: str) -> Identity:
        """What `@jwt_required()` does with the token it found."""
        claims = self._claims_of(credential, "access")
        return identity_of(claims, claims["sub"] or None)

    def rotated(self, renewal: str) -> Grant:
        """What `@jwt_required(refresh=True)` guards: another access token."""
        claims = self._claims_of(renewal, "refresh")
        own = {name: claims[name] for name in ("data", "handle", "began")}
        with self._app.app_context():
            access = extended.create_access_token(claims["sub"], additional_claims=own)
        return Grant(access, lasting(self._access.total_seconds()), own["handle"], renewal)

    def revoke(self, credential: str) -> Revocation:
        """`DELETE /logout` of the page cited above."""
        claims = self._claims_of(credential, "access")
        if self._client is None:
            return Ended("at-expiry", float(claims["exp"]))
        self._client.set(claims["jti"], "", ex=self._access)
        return Ended("immediate")

    def revoke_all(self, subject: str, keep: str | None = None) -> Revocation:  # noqa: ARG002 - it cannot
        """End nothing before it expires."""
        at = lasting(self._access.total_seconds())
        return Nothing() if self._client else Ended("at-expiry", at)

    def pair(self, subject: str | None, claims: Mapping[str, Any]) -> Grant:
        """As the page on refresh tokens does at a login."""
        own = dict(claims)
        with self._app.app_context():
            access = extended.create_access_token(subject or "", additional_claims=own)
            refresh = extended.create_refresh_token(subject or "", additional_claims=own)
        return Grant(access, lasting(self._access.total_seconds()), own["handle"], refresh)

    def _claims_of(self, token: str, kind: str) -> dict[str, Any]:
        try:
            with self._app.app_context():
                claims = self._decode(token)
        except (jwt.PyJWTError, JWTExtendedException, ValueError) as exc:
            raise Refused from exc
        if claims["type"] != kind:
            raise Refused
        if self._client is not None and self._client.get(claims["jti"]) is not None:
            raise Refused
        return claims
