"""The token store: the contract that every store keeps, and `tokens.testing` checks.

It keeps what a server must remember of tokens that travel: families of refresh tokens, what was
denied, in the order in which it was, and counters. A handle names a family; a key is the digest
of one of its refresh tokens.

Each operation is one atomic step: it happens whole or not at all, and two of them happen one
after the other. No operation but `create` brings a family into being, so whatever loses the
race against a `delete` loses it for good.

*expires_at* and *until* are when something may be cleared away, not when it ends: the manager
decides that by its own clock. A store may keep the dead longer, never the living shorter.

An exception means that the store could not answer, and is the client's own. A record that
cannot be read is absent, and reported as `Event.DAMAGED`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Protocol

import msgspec

from ..record import Record, Rotation

GARBAGE_S = 300
"""How much longer than its family a record is kept, where a store clears away by itself: a clock
that is ahead of the manager's ends nobody's login then."""
SWEPT = 8
"""How many records that are past by so much `create` clears away, where the store does not: what is
kept is bounded by what is alive, and `reap` is for what nobody follows."""
LINEAGE_BYTES = 16
"""How many bytes a key begins with that are the same for all refresh tokens of a family."""
SPENT_KEPT = 16
"""How many spent keys of a family are kept. An older one is known by its lineage: it is reused."""


class Cursor(msgspec.Struct, frozen=True):
    """How far somebody has read the denials: a sequence number, never a clock."""

    life: str
    """Another one after the store may have lost something: its numbers start over."""
    sequence: int


class Changes(msgspec.Struct, frozen=True):
    """A page of denials in the order in which they were made."""

    denials: list[tuple[str, float]]
    """Each name, and until when it is denied. One name may stand in it twice."""
    cursor: Cursor
    """Where the next page begins."""
    more: bool
    """Whether there may be one already."""


class Listener(Protocol):
    """Waits for denials without asking for them. Belongs to one thread."""

    def wait(self, timeout_s: float) -> bool:
        """Return as soon as something was denied, True; or after *timeout_s*, False."""

    def confirm(self) -> bool:
        """Whether something may have been denied that `wait` has not told of yet.

        False is certain for everything that was acknowledged before this call: the store itself
        answered, and it answers in order. Raises one of the store's `outages` otherwise.
        """

    def close(self) -> None:
        """Stop listening."""


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
        """The family *handle* if the refresh token *key* is of it, spent or not; or None.

        A key is of it if it is kept, or begins as the current one does: `is_of_family`.
        """

    def merge(self, handle: str, data: bytes, seen_after: float) -> bool:
        """Keep *data* for the next renewal, and say whether the family was still there.

        One that was not refreshed after *seen_after* counts as gone: nobody has cleared it away
        yet, and its access tokens must not carry it on.

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
        winner's nonce, if it won at *grace_since* or later. REUSED ends the family in this step,
        and gives the nonce of then, when *key* was spent, and the key that was current. Of spent
        keys the last `SPENT_KEPT` are kept. An older one of the family is REUSED as well, with an
        empty nonce and at no known time.
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
        """Remember each of *names* as denied at least until *until*. Never shortens a denial.

        Each takes the next place in the order of denials, unless it was denied as long before.
        """

    def is_denied(self, name: str) -> bool:
        """Whether *name* was denied. One round trip; changes nothing."""

    def denied_since(self, cursor: Cursor | None, limit: int = 10_000) -> Changes:
        """The next at most *limit* denials after *cursor*, without some that are past.

        From the first one on if *cursor* is None or of another life of the store. Who always
        goes on from the last cursor misses no denial that was acknowledged before it asked:
        numbers become visible in their order, whatever order writers finish in.
        """

    def listen(self) -> Listener | None:
        """A listener to denials from now on; None where the store cannot tell anybody."""

    def advance(self, counter: str, step: int, first: int, until: float) -> int:
        """Add *step* to *counter*, or make it *first* if there is none; give what it is then.

        Keeps it at least until *until*, and never less long than before. Of concurrent calls
        each has its effect, and no value is given twice where *step* is above zero.
        """

    def standing(self, name: str, counter: str) -> tuple[bool, int | None]:
        """Whether *name* was denied, and what *counter* is. One round trip; changes nothing."""

    def reap(self, now: float, limit: int = 1000) -> int:
        """Clear away at most *limit* families, denials and counters that are past; say how many.

        Zero where the store does that by itself.
        """

    def ping(self) -> None:
        """Return if the store answers; raise one of `outages` if not."""

    def close(self) -> None:
        """Let go of connections and files. The store is not usable afterwards."""


def is_of_family(key: bytes, current: bytes | None) -> bool:
    """Return whether *key* is of the family whose *current* key is given, by its lineage."""
    return current is not None and key[:LINEAGE_BYTES] == current[:LINEAGE_BYTES]


def reap_all(store: TokenStore, now: float | None = None, batch: int = 1000) -> int:
    """Clear *store* of all that is past at *now*, by default the present; return how many it was.

    Other writers take turns with each *batch*. Zero where the store does that by itself.
    """
    at, total, cleared = time.time() if now is None else now, 0, batch
    while cleared >= batch:
        cleared = store.reap(at, batch)
        total += cleared
    return total
