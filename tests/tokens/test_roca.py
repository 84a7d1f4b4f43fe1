"""Keys of the generator known as ROCA are refused, wherever they come from; others are not."""

from __future__ import annotations

import base64
import random
from math import prod

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tokens import Key, PublicKey
from tokens.jwks import from_jwk
from tokens.keys import Algorithm
from tokens.roca import is_roca_weak

PRIMES = [n for n in range(2, 702) if all(n % d for d in range(2, int(n**0.5) + 1))]
PRODUCT = prod(PRIMES)
"""M of the generator, for keys of 2,048 bits."""
E = 65537


def is_prime(number: int, draw: random.Random) -> bool:
    """Miller and Rabin's test, good enough for a key that nobody will use."""
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        power = pow(draw.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = pow(power, 2, number)
            if power == number - 1:
                break
        else:
            return False
    return True


def weak_prime(draw: random.Random, bits: int = 1024) -> int:
    """A prime as the generator made them: k * M + 65537^a mod M."""
    low = (3 << bits - 2) // PRODUCT + 1
    high = (1 << bits) // PRODUCT - 1
    while True:
        made = draw.randrange(low, high) * PRODUCT + pow(E, draw.randrange(PRODUCT), PRODUCT)
        if made % E != 1 and is_prime(made, draw):
            return made


@pytest.fixture(scope="module")
def weak() -> rsa.RSAPrivateKey:
    draw = random.Random(1)
    p, q = weak_prime(draw), weak_prime(draw)
    d = pow(E, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(E, p * q),
    ).private_key()


@pytest.mark.parametrize("algorithm", [Algorithm.RS256, Algorithm.PS256])
def test_a_roca_key_is_refused_at_construction(
    weak: rsa.RSAPrivateKey, algorithm: Algorithm
) -> None:
    """The private one, the public one, and one in a JWK set."""
    assert weak.key_size == 2048
    with pytest.raises(ValueError, match="ROCA"):
        Key("kid", algorithm, weak)
    with pytest.raises(ValueError, match="ROCA"):
        PublicKey("kid", algorithm, weak.public_key())
    sound = Key.generate(algorithm).public()
    assert sound is not None
    n = weak.public_key().public_numbers().n.to_bytes(256, "big")
    jwk = {**sound.to_jwk(), "n": _base64url(n)}
    with pytest.raises(ValueError, match="ROCA"):
        from_jwk(jwk)


def test_a_sound_key_is_taken() -> None:
    """No modulus that was drawn otherwise has the fingerprint, nor nearly."""
    draw = random.Random(2)
    for bits in (2048, 3072, 4096):
        assert not any(is_roca_weak(draw.getrandbits(bits) | 1) for _ in range(1000))
    Key.generate("RS256")


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "text",
    [
        b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n",
        b"\n-----BEGIN CERTIFICATE-----" + b"x" * 40,
        b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ==",
        b'{"kty":"RSA","n":"sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri"}',
    ],
)
def test_the_text_of_a_key_is_no_secret(text: bytes) -> None:
    """Who signs with a public key lets everybody sign (RFC 8725, section 2.1)."""
    with pytest.raises(ValueError, match="random bytes"):
        Key("kid", Algorithm.HS256, text)


def test_an_algorithm_is_known_by_its_name_as_well() -> None:
    """As text it means the same; an unknown one is refused at once."""
    key = Key.generate("ES256")
    again = Key("kid", "ES256", key.private)  # type: ignore[arg-type]
    assert again.algorithm is Algorithm.ES256
    with pytest.raises(ValueError, match="HS512"):
        Key("kid", "HS512", b"x" * 64)  # type: ignore[arg-type]


@pytest.mark.parametrize("kid", [None, 5, b"kid", "", "a b"])
def test_a_kid_is_text(kid: str) -> None:
    """Of another type it is refused as one with odd characters is."""
    with pytest.raises(ValueError, match="kid"):
        Key(kid, Algorithm.HS256, b"x" * 32)
