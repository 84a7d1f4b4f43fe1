"""Status lists from afar: a verifier elsewhere refuses what its issuer revoked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.conftest import FakeClock
from tokens import InvalidToken, JwksClient, Reason, StatusListClient, StatusLists, TokenVerifier
from tokens.lists import MAX_TOKEN_BYTES, ListUnavailable, list_signer
from tokens.signing import Signer
from tokens.stores.memory import MemoryStore
from tokens.testing import at_once

from .conftest import ISSUER, a_manager
from .issuers import respond
from .publisher import RING, TTL_S, Publisher, a_client, a_verifier


@pytest.fixture
def publisher(clock: FakeClock) -> Iterator[Publisher]:
    made = Publisher(clock)
    yield made
    made.server.close()


def is_refused(verifier: TokenVerifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except InvalidToken as exc:
        if exc.reason is not Reason.REVOKED:
            raise
        return True
    return False


def test_a_verifier_elsewhere_refuses_what_was_revoked(publisher: Publisher) -> None:
    """From the list alone; and everybody else's token is good."""
    verifier = a_verifier(publisher)
    revoked, good = (publisher.manager.issue(name).credential for name in ("alice", "bob"))
    publisher.revoke(revoked)
    assert [is_refused(verifier, each) for each in (revoked, good)] == [True, False]
    assert publisher.server.asked == 1


def test_a_list_is_kept_for_half_its_time_and_then_asked_for_again(
    publisher: Publisher, clock: FakeClock
) -> None:
    """So that it is there before it is needed, and a revocation is known within its time."""
    verifier = a_verifier(publisher)
    token = publisher.manager.issue("alice").credential
    assert not is_refused(verifier, token)
    publisher.revoke(token)
    clock.advance(TTL_S / 2 - 0.001)
    assert not is_refused(verifier, token)
    assert publisher.server.asked == 1
    clock.advance(0.001)
    assert is_refused(verifier, token)
    assert publisher.server.asked == 2


def test_the_shorter_of_two_times_counts(publisher: Publisher, clock: FakeClock) -> None:
    """What the list says of itself, or what this verifier can live with."""
    token = publisher.manager.issue("alice").credential
    for max_ttl_s, ttl, asked_again_s in ((10.0, 60, 5), (60.0, 20, 10), (60.0, ..., 30)):
        publisher.changes = {"ttl": ttl}
        verifier = a_verifier(publisher, max_ttl_s=max_ttl_s)
        verifier.verify(token)
        before = publisher.server.asked
        clock.advance(asked_again_s - 0.001)
        verifier.verify(token)
        assert publisher.server.asked == before
        clock.advance(0.001)
        verifier.verify(token)
        assert publisher.server.asked == before + 1


def test_many_callers_fetch_once(publisher: Publisher) -> None:
    """And all of them are answered."""
    verifier = a_verifier(publisher)
    token = publisher.manager.issue("alice").credential
    found = at_once(*[partial(verifier.verify, token)] * 8)
    assert [each.subject for each in found] == ["alice"] * 8
    assert publisher.server.asked == 1


def test_a_new_key_of_the_issuers_is_found(publisher: Publisher, clock: FakeClock) -> None:
    """Lists are signed with the keys that tokens are, and those are fetched."""
    keys = JwksClient(publisher.server.url, monotonic=clock, timeout_s=2)
    verifier = a_verifier(publisher, keys=keys)
    token = publisher.manager.issue("alice").credential
    assert verifier.verify(token).subject == "alice"


def test_a_token_that_no_list_speaks_of_is_refused(publisher: Publisher) -> None:
    """Without a status, in somebody else's list, or past the end of one."""
    verifier = a_verifier(publisher)
    without = a_manager(MemoryStore(), publisher.clock, ring=RING)
    assert is_refused(verifier, without.issue("alice").credential)
    elsewhere = StatusLists(
        MemoryStore(), ISSUER, f"{publisher.base}-of-others", runs=False, now=publisher.clock
    )
    other = a_manager(MemoryStore(), publisher.clock, elsewhere, RING)
    assert is_refused(verifier, other.issue("alice").credential)
    assert publisher.server.asked == 0
    publisher.changes = {"status_list": {"bits": 1, "lst": "eNpjAAAAAQAB"}}
    beyond = [publisher.manager.issue("alice").credential for _ in range(9)][-1]
    assert is_refused(verifier, beyond)


def test_suspended_is_refused_as_well(publisher: Publisher) -> None:
    """Section 7.1: only 0 is valid, whatever else an application means by the others."""
    verifier = a_verifier(publisher)
    publisher.changes = {"status_list": {"bits": 2, "lst": "eNpbBQAAqwCr"}}
    assert is_refused(verifier, publisher.manager.issue("alice").credential)


def test_only_so_many_lists_are_kept(publisher: Publisher) -> None:
    """The oldest gives way; each is fetched when it is needed again."""
    client = a_client(publisher)
    for number in range(70):
        client._list(f"{publisher.base}/{number}")
    assert len(client._kept) == 64
    assert len(client._tried_at) <= 65
    publisher.server.answer = partial(respond, body=b"", status=503)
    for number in range(200):
        with pytest.raises(ListUnavailable):
            client._list(f"{publisher.base}/not-there-{number}")
    assert len(client._tried_at) <= 128


@pytest.mark.parametrize(
    "base", ["http://issuer.example/lists", "ftp://127.0.0.1/", "https://a:b@c/"]
)
def test_lists_come_over_https_or_from_this_machine(base: str) -> None:
    """Whoever can change them on the way can pardon anybody; refused at start-up."""
    with pytest.raises(ValueError, match=r"lists are fetched over https|has a host"):
        StatusListClient(RING, base)


def test_a_list_is_no_access_token_and_no_access_token_is_a_list(publisher: Publisher) -> None:
    """Its type says which it is."""
    token = publisher.listed(f"{publisher.base}/1")
    assert list_signer(RING).verify(token)
    with pytest.raises(InvalidToken, match="header"):
        Signer(RING, MAX_TOKEN_BYTES).verify(token)
