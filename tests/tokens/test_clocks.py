"""Nodes whose clocks differ, and a node that stood still for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import FakeClock
from tests.stalling import Stalling
from tokens import InvalidToken, KeyRing, Reason, TokenManager, TokenVerifier
from tokens.claims import CLOCKS_DIFFER_S
from tokens.revocation.following import Following
from tokens.stores.base import TokenStore

from .conftest import (
    ACCESS_S,
    AUDIENCE,
    ISSUER,
    LIFETIMES,
    RING,
    STRATEGIES,
    a_strategy,
    reason_for,
)


class Ahead(FakeClock):
    """A clock that is ahead of another by as much at any time."""

    def __init__(self, clock: FakeClock, by_s: float) -> None:
        self._clock = clock
        self._by_s = by_s

    @property
    def now(self) -> float:  # type: ignore[override]
        return self._clock.now + self._by_s


def node(
    store: Any, clock: FakeClock, strategy: str = "denylist", ring: KeyRing = RING
) -> TokenManager:
    revocation = a_strategy(strategy, store, clock)
    return TokenManager(
        ring, store, revocation, LIFETIMES, issuer=ISSUER, audience=AUDIENCE, now=clock
    )


@pytest.mark.parametrize("apart_s", [0.5, 2.0, CLOCKS_DIFFER_S])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_token_works_at_every_node_at_once(
    store: TokenStore, clock: FakeClock, strategy: str, apart_s: float
) -> None:
    """Whichever of two clocks is ahead, and whoever renews or updates; a verifier too."""
    ahead, behind = node(store, Ahead(clock, apart_s), strategy), node(store, clock, strategy)
    elsewhere = TokenVerifier(RING, issuer=ISSUER, audience=AUDIENCE, now=clock)
    for here, there in ((ahead, behind), (behind, ahead)):
        grant = here.issue("alice")
        renewed = here.renew(grant.renewal or "")
        updated = here.update(renewed.credential, {"a": 1})
        for each in (grant, renewed, updated):
            assert there.verify(each.credential).subject == "alice"
            assert elsewhere.verify(each.credential).subject == "alice"
        assert there.renew(renewed.renewal or "").handle == grant.handle


def test_a_clock_that_is_too_far_ahead_is_refused(store: TokenStore, clock: FakeClock) -> None:
    """A minute is no difference of clocks that are looked after."""
    grant = node(store, Ahead(clock, CLOCKS_DIFFER_S + 1)).issue("alice")
    assert reason_for(node(store, clock), grant.credential) is Reason.IMMATURE


@pytest.mark.parametrize("strategy", ["denylist", "generation", "snapshot", "filter", "statuslist"])
def test_a_denial_outlasts_what_a_clock_ahead_has_signed(
    store: TokenStore, clock: FakeClock, strategy: str
) -> None:
    """Signed by a clock that is ahead, revoked by one that is not, cleared away by one that is."""
    ahead, behind = (
        node(store, Ahead(clock, CLOCKS_DIFFER_S), strategy),
        node(store, clock, strategy),
    )
    grant = ahead.issue("alice")
    behind.revoke_all("alice")
    follow(behind)
    for _ in range(ACCESS_S + int(CLOCKS_DIFFER_S) - 1):
        clock.advance(1)
    store.reap(clock.now + CLOCKS_DIFFER_S)
    follow(behind)
    assert reason_for(behind, grant.credential) is Reason.REVOKED
    clock.advance(1)
    assert reason_for(behind, grant.credential) is Reason.EXPIRED


def follow(manager: TokenManager) -> None:
    revocation = manager._revocation
    if isinstance(revocation, Following):
        assert revocation.look()


VERBS: dict[str, tuple[str, Callable[[TokenManager, Any], Any]]] = {
    "issue": ("create", lambda slow, _: slow.issue("alice")),
    "renew": ("replace", lambda slow, grant: slow.renew(grant.renewal)),
    "update": ("merge", lambda slow, grant: slow.update(grant.credential, {"a": 1})),
    "log in": ("create", lambda slow, grant: slow.renew(grant.credential, "alice")),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("strategy", ["denylist", "generation", "snapshot", "filter", "statuslist"])
def test_a_node_that_stood_still_signs_nothing_that_outlives_a_denial(
    store: TokenStore, clock: FakeClock, strategy: str, verb: str
) -> None:
    """The family was revoked meanwhile, and the denial is past: so is what is signed now."""
    other = node(store, clock, strategy)
    grant = other.issue("alice")

    def meanwhile() -> None:
        other.revoke_all("alice")
        clock.advance(1800)
        store.reap(clock.now)

    operation, call = VERBS[verb]
    slow = node(Stalling(store, operation, meanwhile), clock, strategy)
    late = call(slow, grant)
    follow(other)
    with pytest.raises(InvalidToken):
        other.verify(late.credential)
    assert late.expires_at <= clock.now
