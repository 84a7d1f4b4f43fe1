"""Places in status lists: never given twice, published, and refused where they are none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from valkey import Valkey

from tests.conftest import FakeClock
from tokens import Algorithm, Key, KeyRing, Reason, StatusLists
from tokens.revocation.following import Stale
from tokens.revocation.statuslist import ENTRIES, StatusList
from tokens.signing import Signer
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.redis import RedisStore

from .conftest import LISTS, a_manager, a_strategy, is_refused, reason_for
from .forging import HS256, claims_at, forged, header_of


def a_strategy_over(store: TokenStore, clock: FakeClock) -> StatusLists:
    made = a_strategy("statuslist", store, clock)
    assert isinstance(made, StatusLists)
    return made


def places(strategy: StatusLists, count: int, clock: FakeClock) -> list[tuple[str, int]]:
    stamps = [strategy.stamp("alice", f"family-{n}", clock.now + 300) for n in range(count)]
    return [(s.status.uri, s.status.index) for s in stamps if s.status is not None]


def test_each_family_has_a_place_of_its_own(store: TokenStore, clock: FakeClock) -> None:
    """And keeps it through updates and renewals."""
    strategy = a_strategy_over(store, clock)
    found = places(strategy, 20, clock)
    assert len(set(found)) == 20
    assert places(strategy, 20, clock) == found


def test_a_store_that_lost_its_count_gives_no_place_twice(
    valkey_client: Valkey, clock: FakeClock
) -> None:
    """A logout must not end somebody else's login."""
    strategy = a_strategy_over(RedisStore(valkey_client), clock)
    before = places(strategy, 5, clock)
    valkey_client.flushdb()
    assert not set(before) & set(places(strategy, 5, clock))


def test_a_family_whose_place_is_lost_can_still_be_called_back(
    valkey_client: Valkey, clock: FakeClock
) -> None:
    """By its name, on this issuer's nodes."""
    store = RedisStore(valkey_client)
    strategy = a_strategy_over(store, clock)
    manager = a_manager(store, clock, strategy)
    grant, good = manager.issue("alice"), manager.issue("bob")
    valkey_client.flushdb()
    strategy.revoke([grant.handle], clock.now + 300)
    assert is_refused(manager, grant.credential)
    strategy.look()
    assert is_refused(manager, grant.credential)
    assert not is_refused(manager, good.credential)
    clock.advance(10)
    assert is_refused(manager, grant.credential)


def test_what_is_published_names_the_revoked(clock: FakeClock) -> None:
    """A verifier elsewhere reads signed list and place, and comes to the same answer."""
    store = MemoryStore()
    strategy = a_strategy_over(store, clock)
    manager = a_manager(store, clock, strategy)
    revoked, good = manager.issue("alice"), manager.issue("bob")
    manager.revoke(revoked.credential)
    strategy.look()
    statuses = []
    for grant in (revoked, good):
        payload = manager.signer.verify(grant.credential)
        reference = json.loads(payload)["status"]["status_list"]
        published = strategy.published(reference["uri"])
        assert published["sub"] == reference["uri"]
        assert (published["iat"], published["ttl"]) == (int(clock.now), 60)
        statuses.append(StatusList.from_dict(published["status_list"])[reference["idx"]])
    assert statuses == [1, 0]


def test_a_list_is_not_published_by_a_node_out_of_touch(clock: FakeClock) -> None:
    """It would vouch for what it does not know."""
    strategy = a_strategy_over(MemoryStore(), clock)
    with pytest.raises(Stale):
        strategy.published(f"{LISTS}/1")


def test_an_empty_list_is_small(clock: FakeClock) -> None:
    """A million logins, one of them revoked, in less than half a kilobyte."""
    store = MemoryStore()
    strategy = a_strategy_over(store, clock)
    [(uri, _)] = places(strategy, 1, clock)
    strategy.revoke(["family-0"], clock.now + 300)
    strategy.look()
    assert len(strategy.published(uri)["status_list"]["lst"]) < 512


@pytest.mark.parametrize(
    "status",
    [
        None,
        [],
        {},
        {"status_list": 1},
        {"status_list": {}},
        {"status_list": {"idx": 1}},
        {"status_list": {"uri": "a"}},
        {"status_list": {"idx": -1, "uri": "a"}},
        {"status_list": {"idx": True, "uri": "a"}},
        {"status_list": {"idx": "1", "uri": "a"}},
        {"status_list": {"idx": 1, "uri": ""}},
    ],
)
def test_a_status_claim_is_well_formed(status: object, clock: FakeClock) -> None:
    """Or the token is refused for its claims, whoever signed it."""
    manager = a_manager(MemoryStore(), clock, "statuslist", ring=HS256)
    token = forged(header_of(HS256.signing), claims_at(clock.now, status=status))
    assert reason_for(manager, token) is Reason.CLAIMS


@pytest.mark.parametrize(
    "status",
    [
        ...,
        {"status_list": {"idx": 1, "uri": "https://other.example/lists/1"}},
        {"status_list": {"idx": ENTRIES, "uri": f"{LISTS}/1"}},
    ],
)
def test_a_token_that_cannot_be_looked_up_is_refused(status: object, clock: FakeClock) -> None:
    """Without a place, in somebody else's list, or past the end of one."""
    strategy = a_strategy_over(MemoryStore(), clock)
    manager = a_manager(MemoryStore(), clock, strategy, ring=HS256)
    strategy.look()
    changes: Mapping[str, Any] = {"status": status}
    token = forged(header_of(HS256.signing), claims_at(clock.now, **changes))
    assert is_refused(manager, token)


def test_a_status_list_token_is_no_access_token() -> None:
    """Its type tells them apart, in both directions."""
    ring = KeyRing([Key.generate(Algorithm.ES256)])
    lists, access = Signer(ring, kind="statuslist+jwt"), Signer(ring)
    token = lists.sign(b"{}")
    assert lists.verify(token) == b"{}"
    for signer, other in ((access, token), (lists, access.sign(b"{}"))):
        with pytest.raises(Exception, match="header"):
            signer.verify(other)
