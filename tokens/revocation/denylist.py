"""A denylist: families that were called back, looked up on every verify."""

from __future__ import annotations

from collections.abc import Sequence

from ..claims import Claims
from ..door import check_name, check_parts
from ..stores.base import TokenStore
from ..strength import Immediate, Strength
from .base import SPARE_S, Plain


class Denylist(Plain):
    """Strength Immediate, one lookup a verify: a session's price for a session's revocation.

    Names issuer and family, never the text of a token: every ECDSA signature has a twin that
    verifies as well, under which a denied token would come back. A denial is kept until the last
    token of its family has expired. A store that loses denials lets revoked tokens in again.
    """

    def __init__(self, store: TokenStore, issuer: str) -> None:
        check_parts(store, TokenStore, "store", "as RedisStore(client) makes one")
        self._store = store
        self._issuer = check_name(issuer, "issuer", "give the one text that `iss` is to be")

    def strength(self, until: float) -> Strength:  # noqa: ARG002 - always the same
        return Immediate()

    def is_revoked(self, claims: Claims) -> bool:
        return self._store.is_denied(f"{self._issuer} {claims.family}")

    def revoke(self, families: Sequence[str], until: float) -> Strength:
        self._store.deny([f"{self._issuer} {family}" for family in families], until + SPARE_S)
        return Immediate()

    def revoke_subject(self, subject: str, families: Sequence[str], until: float) -> Strength:  # noqa: ARG002
        return self.revoke(families, until)
