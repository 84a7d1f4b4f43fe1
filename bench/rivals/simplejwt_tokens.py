"""Over simplejwt, once Django is set up, which its models must wait for; see simplejwt.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DatabaseError
from rest_framework.exceptions import APIException
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken

from demo.auth import Revocation, Settings
from demo.metering import Meter

from . import django_setup
from .counting import checked
from .interface import Ended, Grant, Identity, Refused, lasting
from .pairs import PairedTokens, identity_of

ANONYMOUS = "tokens are for users: there is no anonymous visitor"


class SimpleTokens(PairedTokens):
    """Over `JWTAuthentication`, `RefreshToken` and the blacklist app."""

    def __init__(self, settings: Settings, meter: Meter | None) -> None:
        self._authentication = JWTAuthentication()
        self._validated = checked(self._authentication.get_validated_token, meter)
        self._access_s = settings.access.total_seconds()
        self._counter = django_setup.count_queries(meter) if meter else None
        self.outages = (DatabaseError,)

    def accepted(self, credential: str) -> Identity:
        """What `JWTAuthentication.authenticate` does with the token of the header."""
        with django_setup.request(self._counter):
            try:
                token = self._validated(credential.encode())
                user = self._authentication.get_user(token)
            except (APIException, TokenError) as exc:
                raise Refused from exc
        return identity_of(token.payload, user.username)

    def rotated(self, renewal: str) -> Grant:
        """What `TokenRefreshView` does."""
        rotation = TokenRefreshSerializer(data={"refresh": renewal})
        with django_setup.request():
            try:
                rotation.is_valid(raise_exception=True)
            except (APIException, TokenError) as exc:
                raise Refused from exc
        # Its access token says which refresh token a logout is to end; by now that is another.
        refresh: Any = RefreshToken(rotation.validated_data["refresh"], verify=False)
        return _pair_of(refresh)

    def revoke(self, credential: str) -> Revocation:
        """Blacklist the refresh token of the pair; the access token lives until it expires."""
        held = self._validated(credential.encode())
        _blacklist(OutstandingToken.objects.filter(jti=held["pair"]))
        return Ended("at-expiry", float(held["exp"]))

    def revoke_all(self, subject: str, keep: str | None = None) -> Revocation:  # noqa: ARG002 - it cannot
        """Blacklist every refresh token of the user; which one to keep it cannot tell."""
        _blacklist(OutstandingToken.objects.filter(user__username=subject))
        return Ended("at-expiry", lasting(self._access_s))

    def pair(self, subject: str | None, claims: Mapping[str, Any]) -> Grant:
        """As `TokenObtainPairView` does; ValueError for an anonymous visitor."""
        if subject is None:
            raise ValueError(ANONYMOUS)
        with django_setup.request():
            user, _ = get_user_model().objects.get_or_create(username=subject)
            refresh: Any = RefreshToken.for_user(user)
        for name, value in claims.items():
            refresh[name] = value
        return _pair_of(refresh)


def _pair_of(refresh: Any) -> Grant:
    refresh["pair"] = refresh["jti"]
    access = refresh.access_token
    return Grant(str(access), float(access["exp"]), refresh["handle"], str(refresh))


def _blacklist(outstanding: Iterable[Any]) -> None:
    with django_setup.request():
        for token in outstanding:
            BlacklistedToken.objects.get_or_create(token=token)
