"""A published key as text: which is read, which is refused, and which is left out of its set."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from tokens import Algorithm, KeyRing, PublicKey
from tokens.jwks import from_jwk, read_jwks
from tokens.signing import Signer

from .issuers import ASYMMETRIC, ES256, KEYS, jwk_of


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
