"""Status lists from afar: a verifier elsewhere refuses what its issuer revoked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.conftest import FakeClock
from tokens import (
    Algorithm,
    InvalidToken,
    JwksClient,
    Key,
    KeyRing,
    Reason,
    StatusListClient,
    StatusLists,
    TokenVerifier,
)
from tokens.lists import MAX_TOKEN_BYTES, ListUnavailable, list_signer, signed_list
from tokens.signing import Signer
from tokens.stores.memory import MemoryStore
from tokens.testing import at_once

from .conftest import AUDIENCE, ISSUER, a_manager
from .test_jwks import Issuer, jwk_of, redirect, respond

RING = KeyRing([Key.generate(Algorithm.ES256)])
TTL_S = 60.0


class Publisher:
    """An issuer that signs tokens with a status, and publishes its lists over real HTTP."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.server = Issuer()
        self.base = self.server.url.removesuffix("jwks.json") + "lists"
        store = MemoryStore()
        self.strategy = StatusLists(
            store, ISSUER, self.base, runs=False, monotonic=clock, now=clock
        )
        self.manager = a_manager(store, clock, self.strategy, RING)
        self.ring = RING
        self.changes: dict[str, Any] = {}
        self.server.answer = self.publish

    def publish(self, handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/jwks.json":
            respond(handler, json.dumps({"keys": [jwk_of(RING.signing)]}).encode())
        else:
            respond(handler, self.listed(self.base.removesuffix("/lists") + handler.path).encode())

    def listed(self, uri: str) -> str:
        """The list as a token, with what a test changes in it."""
        self.strategy.look()
        claims = {**self.strategy.published(uri), **self.changes}
        return signed_list({k: v for k, v in claims.items() if v is not ...}, self.ring)

    def revoke(self, token: str) -> None:
        self.manager.revoke(token)


@pytest.fixture
def publisher(clock: FakeClock) -> Iterator[Publisher]:
    made = Publisher(clock)
    yield made
    made.server.close()


def a_client(publisher: Publisher, **options: Any) -> StatusListClient:
    clock = publisher.clock
    given: dict[str, Any] = {"timeout_s": 2, "monotonic": clock, "now": clock, **options}
    return StatusListClient(given.pop("keys", RING), publisher.base, **given)


def a_verifier(publisher: Publisher, **options: Any) -> TokenVerifier:
    client = a_client(publisher, **options)
    return TokenVerifier(RING, client, issuer=ISSUER, audience=AUDIENCE, now=publisher.clock)


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


def as_before(publisher: Publisher) -> Callable[[BaseHTTPRequestHandler], None]:
    """The same answer for ever, as from something on the way that keeps it."""
    kept: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if not kept:
            kept.append(publisher.listed(publisher.base.removesuffix("/lists") + handler.path))
        respond(handler, kept[0].encode())

    return answer


BAD_LISTS: dict[str, Callable[[Publisher], None]] = {
    "an error": lambda p: setattr(p.server, "answer", partial(respond, body=b"", status=500)),
    "not a token": lambda p: setattr(p.server, "answer", partial(respond, body=b"{}")),
    "not ASCII": lambda p: setattr(p.server, "answer", partial(respond, body=b"\xff.a.b")),
    "too large": lambda p: setattr(
        p.server, "answer", partial(respond, body=b"a" * (MAX_TOKEN_BYTES + 1))
    ),
    "elsewhere": lambda p: setattr(p.server, "answer", partial(redirect, url=p.base)),
    "another key": lambda p: setattr(
        p, "ring", KeyRing([Key(RING.signing.kid, Algorithm.ES256, Key.generate("ES256").private)])
    ),
    "an unknown key": lambda p: setattr(p, "ring", KeyRing([Key.generate("ES256")])),
    "another list": lambda p: p.changes.update(sub=f"{p.base}/999"),
    "no subject": lambda p: p.changes.update(sub=...),
    "no instant": lambda p: p.changes.update(iat=...),
    "an instant that is none": lambda p: p.changes.update(iat=True),
    "past": lambda p: p.changes.update(exp=1),
    "from the future": lambda p: p.changes.update(iat=int(p.clock.now) + 9999),
    "too old": lambda p: p.changes.update(iat=int(p.clock.now) - 120, exp=...),
    "no time to live": lambda p: p.changes.update(ttl=0),
    "no list": lambda p: p.changes.update(status_list=...),
    "a list that is none": lambda p: p.changes.update(status_list={"bits": 3, "lst": "AA"}),
}


@pytest.mark.parametrize("what", BAD_LISTS)
def test_the_last_good_list_stays_until_its_time_is_up(
    what: str, publisher: Publisher, clock: FakeClock
) -> None:
    """Then nobody is let in, and nobody logged out: it is an outage, which ends by itself."""
    verifier = a_verifier(publisher)
    token = publisher.manager.issue("alice").credential
    verifier.verify(token)
    BAD_LISTS[what](publisher)
    clock.advance(TTL_S - 0.001)
    assert verifier.verify(token).subject == "alice"
    clock.advance(0.001)
    with pytest.raises(ListUnavailable):
        verifier.verify(token)
    assert ListUnavailable in verifier.outages
    publisher.server.answer, publisher.ring, publisher.changes = publisher.publish, RING, {}
    clock.advance(1)
    assert verifier.verify(token).subject == "alice"


def test_a_list_that_is_kept_on_the_way_is_not_trusted_for_ever(
    publisher: Publisher, clock: FakeClock
) -> None:
    """However fresh it arrives: it is as old as it says."""
    publisher.changes = {"exp": ...}
    publisher.server.answer = as_before(publisher)
    verifier = a_verifier(publisher)
    token = publisher.manager.issue("alice").credential
    verifier.verify(token)
    clock.advance(TTL_S)
    verifier.verify(token)
    clock.advance(TTL_S)
    with pytest.raises(ListUnavailable):
        verifier.verify(token)


def test_an_issuer_that_is_down_is_not_asked_by_every_request(
    publisher: Publisher, clock: FakeClock
) -> None:
    """Once a second, whether there is a list to go on with or not."""
    publisher.server.answer = partial(respond, body=b"", status=503)
    verifier = a_verifier(publisher)
    token = publisher.manager.issue("alice").credential
    for _ in range(10):
        with pytest.raises(ListUnavailable):
            verifier.verify(token)
    assert publisher.server.asked == 1
    clock.advance(1)
    with pytest.raises(ListUnavailable):
        verifier.verify(token)
    assert publisher.server.asked == 2


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
