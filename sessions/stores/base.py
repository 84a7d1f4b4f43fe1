"""The session store: the contract that every store keeps, and `sessions.testing` checks.

A key is the digest of a session ID. Each operation is one atomic step: it happens whole or not
at all, and two of them happen one after the other. No operation but `create` brings a session
into being, so whatever loses the race against a `delete` loses it for good.

*expires_at* is when a session may be cleared away, not when it ends: the manager decides that by
its own clock. A store may keep a dead session longer, never a live one shorter.

An exception means that the store could not answer, and is the client's own. A record that
cannot be read is absent, and reported as `Event.DAMAGED`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from ..record import Record
from ..strength import Strength

GARBAGE_S = 300
"""How much longer than its session a record is kept, where a store clears away by itself: a clock
that is ahead of the manager's ends nobody's login then."""
SWEPT = 8
"""How many records that are past by so much `create` clears away, where the store does not: what is
kept is bounded by what is alive, and `reap` is for what nobody follows."""


class SessionStore(Protocol):
    """Where the records of live sessions are kept."""

    @property
    def outages(self) -> tuple[type[Exception], ...]:
        """What this store's client raises when it cannot answer; empty if it always can."""

    @property
    def strength(self) -> Strength:
        """What a deletion achieves: Immediate, unless a node may trust what it has seen before."""

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        """Begin a session, and list it under its subject if it has one.

        The key is fresh from 256 random bits: what is there already is not replaced.
        """

    def read(self, key: bytes, fresh: bool = False) -> Record | None:
        """The record under *key*, or None. One round trip at most; changes nothing.

        *fresh* asks the store itself, whatever this node remembers.
        """

    def touch(self, key: bytes, seen_at: float, expires_at: float) -> bool:
        """Note activity, and say whether the session was still there.

        Never moves `seen_at` back: of two concurrent touches the later instant stays.
        """

    def merge(self, key: bytes, changes: Mapping[str, bytes | None], limit_bytes: int) -> bool:
        """Change user data key by key, and say whether the session was still there.

        None removes the key. Concurrent merges of different keys both survive; of the same key
        the later wins. Raises DataTooLarge, and changes nothing, past the limit.
        """

    def replace(self, key: bytes, new_key: bytes, record: Record, expires_at: float) -> bool:
        """Move the session to *new_key* if it is still there, and say whether it was.

        The user data moves as it is in that instant; *record* gives all the rest, and its data
        is ignored. Of two concurrent replacements of one key, one wins.
        """

    def delete(self, key: bytes) -> Record | None:
        """End a session, and give what it was; None if there was none."""

    def delete_handle(self, subject: str, handle: str) -> bool:
        """End the session *handle* of *subject*, and say whether there was one."""

    def delete_subject(self, subject: str, keep: str | None = None) -> int:
        """End all sessions of *subject* but the handle *keep*, and say how many.

        Costs as much as that subject has sessions, whatever the size of the store. A session
        that begins while this runs may survive it.
        """

    def list_subject(self, subject: str) -> Sequence[Record]:
        """The records of *subject* in no order, without their user data."""

    def reap(self, now: float, limit: int = 1000) -> int:
        """Clear away at most *limit* sessions whose `expires_at` is past, and say how many.

        Zero where the store does that by itself.
        """

    def ping(self) -> None:
        """Return if the store answers; raise one of `outages` if not."""

    def close(self) -> None:
        """Let go of connections and files. The store is not usable afterwards."""


def reap_all(store: SessionStore, now: float | None = None, batch: int = 1000) -> int:
    """Clear *store* of all that is past at *now*, by default the present; return how many it was.

    Other writers take turns with each *batch*. Zero where the store does that by itself.
    """
    at, total, cleared = time.time() if now is None else now, 0, batch
    while cleared >= batch:
        cleared = store.reap(at, batch)
        total += cleared
    return total
