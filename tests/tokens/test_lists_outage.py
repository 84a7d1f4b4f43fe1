"""A status list that is bad, old or not there: the last good one counts until its time is up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler

import pytest

from tests.conftest import FakeClock
from tokens import Algorithm, Key, KeyRing
from tokens.lists import MAX_TOKEN_BYTES, ListUnavailable

from .issuers import redirect, respond
from .publisher import RING, TTL_S, Publisher, a_verifier


@pytest.fixture
def publisher(clock: FakeClock) -> Iterator[Publisher]:
    made = Publisher(clock)
    yield made
    made.server.close()


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
