"""Token managers without an app around them, for what no scheme shows of `verify`.

Whoever measures may not compose the two halves itself; this does it for them.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tokens import Algorithm, Expiry, Key, KeyRing, TokenManager, VerifiedTokens
from tokens.revocation.base import Revocation
from tokens.revocation.following import Following
from tokens.revocation.pushed import Pushed
from tokens.revocation.snapshot import Snapshot
from tokens.revocation.statuslist import StatusLists
from tokens.stores.memory import MemoryStore

from .tokens import AUDIENCE, ISSUER, LISTS

BATCH = 10_000
FOLLOWING: dict[str, Callable[..., Revocation]] = {
    "snapshot": Snapshot,
    "pushed": Pushed,
    "statuslist": lambda store, issuer, **given: StatusLists(store, issuer, LISTS, **given),
    "filter": lambda store, issuer, **given: _filter(store, issuer, **given),
}
"""The strategies that know denials by heart."""


@dataclass(frozen=True)
class Alone:
    """A manager, and what another library needs to accept the same tokens."""

    manager: TokenManager
    algorithm: str
    verifies_with: Any
    issuer: str = ISSUER
    audience: str = AUDIENCE


def a_manager(algorithm: str) -> Alone:
    """Tokens by *algorithm* that only expire."""
    return _alone(KeyRing([Key.generate(Algorithm(algorithm))]), MemoryStore(), Expiry())


def with_memory(alone: Alone, max_tokens: int) -> Alone:
    """The same, but that it remembers *max_tokens* tokens that were found authentic."""
    verified = VerifiedTokens(max_tokens)
    return _alone(alone.manager.signer.ring, MemoryStore(), Expiry(), verified)


def beside(alone: Alone, strategy: str, denials: int) -> tuple[Alone, Callable[[], bool]]:
    """A manager with the same key under *strategy*, and what makes it learn *denials*.

    Each is the denial of a login of its own, as a logout makes it, and lives for an hour.
    """
    store = MemoryStore()
    # It looks when it is told to, and then knows for longer than anybody measures.
    given = {"beat_s" if strategy == "pushed" else "poll_s": 3600.0, "runs": False}
    following = FOLLOWING[strategy](store, ISSUER, **given)
    assert isinstance(following, Following)
    until = time.time() + 3600
    for first in range(0, denials, BATCH):
        families = [secrets.token_urlsafe(12) for _ in range(min(BATCH, denials - first))]
        for family in families:
            following.stamp(None, family, until)
        following.revoke(families, until)
    return _alone(alone.manager.signer.ring, store, following), following.look


def _alone(
    ring: KeyRing,
    store: MemoryStore,
    revocation: Revocation,
    verified: VerifiedTokens | None = None,
) -> Alone:
    manager = TokenManager(
        ring, store, revocation, issuer=ISSUER, audience=AUDIENCE, verified=verified
    )
    return Alone(manager, ring.signing.algorithm.value, ring.signing.verifies_with)


def _filter(store: MemoryStore, issuer: str, **given: Any) -> Revocation:
    # Only now: the library is an extra, and who has no filter does not need it.
    from tokens.revocation.filter import Filter

    return Filter(store, issuer, **given)
