"""The token store: the contract that every store keeps, and `tokens.testing` checks.

It keeps what a server must remember of tokens that travel: families of refresh tokens, and what
was denied. A handle names a family; a key is the digest of one of its refresh tokens.

Each operation is one atomic step: it happens whole or not at all, and two of them happen one
after the other. No operation but `create` brings a family into being, so whatever loses the
race against a `delete` loses it for good.

*expires_at* and *until* are when something may be cleared away, not when it ends: the manager
decides that by its own clock. A store may keep the dead longer, never the living shorter.

An exception means that the store could not answer, and is the client's own. A record that
cannot be read is absent, and reported as `Event.DAMAGED`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..record import Record, Rotation


class TokenStore(Protocol):
    """Where families of refresh tokens and denials are kept."""

    @property
    def outages(self) -> tuple[type[Exception], ...]:
        """What this store's client raises when it cannot answer; empty if it always can."""

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        """Begin a family whose current refresh token is *key*, and list it under its subject.

        Handle and key are fresh and random: what is there already is not replaced.
        """

    def read(self, handle: str, key: bytes) -> Record | None:
        """The family *handle* if the refresh token *key* is of it, spent or not; or None."""

    def merge(self, handle: str, data: bytes) -> bool:
        """Keep *data* for the next renewal, and say whether the family was still there.

        The later of two concurrent calls wins: state that travels in a token is replaced whole.
        """

    def replace(
        self,
        handle: str,
        key: bytes,
        new_key: bytes,
        nonce: bytes,
        seen_at: float,
        expires_at: float,
        grace_since: float,
    ) -> Rotation:
        """Spend the refresh token *key* of the family *handle*, and make *new_key* current.

        Of concurrent calls with one key, one is ROTATED; the others are REPEATED and given the
        winner's nonce, if it won at *grace_since* or later. REUSED ends the family in this step.
        """

    def delete(self, handle: str) -> Record | None:
        """End a family, and give what it was; None if there was none."""

    def delete_handle(self, subject: str, handle: str) -> bool:
        """End the family *handle* of *subject*, and say whether there was one."""

    def delete_subject(self, subject: str, keep: str | None = None) -> Sequence[str]:
        """End all families of *subject* but the handle *keep*, and give their handles.

        Costs as much as that subject has families, whatever the size of the store. A family
        that begins while this runs may survive it.
        """

    def list_subject(self, subject: str) -> Sequence[Record]:
        """The records of *subject* in no order."""

    def deny(self, names: Sequence[str], until: float) -> None:
        """Remember each of *names* as denied at least until *until*. Never shortens a denial."""

    def is_denied(self, name: str) -> bool:
        """Whether *name* was denied. One round trip; changes nothing."""

    def reap(self, now: float, limit: int = 1000) -> int:
        """Clear away at most *limit* families and denials that are past, and say how many.

        Zero where the store does that by itself.
        """

    def ping(self) -> None:
        """Return if the store answers; raise one of `outages` if not."""

    def close(self) -> None:
        """Let go of connections and files. The store is not usable afterwards."""
