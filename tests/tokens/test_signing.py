"""Hostile tokens, one for every rule: each is refused with its reason, and nothing else happens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import FakeClock
from tokens import Algorithm, InvalidToken, Key, KeyRing, Reason, TokenManager
from tokens.claims import MAX_DEPTH
from tokens.signing import MAX_HEADER_BYTES, MAX_HEADERS_KNOWN, MAX_TOKEN_BYTES, Signer
from tokens.stores.memory import MemoryStore

from .conftest import AUDIENCE, ISSUER, a_manager

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RINGS = {algorithm: KeyRing([Key.generate(algorithm)]) for algorithm in Algorithm}
HS256 = RINGS[Algorithm.HS256]
ES256 = RINGS[Algorithm.ES256]


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def header_of(key: Key, **changes: Any) -> dict[str, Any]:
    known = {"alg": key.algorithm.value, "kid": key.kid, "typ": "at+jwt", **changes}
    return {name: value for name, value in known.items() if value is not ...}


def claims_at(now: float, **changes: Any) -> dict[str, Any]:
    known = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "alice",
        "exp": int(now) + 60,
        "iat": int(now),
        "jti": "id",
        "sid": "family",
        "auth_time": int(now),
        **changes,
    }
    return {name: value for name, value in known.items() if value is not ...}


def forged(
    header: Mapping[str, Any] | bytes,
    claims: Mapping[str, Any] | bytes,
    secret: bytes | None = None,
) -> str:
    """A token with these very parts, signed by HMAC with *secret* (the test ring's own if None)."""
    private = HS256.signing.private
    assert isinstance(private, bytes)
    parts = [x if isinstance(x, bytes) else json.dumps(x).encode() for x in (header, claims)]
    signed = ".".join(base64url(part) for part in parts)
    signature = hmac.digest(secret or private, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64url(signature)}"


def reason_for(manager: TokenManager, token: str) -> Reason:
    with pytest.raises(InvalidToken) as caught:
        manager.verify(token)
    return caught.value.reason


@pytest.fixture
def hs256(clock: FakeClock) -> TokenManager:
    return a_manager(MemoryStore(), clock, ring=HS256)


@pytest.fixture
def es256(clock: FakeClock) -> TokenManager:
    return a_manager(MemoryStore(), clock, ring=ES256)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_every_algorithm_verifies_what_it_signed(algorithm: Algorithm, clock: FakeClock) -> None:
    """And refuses it with any one bit of any part changed."""
    manager = a_manager(MemoryStore(), clock, ring=RINGS[algorithm])
    token = manager.issue("alice").credential
    assert manager.verify(token).subject == "alice"
    for at in range(0, len(token), 7):
        other = "A" if token[at] != "A" else "B"
        reason_for(manager, token[:at] + other + token[at + 1 :])


def test_the_reference_forgery_is_good(hs256: TokenManager, clock: FakeClock) -> None:
    """What the other tests change one thing of does verify unchanged."""
    token = forged(header_of(HS256.signing), claims_at(clock.now))
    assert hs256.verify(token).subject == "alice"


@pytest.mark.parametrize("name", ["none", "None", "NONE", "", "HS384", "HS512", "RS256", "ES256K"])
def test_the_algorithm_is_the_keys_and_not_the_tokens(
    name: str, hs256: TokenManager, clock: FakeClock
) -> None:
    """RFC 8725 section 3.1: no other `alg` is looked at, `none` least of all."""
    token = forged(header_of(HS256.signing, alg=name), claims_at(clock.now))
    assert reason_for(hs256, token) is Reason.KEY
    unsigned = token.rpartition(".")[0] + "."
    assert reason_for(hs256, unsigned) is Reason.MALFORMED


def test_a_public_key_is_no_hmac_secret(es256: TokenManager, clock: FakeClock) -> None:
    """RFC 8725 section 2.1, key confusion: HS256 with the public key of ES256 is not accepted."""
    pem = ES256.signing.verifies_with.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for alg in ("HS256", "ES256"):
        token = forged(header_of(ES256.signing, alg=alg), claims_at(clock.now), secret=pem)
        assert reason_for(es256, token) in (Reason.KEY, Reason.SIGNATURE)


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": ...},
        {"typ": "JWT"},
        {"typ": "AT+JWT"},
        {"typ": "application/at+jwt"},
        {"typ": None},
        {"crit": ["exp"]},
        {"b64": False, "crit": ["b64"]},
        {"b64": True},
        {"zip": "DEF"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/cert"},
        {"x5c": ["AAAA"]},
        {"cty": "JWT"},
        {"alg": ...},
        {"kid": ...},
    ],
)
def test_a_header_says_what_is_known_and_nothing_else(
    changes: dict[str, Any], hs256: TokenManager, clock: FakeClock
) -> None:
    """RFC 8725 sections 3.8, 3.10 and 3.11; keys come from configuration only."""
    token = forged(header_of(HS256.signing, **changes), claims_at(clock.now))
    assert reason_for(hs256, token) is Reason.HEADER


@pytest.mark.parametrize(
    "kid",
    ["other", "", "../../dev/null", "' OR 1=1 --", "a" * 300, "\x00", None, 1, ["a"], {"a": 1}],
)
def test_a_hostile_kid_is_only_an_unknown_name(
    kid: object, hs256: TokenManager, clock: FakeClock
) -> None:
    """It is looked up in a dict, and in nothing else."""
    token = forged(header_of(HS256.signing, kid=kid), claims_at(clock.now))
    assert reason_for(hs256, token) is Reason.KEY


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        *(({name: ...}, Reason.CLAIMS) for name in claims_at(0)),
        *(({name: ""}, Reason.CLAIMS) for name in claims_at(0)),
        *(({name: None}, Reason.CLAIMS) for name in claims_at(0)),
        *(({name: ["x"]}, Reason.CLAIMS) for name in claims_at(0)),
        *(
            ({name: value}, Reason.CLAIMS)
            for name in ("exp", "iat", "nbf", "auth_time")
            for value in (1.5, "1", True, -1, 10**400, 2**53)
        ),
        ({"sub": "\ud800"}, Reason.CLAIMS),
        ({"data": []}, Reason.CLAIMS),
        ({"anonymous": 1}, Reason.CLAIMS),
        ({"iss": "https://issuer.example/"}, Reason.ISSUER),
        ({"iss": "https://ISSUER.example"}, Reason.ISSUER),
        ({"aud": "others"}, Reason.AUDIENCE),
        ({"exp": 0}, Reason.EXPIRED),
        ({"nbf": 2**52}, Reason.IMMATURE),
        ({"iat": 2**52}, Reason.IMMATURE),
    ],
)
def test_a_claim_is_there_of_its_type_and_acceptable(
    changes: dict[str, Any], reason: Reason, hs256: TokenManager, clock: FakeClock
) -> None:
    """RFC 9068 section 2.2 and RFC 7519 section 4.1, whoever signed it."""
    token = forged(header_of(HS256.signing), claims_at(clock.now, **changes))
    assert reason_for(hs256, token) is reason


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"null",
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'{"iss":"a","iss":"b"}',
        b'{"exp":NaN}',
        b'{"exp":Infinity}',
        b"[" * 2000,
        b'{"a":' * 800,
        b"\xff",
    ],
)
def test_a_payload_is_strict_json(payload: bytes, hs256: TokenManager) -> None:
    """RFC 8725 section 3.7: UTF-8 without a mark, one object, no name twice, no endless nest."""
    token = forged(header_of(HS256.signing), payload)
    assert reason_for(hs256, token) in (Reason.CLAIMS, Reason.MALFORMED)


@pytest.mark.parametrize(
    "header", [b"", b"{", b"[]", b"null", b"\xef\xbb\xbf{}", b"[" * 300, b'{"alg":"a","alg":"b"}']
)
def test_a_header_is_strict_json(header: bytes, hs256: TokenManager) -> None:
    """As the payload, and before any signature is looked at."""
    token = forged(header, b"{}")
    assert reason_for(hs256, token) in (Reason.HEADER, Reason.MALFORMED)


def test_a_token_is_written_in_one_way(hs256: TokenManager) -> None:
    """RFC 7515 section 2: no padding, no white space, no other alphabet, no spare bits."""
    token = hs256.issue("alice").credential
    head, _, signature = token.rpartition(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    neighbour = last[last.index(signature[-1]) ^ 1]
    for other in (
        token + "=",
        token + "\n",
        " " + token,
        token + ".",
        "." + token,
        token.replace(".", "..", 1),
        f"{head}.{signature[:-1]}{neighbour}",
        token.replace("-", "+").replace("_", "/") + "+",
    ):
        assert reason_for(hs256, other) is Reason.MALFORMED


def test_length_is_looked_at_first(hs256: TokenManager) -> None:
    """However much is sent, nothing is parsed past the limit."""
    token = hs256.issue("alice").credential
    assert reason_for(hs256, token + "A" * MAX_TOKEN_BYTES) is Reason.MALFORMED


def test_good_claims_in_bad_json_are_refused(hs256: TokenManager, clock: FakeClock) -> None:
    """Everything that must be there is, and is well signed; only the JSON is not strict."""
    text = json.dumps(claims_at(clock.now, data={"a": 1}))
    header = header_of(HS256.signing)
    assert hs256.verify(forged(header, text.encode())).subject == "alice"
    for payload in (
        text.replace('"sub": "alice"', '"sub": "alice", "sub": "mallory"').encode(),
        text.replace('"a": 1', '"a": 1, "a": 2').encode(),
        text.replace('{"a": 1}', '{"a": NaN}').encode(),
        text.replace('{"a": 1}', '{"a": -Infinity}').encode(),
        text.replace('{"a": 1}', '{"a": 1e999}').encode(),
        b"\xef\xbb\xbf" + text.encode(),
        text.encode("utf-16"),
        text.encode("utf-32-le"),
        text.encode() + b"x",
    ):
        assert reason_for(hs256, forged(header, payload)) is Reason.CLAIMS


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_nesting_is_bounded(opens: str, closes: str, hs256: TokenManager, clock: FakeClock) -> None:
    """As deep as what is signed here, and no deeper; long before any stack would end."""

    def nested(depth: int) -> str:
        data = f'{{"a": {opens * depth}1{closes * depth}}}'
        text = json.dumps(claims_at(clock.now, data={})).replace('"data": {}', f'"data": {data}')
        return forged(header_of(HS256.signing), text.encode())

    assert hs256.verify(nested(MAX_DEPTH)).subject == "alice"
    for depth in (MAX_DEPTH + 1, 100, 500, 900):
        assert reason_for(hs256, nested(depth)) is Reason.CLAIMS


def test_brackets_in_a_text_are_no_nesting(hs256: TokenManager, clock: FakeClock) -> None:
    """Nor are many that stand side by side."""
    side_by_side: list[dict[str, Any]] = [{"a": "[{" * 200}, {"a": [[] for _ in range(200)]}]
    for data in side_by_side:
        token = forged(header_of(HS256.signing), claims_at(clock.now, data=data))
        assert hs256.verify(token).data == data


def test_a_header_is_short(hs256: TokenManager, clock: FakeClock) -> None:
    """Well signed and well formed, but padded with white space past the limit."""
    header = json.dumps(header_of(HS256.signing)).encode()
    for spaces, accepted in ((MAX_HEADER_BYTES // 2, True), (MAX_HEADER_BYTES, False)):
        token = forged(header + b" " * spaces, claims_at(clock.now))
        if accepted:
            assert hs256.verify(token).subject == "alice"
        else:
            assert reason_for(hs256, token) is Reason.HEADER


def test_no_part_has_a_length_that_no_bytes_have(hs256: TokenManager) -> None:
    """One character over a multiple of four is the beginning of a byte and no more."""
    header, payload, signature = hs256.issue("alice").credential.split(".")
    assert len(signature) % 4 == 3
    for token in (
        f"AAAAA.{payload}.{signature}",
        f"{header}.{payload}.{signature}AA",
        f"{header}.{payload}.A",
    ):
        assert reason_for(hs256, token) is Reason.MALFORMED


def test_what_is_known_of_headers_is_bounded(clock: FakeClock) -> None:
    """Whoever can sign may write a header in many ways; only so many are remembered."""
    manager = a_manager(MemoryStore(), clock, ring=HS256)
    header = json.dumps(header_of(HS256.signing)).encode()
    for spaces in range(2 * MAX_HEADERS_KNOWN):
        token = forged(header + b" " * spaces, claims_at(clock.now))
        assert manager.verify(token).subject == "alice"
    assert len(manager.signer._known) == MAX_HEADERS_KNOWN


def test_a_token_too_long_to_be_verified_is_not_signed() -> None:
    """The error says so before the client holds what no server takes."""
    with pytest.raises(ValueError, match="is the limit"):
        Signer(HS256).sign(b"x" * MAX_TOKEN_BYTES)


def test_the_twin_of_a_denied_token_is_denied(clock: FakeClock) -> None:
    """Every ECDSA signature (r, s) has a twin (r, n-s) that verifies too: a denylist must not
    know a token by its text."""
    manager = a_manager(MemoryStore(), clock, "denylist", ring=ES256)
    token = manager.issue("alice").credential
    head, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    assert decode_dss_signature(encode_dss_signature(r, s)) == (r, s)
    other = r.to_bytes(32, "big") + (P256_ORDER - s).to_bytes(32, "big")
    twin = f"{head}.{base64url(other)}"
    assert twin != token
    assert manager.verify(twin).subject == "alice"
    manager.revoke(token)
    assert reason_for(manager, twin) is Reason.REVOKED


def test_another_rings_token_is_refused(clock: FakeClock) -> None:
    """A key that was lost or removed ends what it signed."""
    first = a_manager(MemoryStore(), clock, ring=HS256)
    second = a_manager(MemoryStore(), clock, ring=KeyRing([Key.generate("HS256")]))
    assert reason_for(second, first.issue("alice").credential) is Reason.KEY


def test_keys_rotate_without_a_gap(clock: FakeClock) -> None:
    """What either key signed verifies on a node that knows both."""
    old, new = Key.generate("ES256"), Key.generate("EdDSA")
    before = a_manager(MemoryStore(), clock, ring=KeyRing([old, new]))
    after = a_manager(MemoryStore(), clock, ring=KeyRing([new, old]))
    for signer, verifier in ((before, after), (after, before)):
        assert verifier.verify(signer.issue("alice").credential).subject == "alice"


def test_a_header_in_another_order_is_understood(hs256: TokenManager, clock: FakeClock) -> None:
    """Another issuer with the same key may write its header otherwise."""
    header = json.dumps(
        {"typ": "at+jwt", "kid": HS256.signing.kid, "alg": "HS256"}, indent=1
    ).encode()
    assert hs256.verify(forged(header, claims_at(clock.now))).subject == "alice"


FUZZED = a_manager(MemoryStore(), FakeClock(), ring=HS256)
ALPHABET = "ABCabc012-_.=+/ {}\"'é\x00\n"


@given(st.text(alphabet=ALPHABET, max_size=200) | st.text(max_size=200))
def test_any_text_at_all_is_refused_as_a_token(text: str) -> None:
    """Nothing but InvalidToken ever comes out."""
    with pytest.raises(InvalidToken):
        FUZZED.verify(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "x"]), JSON),
    st.dictionaries(st.sampled_from([*claims_at(0), "nbf", "data", "anonymous"]), JSON),
    st.booleans(),
)
def test_any_json_well_signed_gives_an_identity_or_a_rejection(
    header: dict[str, Any], claims: dict[str, Any], known: bool
) -> None:
    """Headers and claims of any shape, under a good signature, raise nothing else."""
    good = header_of(HS256.signing)
    try:
        FUZZED.verify(forged(good if known else {**good, **header}, {**claims_at(0), **claims}))
    except InvalidToken:
        return
    except BaseException as exc:
        raise AssertionError("neither accepted nor rejected") from exc
