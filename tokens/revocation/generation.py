"""A generation: an integer per subject, which every token carries and a logout everywhere moves."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from ..claims import Claims, Stamp
from ..door import check_name, check_parts
from ..stores.base import TokenStore
from ..strength import Immediate, Strength
from .base import SPARE_S, Plain

FIRST_BELOW = 2**32
STEP_BELOW = 2**16
"""A step is drawn at random too. A store that comes back with its last writes missing would
otherwise give the number of lost tokens to new ones, and one day the other way round."""


class Generation(Plain):
    """Strength Immediate, one round trip a verify, and one write to call back all of a subject.

    A token is good while its generation *is* its subject's: not "at least", and no clock, since
    two clocks, or two events in one second, would let a revoked token pass. A logout of one
    family cannot move the generation, which belongs to all of them: it is a denial, looked up
    in the same round trip.

    A generation begins at a random number and is kept as long as a token that carries it. So a
    store that loses generations logs its subjects out, as a lost session does; it does not let
    revoked tokens in. (A denial that it loses does, until that token expires.)
    """

    by_subject = True

    def __init__(self, store: TokenStore, issuer: str) -> None:
        check_parts(store, TokenStore, "store", "as RedisStore(client) makes one")
        self._store = store
        self._issuer = check_name(issuer, "issuer", "give the one text that `iss` is to be")

    def strength(self, until: float) -> Strength:  # noqa: ARG002 - always the same
        return Immediate()

    def stamp(self, subject: str | None, family: str, until: float) -> Stamp:  # noqa: ARG002
        if subject is None:
            return Stamp()
        first = secrets.randbelow(FIRST_BELOW)
        return Stamp(
            generation=self._store.advance(self._counter(subject), 0, first, until + SPARE_S)
        )

    def is_revoked(self, claims: Claims) -> bool:
        name = f"{self._issuer} {claims.family}"
        if claims.subject is None:
            return self._store.is_denied(name)
        denied, generation = self._store.standing(name, self._counter(claims.subject))
        # A token without one, from before this strategy, must not equal a generation that is lost.
        return denied or generation is None or claims.generation != generation

    def revoke(self, families: Sequence[str], until: float) -> Strength:
        self._store.deny([f"{self._issuer} {family}" for family in families], until + SPARE_S)
        return Immediate()

    def revoke_subject(self, subject: str, families: Sequence[str], until: float) -> Strength:  # noqa: ARG002
        step = 1 + secrets.randbelow(STEP_BELOW)
        first = secrets.randbelow(FIRST_BELOW)
        self._store.advance(self._counter(subject), step, first, until + SPARE_S)
        return Immediate()

    def _counter(self, subject: str) -> str:
        return f"{self._issuer} generation {subject}"
