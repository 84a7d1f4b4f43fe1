"""An issuer's keys from afar: which are taken, when they are fetched, and what bad answers do."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import FakeClock
from tokens import (
    Algorithm,
    InvalidToken,
    JwksClient,
    Key,
    KeyRing,
    PublicKey,
    Reason,
    TokenManager,
    TokenVerifier,
)
from tokens.jwks import MAX_SET_BYTES, KeysUnavailable, from_jwk, read_jwks
from tokens.signing import Signer
from tokens.stores.memory import MemoryStore
from tokens.testing import at_once

from .conftest import AUDIENCE, ISSUER, a_manager, a_strategy

ASYMMETRIC: list[Algorithm] = [each for each in Algorithm if each != "HS256"]
KEYS = {algorithm: Key.generate(algorithm) for algorithm in ASYMMETRIC}
ES256 = KEYS[Algorithm.ES256]


def jwk_of(key: Key, **changes: Any) -> dict[str, Any]:
    public = key.public()
    assert public is not None
    known = {**public.to_jwk(), **changes}
    return {name: value for name, value in known.items() if value is not ...}


class Issuer:
    """A real HTTP server whose answer a test decides."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Callable[[BaseHTTPRequestHandler], None] = self.publish(ES256)
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked += 1
                issuer.answer(self)

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/jwks.json"

    def publish(self, *keys: Key) -> Callable[[BaseHTTPRequestHandler], None]:
        return partial(respond, body=json.dumps({"keys": [jwk_of(key) for key in keys]}).encode())

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def respond(
    handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str
) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.close()


def a_client(issuer: Issuer, clock: FakeClock, **options: Any) -> JwksClient:
    return JwksClient(issuer.url, monotonic=clock, timeout_s=2, **options)


def a_verifier(client: JwksClient | KeyRing, clock: FakeClock) -> TokenVerifier:
    return TokenVerifier(client, issuer=ISSUER, audience=AUDIENCE, now=clock)


def signed_by(clock: FakeClock, *keys: Key) -> TokenManager:
    return a_manager(MemoryStore(), clock, ring=KeyRing(keys))


def reason_for(verifier: TokenVerifier, token: str) -> Reason:
    with pytest.raises(InvalidToken) as caught:
        verifier.verify(token)
    return caught.value.reason


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
def test_a_verifier_elsewhere_accepts_what_the_issuer_signed(
    algorithm: Algorithm, issuer: Issuer, clock: FakeClock
) -> None:
    """With nothing but the published key, and refuses what another signed under its name."""
    key = KEYS[algorithm]
    issuer.answer = issuer.publish(key)
    verifier = a_verifier(a_client(issuer, clock), clock)
    identity = verifier.verify(signed_by(clock, key).issue("alice", {"a": 1}).credential)
    assert (identity.subject, identity.data) == ("alice", {"a": 1})
    thief = Key(key.kid, algorithm, Key.generate(algorithm).private)
    assert reason_for(verifier, signed_by(clock, thief).issue("alice").credential) is (
        Reason.SIGNATURE
    )


def test_a_verifier_checks_claims_as_the_issuer_does(clock: FakeClock) -> None:
    """Addressee, instants and revocation, each with its reason."""
    manager = signed_by(clock, ES256)
    public = ES256.public()
    assert public is not None
    token = manager.issue("alice").credential
    for changes, reason in (
        ({"audience": "other"}, Reason.AUDIENCE),
        ({"issuer": "https://other.example"}, Reason.ISSUER),
        ({"now": lambda: clock.now + 301}, Reason.EXPIRED),
        ({"now": lambda: clock.now - 1}, Reason.IMMATURE),
    ):
        options: Any = {"issuer": ISSUER, "audience": AUDIENCE, "now": clock, **changes}
        assert reason_for(TokenVerifier(KeyRing([public]), **options), token) is reason
    denylist = a_strategy("denylist", manager.store, clock)
    denylist.revoke([manager.verify(token).handle], clock.now + 300)
    verifier = TokenVerifier(
        KeyRing([public]), denylist, issuer=ISSUER, audience=AUDIENCE, now=clock
    )
    assert reason_for(verifier, token) is Reason.REVOKED


def test_an_unknown_key_is_fetched_once_in_a_while(issuer: Issuer, clock: FakeClock) -> None:
    """A new key is found at once; a flood of made-up ones is not a flood of fetches."""
    new = Key.generate("ES256")
    verifier = a_verifier(a_client(issuer, clock, cooldown_s=30), clock)
    verifier.verify(signed_by(clock, ES256).issue("alice").credential)
    assert issuer.asked == 1
    clock.advance(30)
    issuer.answer = issuer.publish(ES256, new)
    assert verifier.verify(signed_by(clock, new).issue("bob").credential).subject == "bob"
    assert issuer.asked == 2
    for _ in range(20):
        unknown = signed_by(clock, Key.generate("ES256")).issue("mallory").credential
        assert reason_for(verifier, unknown) is Reason.KEY
    assert issuer.asked == 2
    clock.advance(30)
    assert reason_for(verifier, unknown) is Reason.KEY
    assert issuer.asked == 3


def test_a_token_that_is_damaged_is_not_worth_a_fetch(issuer: Issuer, clock: FakeClock) -> None:
    """Only a `kid` that is not known is."""
    verifier = a_verifier(a_client(issuer, clock, cooldown_s=0), clock)
    token = signed_by(clock, ES256).issue("alice").credential
    verifier.verify(token)
    for damaged in ("", "a.b.c", token[:-8], token + "A" * 4):
        reason_for(verifier, damaged)
    assert issuer.asked == 1


def test_a_removed_key_ends_when_the_set_reaches_its_age(issuer: Issuer, clock: FakeClock) -> None:
    """Without any unknown key to ask about."""
    old, new = ES256, Key.generate("ES256")
    verifier = a_verifier(a_client(issuer, clock, max_age_s=100), clock)
    token = signed_by(clock, old).issue("alice").credential
    verifier.verify(token)
    issuer.answer = issuer.publish(new)
    clock.advance(99)
    verifier.verify(token)
    clock.advance(1)
    assert reason_for(verifier, token) is Reason.KEY
    assert issuer.asked == 2


def redirect(handler: BaseHTTPRequestHandler, url: str) -> None:
    respond(handler, b"", 302, Location=url)


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


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example/jwks.json",
        "http://127.0.0.1.example/jwks.json",
        "http://localhost@issuer.example/",
        "ftp://127.0.0.1/jwks.json",
        "file:///etc/passwd",
        "https:///jwks.json",
        "https://user:password@issuer.example/",
        "//issuer.example/",
        "",
    ],
)
def test_keys_come_over_https_or_from_this_machine(url: str) -> None:
    """Whoever can change them on the way can sign anything."""
    with pytest.raises(ValueError, match=r"keys are fetched over https|has a host"):
        JwksClient(url)


def test_many_callers_fetch_once(issuer: Issuer, clock: FakeClock) -> None:
    """And all of them are answered."""
    verifier = a_verifier(a_client(issuer, clock), clock)
    token = signed_by(clock, ES256).issue("alice").credential
    found = at_once(*[partial(verifier.verify, token)] * 8)
    assert [each.subject for each in found] == ["alice"] * 8
    assert issuer.asked == 1


@pytest.mark.parametrize("algorithm", ASYMMETRIC)
def test_a_public_key_survives_its_jwk(algorithm: Algorithm) -> None:
    """Name, algorithm and numbers come back."""
    key = KEYS[algorithm]
    again = from_jwk(jwk_of(key))
    assert again.to_jwk() == jwk_of(key)
    assert Signer(KeyRing([again])).verify(Signer(KeyRing([key])).sign(b"{}")) == b"{}"


RS256 = KEYS[Algorithm.RS256]
EDDSA = KEYS[Algorithm.EDDSA]


@pytest.mark.parametrize(
    ("jwk", "why"),
    [
        (None, "an object"),
        ([], "an object"),
        ({}, "kind"),
        (jwk_of(ES256, kty="oct"), "kind"),
        (jwk_of(ES256, crv="P-384"), "kind"),
        (jwk_of(ES256, crv=...), "kind"),
        (jwk_of(ES256, use="enc"), "not for signatures"),
        (jwk_of(ES256, key_ops=["encrypt"]), "not for signatures"),
        (jwk_of(ES256, key_ops="verify"), "not for signatures"),
        (jwk_of(ES256, d="AAAA"), "no private part"),
        (jwk_of(ES256, kid=...), "needs a kid"),
        (jwk_of(ES256, kid=7), "needs a kid"),
        (jwk_of(ES256, kid="../x"), "kid is"),
        (jwk_of(ES256, alg="none"), "none"),
        (jwk_of(ES256, alg="HS256"), "not one for HS256"),
        (jwk_of(ES256, alg="RS256"), "not one for RS256"),
        (jwk_of(EDDSA, alg="ES256"), "not one for ES256"),
        (jwk_of(RS256, alg=...), "None"),
        (jwk_of(RS256, alg="ES256"), "not one for ES256"),
        (jwk_of(RS256, n="AQAB"), "."),
        (jwk_of(RS256, n="A" * 3000), "needs n"),
        (jwk_of(RS256, e="AQ"), "."),
        (jwk_of(RS256, e="A" + "f" * 39), "RSA"),
        (jwk_of(RS256, e=...), "needs e"),
        (jwk_of(ES256, x="!"), "base64url"),
        (jwk_of(ES256, x=""), "needs x"),
        (jwk_of(ES256, x="AAAA"), "."),
        (jwk_of(ES256, x=7), "needs x"),
        (jwk_of(EDDSA, x="AAAA"), "."),
    ],
)
def test_a_jwk_that_is_not_for_here_is_refused(jwk: Any, why: str) -> None:
    """Of another kind, for another use, too weak, or carrying what must not travel."""
    with pytest.raises(ValueError, match=why):
        from_jwk(jwk)


def test_weak_and_monstrous_rsa_keys_are_refused() -> None:
    """One can be factored, the other makes each check an attack."""
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    huge = rsa.RSAPublicNumbers(65537, (1 << 8200) + 1).public_key()
    for key in (weak, huge):
        with pytest.raises(ValueError, match="2048 to 8192 bits"):
            PublicKey("kid", Algorithm.RS256, key)
    with pytest.raises(ValueError, match="not one for ES256"):
        PublicKey("kid", Algorithm.ES256, ec.generate_private_key(ec.SECP384R1()).public_key())


def test_kinds_that_are_not_known_are_left_out() -> None:
    """RFC 7517 section 5: an issuer may add keys that this verifier does not understand."""
    others = [{"kty": "new"}, jwk_of(ES256, use="enc", kid="enc"), "text", None]
    found = read_jwks(json.dumps({"keys": [*others, jwk_of(ES256)]}).encode())
    assert [key.kid for key in found] == [ES256.kid]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
MEMBERS = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "kid", "use", "key_ops", "d"])


@given(st.sampled_from(ASYMMETRIC), st.dictionaries(MEMBERS, JSON))
def test_any_jwk_is_a_key_or_refused(algorithm: Algorithm, changes: dict[str, Any]) -> None:
    """Whatever its members are, nothing but ValueError comes out."""
    try:
        from_jwk({**jwk_of(KEYS[algorithm]), **changes})
    except ValueError:
        return


@given(st.binary(max_size=200) | JSON.map(lambda found: json.dumps({"keys": found}).encode()))
def test_any_answer_is_a_set_or_refused(text: bytes) -> None:
    """Whatever an issuer sends."""
    with pytest.raises(ValueError, match=r"JSON|JWK"):
        read_jwks(text)
