"""Which key is taken, which is refused, and what others learn of it."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tokens import Algorithm, Key, KeyRing

EC384 = ec.generate_private_key(ec.SECP384R1())
RSA1024 = rsa.generate_private_key(public_exponent=65537, key_size=1024)


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_survives_its_file(algorithm: Algorithm) -> None:
    """What was stored comes back as the same key."""
    key = Key.generate(algorithm)
    again = Key.from_dict(key.to_dict())
    assert again.to_dict() == key.to_dict()
    assert (again.kid, again.algorithm) == (key.kid, algorithm)


@pytest.mark.parametrize(
    ("algorithm", "private", "remedy"),
    [
        ("HS256", b"x" * 31, "32 random bytes"),
        ("HS256", ec.generate_private_key(ec.SECP256R1()), "a secret of bytes"),
        ("RS256", RSA1024, "2048 bits"),
        ("PS256", RSA1024, "2048 bits"),
        ("RS256", b"x" * 32, "RSA private key"),
        ("ES256", EC384, "P-256"),
        ("ES256", b"x" * 32, "P-256"),
        ("EdDSA", b"x" * 32, "Ed25519"),
        ("ES256", ed25519.Ed25519PrivateKey.generate(), "P-256"),
    ],
)
def test_a_key_that_does_not_fit_is_refused(algorithm: str, private: bytes, remedy: str) -> None:
    """At start-up, with what would fit."""
    with pytest.raises(ValueError, match=remedy):
        Key("kid", Algorithm(algorithm), private)


@pytest.mark.parametrize("kid", ["", "a" * 65, "../key", "a b", "é", "a\n"])
def test_a_kid_is_plain(kid: str) -> None:
    """It travels in every header, and is looked up by whoever reads one."""
    with pytest.raises(ValueError, match="kid"):
        Key(kid, Algorithm.HS256, b"x" * 32)


def test_an_algorithm_that_is_not_on_the_list_is_refused() -> None:
    """The set is closed."""
    for name in ("none", "HS512", "ES256K", "RSA-OAEP"):
        with pytest.raises(ValueError, match=name):
            Key.generate(name)


def test_a_ring_needs_a_key_and_tells_them_apart() -> None:
    """No ring without a key, nor with two of one name."""
    key = Key.generate("HS256")
    with pytest.raises(ValueError, match="needs a key"):
        KeyRing([])
    with pytest.raises(ValueError, match="one kid"):
        KeyRing([key, Key(key.kid, Algorithm.HS256, b"y" * 32)])


def test_the_jwk_set_has_the_public_keys_and_no_secret() -> None:
    """RFC 7517: HS256 has no public key; no private member stands in any."""
    ring = KeyRing([Key.generate(algorithm) for algorithm in Algorithm])
    published = ring.jwks()["keys"]
    assert [jwk["alg"] for jwk in published] == ["RS256", "PS256", "ES256", "EdDSA"]
    for jwk in published:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & jwk.keys()


def test_a_key_does_not_show_itself() -> None:
    """In a log or a traceback a key is its name."""
    key = Key("name", Algorithm.HS256, b"secret-secret-secret-secret-secret")
    assert repr(key) == "Key(kid='name', algorithm='HS256')"


def test_a_stored_key_that_is_none_is_refused() -> None:
    """Before anything is signed with it."""
    with pytest.raises(ValueError, match="lacks 'private'"):
        Key.from_dict({"kid": "a", "algorithm": "HS256"})
