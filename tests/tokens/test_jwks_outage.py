"""An issuer that answers badly or not at all: what was known is known, and else it is an outage."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler

import pytest

from tests.conftest import FakeClock
from tokens import JwksClient, Key
from tokens.jwks import MAX_SET_BYTES, KeysUnavailable

from .issuers import ES256, Issuer, a_client, a_verifier, jwk_of, redirect, respond, signed_by


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.close()


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)


def cut_short(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(json.dumps({"keys": [jwk_of(Key.generate("ES256"))]}).encode())


# Of another key, so that it is seen if one of them is taken.
OTHER = jwk_of(Key.generate("ES256"))
BAD_ANSWERS: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "an error": partial(respond, body=b"{}", status=500),
    "no content": partial(respond, body=b"", status=204),
    "not JSON": partial(respond, body=b"<html>"),
    "not UTF-8": partial(respond, body=b"\xff\xfe{"),
    "no set": partial(respond, body=b"[]"),
    "no list": partial(respond, body=b'{"keys": {}}'),
    "no keys": partial(respond, body=b'{"keys": []}'),
    "no key for here": partial(respond, body=b'{"keys": [{"kty": "oct", "k": "AAAA"}]}'),
    "too many": partial(
        respond, body=json.dumps({"keys": [{**OTHER, "kid": f"k{n}"} for n in range(33)]}).encode()
    ),
    "one name twice": partial(respond, body=json.dumps({"keys": [OTHER] * 2}).encode()),
    "too large": partial(
        respond, body=b" " * MAX_SET_BYTES + json.dumps({"keys": [OTHER]}).encode()
    ),
    "deep": partial(respond, body=b"[" * 60_000),
    "too slow": drip,
    "cut short": cut_short,
}


@pytest.mark.parametrize("what", BAD_ANSWERS)
def test_the_last_good_set_outlives_a_bad_answer(
    what: str, issuer: Issuer, clock: FakeClock
) -> None:
    """Whatever the issuer says, what was known is known; and it is asked again after a while."""
    client = JwksClient(issuer.url, monotonic=clock, timeout_s=0.3)
    verifier = a_verifier(client, clock)
    token = signed_by(clock, ES256).issue("alice").credential
    verifier.verify(token)
    issuer.answer = BAD_ANSWERS[what]
    clock.advance(600)
    manager = signed_by(clock, ES256)
    assert verifier.verify(manager.issue("alice").credential).subject == "alice"
    assert issuer.asked == 2
    new = Key.generate("ES256")
    issuer.answer = issuer.publish(new)
    clock.advance(30)
    assert verifier.verify(signed_by(clock, new).issue("alice").credential).subject == "alice"


def test_a_slow_answer_is_cut_off(issuer: Issuer, clock: FakeClock) -> None:
    """However steadily its bytes drip in."""
    issuer.answer = drip
    began = time.monotonic()
    with pytest.raises(KeysUnavailable):
        JwksClient(issuer.url, monotonic=clock, timeout_s=0.3).ring()
    assert time.monotonic() - began < 2


def test_without_any_set_it_is_an_outage(issuer: Issuer, clock: FakeClock) -> None:
    """Neither accepted nor rejected; and a second later it is tried again, for as long."""
    verifier = a_verifier(a_client(issuer, clock), clock)
    good, issuer.answer = issuer.answer, partial(respond, body=b"", status=503)
    token = signed_by(clock, ES256).issue("alice").credential
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            verifier.verify(token)
    assert issuer.asked == 1
    assert KeysUnavailable in verifier.outages
    issuer.answer = good
    clock.advance(1)
    assert verifier.verify(token).subject == "alice"


def test_a_redirect_is_not_followed(issuer: Issuer, clock: FakeClock) -> None:
    """Wherever it points, the keys of that place are not this issuer's."""
    thief = Issuer()
    stolen = Key.generate("ES256")
    thief.answer = thief.publish(stolen)
    issuer.answer = partial(redirect, url=thief.url)
    verifier = a_verifier(a_client(issuer, clock), clock)
    with contextlib.closing(thief):
        with pytest.raises(KeysUnavailable):
            verifier.verify(signed_by(clock, stolen).issue("alice").credential)
        assert thief.asked == 0


def test_nobody_answering_is_an_outage(issuer: Issuer, clock: FakeClock) -> None:
    """Not an error of the caller's."""
    client = a_client(issuer, clock)
    issuer.close()
    with pytest.raises(KeysUnavailable):
        client.ring()
    issuer.__init__()  # type: ignore[misc]  # the fixture closes it again
