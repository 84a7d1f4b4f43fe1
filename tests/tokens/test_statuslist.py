"""Status lists: the vectors of the draft, hostile lists, and places that are never given twice."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from valkey import Valkey

from tests.conftest import FakeClock
from tokens import Algorithm, Key, KeyRing, Reason, StatusLists
from tokens.revocation.following import Stale
from tokens.revocation.statuslist import ENTRIES, StatusList
from tokens.signing import Signer
from tokens.stores.base import TokenStore
from tokens.stores.memory import MemoryStore
from tokens.stores.redis import RedisStore

from .conftest import LISTS, a_manager, a_strategy, is_refused
from .test_signing import HS256, claims_at, forged, header_of, reason_for

# draft-ietf-oauth-status-list-21, section 4.1: the statuses of its figures, in order.
ONE_BIT = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
TWO_BITS = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
# Appendix C, "Test vectors for Status List encoding": lists of 2^20 statuses of each width.
VECTORS = json.loads((Path(__file__).parent / "status_list_vectors.json").read_text())


@pytest.mark.parametrize(
    ("bits", "content", "lst", "statuses"),
    [
        (1, b"\xb9\xa3", "eNrbuRgAAhcBXQ", ONE_BIT),
        (2, b"\xc9\x44\xf9", "eNo76fITAAPfAgc", TWO_BITS),
    ],
)
def test_the_drafts_examples(bits: int, content: bytes, lst: str, statuses: list[int]) -> None:
    """Section 4.1 and 4.2: from statuses to bytes to the compressed text, and back."""
    made = StatusList(bytes(len(content)), bits)
    for index, status in enumerate(statuses):
        made[index] = status
    assert bytes(made.content) == content
    assert made.to_dict() == {"bits": bits, "lst": lst}
    read = StatusList.from_dict({"bits": bits, "lst": lst})
    assert [read[index] for index in range(len(read))] == statuses


@pytest.mark.parametrize("vector", VECTORS, ids=[each["section"] for each in VECTORS])
def test_the_drafts_long_vectors(vector: dict[str, Any]) -> None:
    """Appendix C, from the text to the statuses and from those to the same bytes."""
    bits = vector["bits"]
    read = StatusList.from_dict({"bits": bits, "lst": "".join(vector["lst"])})
    assert len(read) == 2**20
    expected = {index: status for index, status in vector["statuses"] if status}
    assert {index: read[index] for index in range(len(read)) if read[index]} == expected
    made = StatusList(bytes(2**20 * bits // 8), bits)
    for index, status in vector["statuses"]:
        made[index] = status
    assert made.content == read.content


def test_each_width_has_its_vector() -> None:
    """Of 256 possible statuses all are told apart, and nothing is left to properties alone."""
    assert [each["bits"] for each in VECTORS] == [1, 2, 4, 8]
    assert [status for _, status in VECTORS[-1]["statuses"]] == list(range(256))


@given(st.sampled_from([1, 2, 4, 8]), st.lists(st.integers(0, 255), min_size=1, max_size=64))
def test_what_is_set_is_read_and_nothing_else(bits: int, values: list[int]) -> None:
    """For each width, whatever stands next to it."""
    statuses = [value % (1 << bits) for value in values]
    made = StatusList(bytes(64), bits)
    for index, status in enumerate(statuses):
        made[index] = (1 << bits) - 1
        made[index] = status
    read = StatusList.from_dict(made.to_dict())
    assert [read[index] for index in range(len(read))] == statuses + [0] * (
        len(read) - len(statuses)
    )


def packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "found",
    [
        None,
        [],
        {},
        {"bits": 1},
        {"lst": "eNrbuRgAAhcBXQ"},
        {"bits": 3, "lst": "eNrbuRgAAhcBXQ"},
        {"bits": True, "lst": "eNrbuRgAAhcBXQ"},
        {"bits": 1.0, "lst": "eNrbuRgAAhcBXQ"},
        {"bits": 1, "lst": 7},
        {"bits": 1, "lst": ""},
        {"bits": 1, "lst": "eNrbuRgAAhcBX"},
        {"bits": 1, "lst": "eNrbuRgAAhcBXA"},
        {"bits": 1, "lst": "!!!!"},
        {"bits": 1, "lst": "\u00e9"},
        {"bits": 1, "lst": packed(b"\0" * (2**24 + 1))},
        {"bits": 1, "lst": base64.urlsafe_b64encode(zlib.compress(b"a") + b"more").decode()},
    ],
)
def test_a_list_from_elsewhere_is_good_or_refused(found: object) -> None:
    """Cut short, damaged, or unfolding without end: one clear error."""
    with pytest.raises(ValueError, match="status"):
        StatusList.from_dict(found)


def test_no_status_lies_outside_of_the_list() -> None:
    """Neither before its beginning nor past its end, nor of more bits than it has."""
    made = StatusList(bytes(2), 2)
    for index in (-1, 8):
        with pytest.raises(IndexError, match="no status"):
            made[index]
        with pytest.raises(IndexError, match="no status"):
            made[index] = 1
    with pytest.raises(ValueError, match="0 to 3"):
        made[0] = 4


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
