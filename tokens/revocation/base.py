"""The revocation strategy: how a token that travels can be called back, and how soon.

A strategy is asked on every `verify`, after signature and claims were found good, so what it
costs is what revocability costs. What it needs to find again in a token, such as a generation,
it has stamped on it when it is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..claims import CLOCKS_DIFFER_S, NO_STAMP, Claims, Stamp
from ..strength import Strength

SPARE_S = 2 * CLOCKS_DIFFER_S
"""How much longer than its tokens a denial or a generation is kept. The clock of the node that
signed may be ahead of the one that revokes, and that of who clears away ahead of a verifier's."""


class Lookup(Protocol):
    """What a verifier needs that calls nothing back itself."""

    @property
    def outages(self) -> tuple[type[Exception], ...]:
        """What this raises, besides the store's own, when it cannot tell: never a rejection."""

    def is_revoked(self, claims: Claims) -> bool:
        """Whether the token with these *claims* was called back, as far as this node can tell."""


class Revocation(Lookup, Protocol):
    """One way to make access tokens stop working before they expire.

    In each call *until* is an instant that none of the tokens it is about outlives, by the clock
    of the node that asks; what is kept is kept for `SPARE_S` longer, since clocks differ.
    """

    @property
    def by_subject(self) -> bool:
        """Whether `revoke_subject` calls back what it was never told of.

        If so it comes after the families have ended, and once; else their handles are needed,
        and are called back before as well, so that a call cut short can be repeated.
        """

    def strength(self, until: float) -> Strength:
        """What a revocation achieves here: its claim, which measurement may break."""

    def stamp(self, subject: str | None, family: str, until: float) -> Stamp:
        """What the next token of *family* must carry.

        Asked for *before* the family is found to be alive: a revocation that comes in between
        then either ends the family in time or calls the stamp back.
        """

    def is_revoked_afresh(self, claims: Claims) -> bool:
        """As `is_revoked`, as far as the store can tell, whatever this node remembers."""

    def revoke(self, families: Sequence[str], until: float) -> Strength:
        """Call back all access tokens of *families*. Twice is as good as once."""

    def revoke_subject(self, subject: str, families: Sequence[str], until: float) -> Strength:
        """Call back all access tokens of *subject*, whose known families are *families*."""

    def close(self) -> None:
        """Stop what runs beside the calls. The store is not closed: it is its owner's."""


class Plain:
    """What a strategy does about the rest of the Protocol if it needs nothing special."""

    outages: tuple[type[Exception], ...] = ()
    by_subject = False

    def stamp(self, subject: str | None, family: str, until: float) -> Stamp:  # noqa: ARG002
        """Nothing: the token names its family."""
        return NO_STAMP

    def is_revoked(self, claims: Claims) -> bool:
        """For each strategy to say."""
        raise NotImplementedError

    def is_revoked_afresh(self, claims: Claims) -> bool:
        """The same: nothing is remembered from one call to the next."""
        return self.is_revoked(claims)

    def close(self) -> None:
        """Nothing runs beside the calls."""
