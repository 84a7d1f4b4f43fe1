"""Hostile tokens, one for every rule: each is refused with its reason, and nothing else happens."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from tests.conftest import FakeClock
from tokens import Algorithm, Key, KeyRing, Reason, TokenManager
from tokens.stores.memory import MemoryStore

from .conftest import a_manager, reason_for
from .forging import HS256, base64url, claims_at, forged, header_of

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RINGS = {algorithm: KeyRing([Key.generate(algorithm)]) for algorithm in Algorithm}
ES256 = RINGS[Algorithm.ES256]


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
