"""A signature is checked once a process; all else is asked every time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import FakeClock
from tokens import InvalidToken, Key, KeyRing, Reason, TokenManager, VerifiedTokens
from tokens.stores.memory import MemoryStore

from .conftest import AUDIENCE, ISSUER, LIFETIMES, RING, a_manager, a_strategy, is_refused
from .forging import HS256, claims_at, forged, header_of


class CountingSigner:
    """Counts the signatures that are really checked."""

    def __init__(self, manager: TokenManager) -> None:
        self._signer = manager.signer
        self.sign = manager.signer.sign
        self.checked = 0

    def verify(self, token: str) -> bytes:
        self.checked += 1
        return self._signer.verify(token)


@pytest.fixture
def verified() -> VerifiedTokens:
    return VerifiedTokens(max_tokens=10)


@pytest.fixture
def manager(verified: VerifiedTokens, clock: FakeClock) -> TokenManager:
    store = MemoryStore()
    return TokenManager(
        RING,
        store,
        a_strategy("denylist", store, clock),
        LIFETIMES,
        issuer=ISSUER,
        audience=AUDIENCE,
        verified=verified,
        now=clock,
    )


def counting(manager: TokenManager) -> CountingSigner:
    signer = CountingSigner(manager)
    manager.signer = signer  # type: ignore[assignment]
    return signer


def reason_for(manager: TokenManager, token: str) -> Reason:
    with pytest.raises(InvalidToken) as caught:
        manager.verify(token)
    return caught.value.reason


def test_a_signature_is_checked_once(manager: TokenManager, verified: VerifiedTokens) -> None:
    """And the same is said of its bearer each time."""
    signer = counting(manager)
    token = manager.issue("alice", {"cart": {"apple": 2}}).credential
    found = [manager.verify(token) for _ in range(4)]
    assert signer.checked == 1
    assert found == [found[0]] * 4
    assert (verified.hits, verified.misses, verified.hit_rate) == (3, 1, 0.75)


def test_a_remembered_token_still_expires(manager: TokenManager, clock: FakeClock) -> None:
    """At its very instant, and it is not yet valid before its time."""
    token = manager.issue("alice").credential
    manager.verify(token)
    clock.advance(-61)
    assert reason_for(manager, token) is Reason.IMMATURE
    clock.advance(361)
    assert reason_for(manager, token) is Reason.EXPIRED


def test_a_remembered_token_is_still_called_back(manager: TokenManager) -> None:
    """The strategy is asked every time."""
    grant = manager.issue("alice")
    manager.verify(grant.credential)
    manager.revoke(grant.credential)
    assert is_refused(manager, grant.credential)


def test_a_remembered_token_is_for_its_addressee(
    verified: VerifiedTokens, manager: TokenManager, clock: FakeClock
) -> None:
    """Also where two managers share what they remember."""
    token = manager.issue("alice").credential
    manager.verify(token)
    other = TokenManager(
        RING,
        MemoryStore(),
        a_strategy("expiry", MemoryStore(), clock),
        issuer=ISSUER,
        audience="other",
        verified=verified,
        now=clock,
    )
    assert reason_for(other, token) is Reason.AUDIENCE
    assert verified.hits == 1


def test_what_was_refused_is_not_remembered(
    manager: TokenManager, verified: VerifiedTokens
) -> None:
    """Nor does a token's neighbour, one character away, profit from it."""
    token = manager.issue("alice").credential
    manager.verify(token)
    forged = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    for _ in range(3):
        assert reason_for(manager, forged) in (Reason.SIGNATURE, Reason.MALFORMED)
    assert len(verified) == 1


def test_with_another_key_all_is_forgotten(manager: TokenManager) -> None:
    """A key that is retired ends what it signed, remembered or not."""
    token = manager.issue("alice").credential
    manager.verify(token)
    new = Key.generate("HS256")
    ring = manager.signer.ring
    manager.signer.use(ring.publish(new).promote(new.kid).retire(ring.signing.kid))
    assert reason_for(manager, token) is Reason.KEY


def test_nobody_elses_change_shows(manager: TokenManager) -> None:
    """The data that a caller is given is its own, however deep it changes it."""
    token = manager.issue("alice", {"cart": {"apple": 2}}).credential
    bare = manager.issue("bob").credential
    for _ in range(3):
        data = manager.verify(token).data
        assert data == {"cart": {"apple": 2}}
        data["cart"]["apple"] = 99
        empty = manager.verify(bare).data
        assert empty == {}
        empty["new"] = 1


def test_it_is_bounded_and_keeps_what_is_used(
    manager: TokenManager, verified: VerifiedTokens
) -> None:
    """Never more than its limit; a token in steady use stays while others come and go."""
    signer = counting(manager)
    used = manager.issue("alice").credential
    manager.verify(used)
    for _ in range(40):
        manager.verify(manager.issue("bob").credential)
        manager.verify(used)
        assert len(verified) <= 10
    assert signer.checked == 41


@pytest.mark.parametrize(
    "data", [{"a": 2**70}, {"a": "\ud800"}, {"\udc00": 1}, {"a": -(2**64)}, {"a": 1e300}]
)
def test_what_another_signer_may_write_is_no_error_here(
    data: dict[str, Any], verified: VerifiedTokens, clock: FakeClock
) -> None:
    """A token that cannot be remembered is checked each time, and means what it always does."""
    plain = a_manager(MemoryStore(), clock, ring=HS256)
    remembering = TokenManager(
        HS256,
        MemoryStore(),
        a_strategy("expiry", MemoryStore(), clock),
        issuer=ISSUER,
        audience=AUDIENCE,
        verified=verified,
        now=clock,
    )
    token = forged(header_of(HS256.signing), claims_at(clock.now, data=data))
    for _ in range(2):
        assert remembering.verify(token).data == plain.verify(token).data == data


def test_a_limit_that_remembers_nothing_is_refused() -> None:
    """With the reason."""
    with pytest.raises(ValueError, match="2 or more"):
        VerifiedTokens(max_tokens=1)
    assert VerifiedTokens().hit_rate == 0.0


def test_what_another_ring_found_good_is_not_taken(
    manager: TokenManager, verified: VerifiedTokens
) -> None:
    """Even if it is remembered late, by a call that began before the rings were changed."""
    token = manager.issue("alice").credential
    manager.verify(token)
    claims = verified.get(token, RING)
    assert claims is not None
    after = KeyRing([Key.generate("HS256")])
    verified.put(token, RING, claims)
    assert verified.get(token, after) is None
    assert verified.get(token, RING) == claims
