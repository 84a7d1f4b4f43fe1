"""A mechanism over libraries that give an access and a refresh token, with the state in both."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from demo.auth import Client

from .interface import Grant, Identity, Refused, new_handle


class PairedTokens(ABC):
    """What such libraries have in common; an adapter adds the library's own calls."""

    rejection = Refused
    outages: tuple[type[Exception], ...] = ()

    @abstractmethod
    def accepted(self, credential: str) -> Identity:
        """What the library makes of the access token of a request, or Refused."""

    @abstractmethod
    def rotated(self, renewal: str) -> Grant:
        """What the library gives for a refresh token, or Refused."""

    @abstractmethod
    def pair(self, subject: str | None, claims: Mapping[str, Any]) -> Grant:
        """Two tokens with these *claims*: `data`, `handle`, `began`."""

    def issue(
        self, subject: str | None, data: Mapping[str, Any] | None = None, _: Client | None = None
    ) -> Grant:
        """Begin."""
        return self.pair(subject, _claims(data or {}, new_handle(), time.time()))

    def verify(self, credential: str, fresh: bool = False) -> Identity:  # noqa: ARG002 - always is
        """Have the library verify it."""
        return self.accepted(credential)

    def update(self, credential: str, changes: Mapping[str, Any]) -> Grant:
        """Issue a new pair: the state is in the tokens."""
        held = self.accepted(credential)
        data = {**held.data, **changes}
        kept = {name: value for name, value in data.items() if value is not None}
        return self.pair(held.subject, _claims(kept, held.handle, held.created_at))

    def renew(self, renewal: str, subject: str | None = None, _: Client | None = None) -> Grant:
        """What the library does with a refresh token; at a login, a new pair."""
        if subject is None:
            return self.rotated(renewal)
        held = self.accepted(renewal)
        if held.subject == subject:
            return self.pair(subject, _claims(held.data, held.handle, held.created_at))
        data = held.data if held.subject is None else {}
        return self.pair(subject, _claims(data, new_handle(), time.time()))

    def revoke_entry(self, subject: str, handle: str) -> None:  # noqa: B027 - the answer is None
        """No such login: the library keeps no list of them."""

    def entries(self, subject: str) -> None:  # noqa: B027 - the answer is None
        """The library keeps no list of logins."""


def _claims(data: Mapping[str, Any], handle: str, began: float) -> dict[str, Any]:
    return {"data": dict(data), "handle": handle, "began": began}


def identity_of(claims: Mapping[str, Any], subject: str | None) -> Identity:
    """The caller that *claims* are about."""
    expires_at = float(claims["exp"])
    return Identity(subject, claims["data"], claims["handle"], claims["began"], expires_at)
