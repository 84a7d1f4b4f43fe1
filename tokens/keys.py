"""A key, private or public, bound to the one algorithm it is for.

Bound here, once; nothing a token says can change it (RFC 8725 section 3.1). The set is closed:
HS256, RS256, PS256, ES256 and EdDSA with Ed25519.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .door import is_text
from .roca import is_roca_weak

MIN_SECRET_BYTES = 32
"""RFC 7518 section 3.2: as long as the hash, for HS256."""
MIN_RSA_BITS = 2048
"""RFC 7518 section 3.3."""

_kid_is_plain = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch

MAX_RSA_BITS = 8192
"""A public key from elsewhere may cost this much to verify with, and no more."""
Private = bytes | rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

Public = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


class Algorithm(StrEnum):
    """What may sign here, by its name in RFC 7518 and RFC 8037."""

    HS256 = "HS256"
    RS256 = "RS256"
    PS256 = "PS256"
    ES256 = "ES256"
    EDDSA = "EdDSA"


@dataclass(frozen=True)
class Key:
    """A key bound to the one algorithm it is for."""

    kid: str
    algorithm: Algorithm
    private: Private

    def __post_init__(self) -> None:
        """Refuse a key that does not fit its algorithm, or is too weak for it."""
        _check_name(self.kid)
        object.__setattr__(self, "algorithm", Algorithm(self.algorithm))  # of a name, the member
        check = _CHECKS[self.algorithm]
        check(self.private)
        self.public()  # which refuses what nobody could verify with

    def __repr__(self) -> str:
        """Show which key it is, and nothing of the key itself."""
        return f"Key(kid={self.kid!r}, algorithm={self.algorithm.value!r})"

    @classmethod
    def generate(cls, algorithm: Algorithm | str) -> Key:
        """A fresh key with a random kid."""
        algorithm = Algorithm(algorithm)
        return cls(secrets.token_urlsafe(6), algorithm, _GENERATORS[algorithm]())

    @property
    def verifies_with(self) -> Any:
        """What a signature is checked with: the public key, or the secret of HS256."""
        return self.private if isinstance(self.private, bytes) else self.private.public_key()

    def public(self) -> PublicKey | None:
        """The key that others verify with; None for HS256, whose key is nobody else's."""
        if isinstance(self.private, bytes):
            return None
        return PublicKey(self.kid, self.algorithm, self.private.public_key())

    def to_dict(self) -> dict[str, str]:
        """The key with its secret part, for a file that only its owner may read."""
        if isinstance(self.private, bytes):
            secret = _base64url(self.private)
        else:
            secret = self.private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode()
        return {"kid": self.kid, "algorithm": self.algorithm.value, "private": secret}

    @classmethod
    def from_dict(cls, stored: Mapping[str, str]) -> Key:
        """The key that `to_dict` wrote; ValueError if it is none."""
        try:
            kid, algorithm, secret = (stored[n] for n in ("kid", "algorithm", "private"))
        except (KeyError, TypeError) as exc:
            raise ValueError(f"a stored key lacks {exc}") from None
        if not is_text(secret):
            raise ValueError("a stored key has its secret part as text, as to_dict writes it")
        if Algorithm(algorithm) is Algorithm.HS256:
            padded = secret + "=" * (-len(secret) % 4)
            return cls(kid, Algorithm.HS256, base64.urlsafe_b64decode(padded))
        try:
            private: Any = serialization.load_pem_private_key(secret.encode(), password=None)
        except (TypeError, UnsupportedAlgorithm) as exc:
            raise ValueError("a stored key is a private key in PEM, without a password") from exc
        return cls(kid, Algorithm(algorithm), private)


@dataclass(frozen=True)
class PublicKey:
    """A key of another issuer, or of a node that only verifies: it cannot sign."""

    kid: str
    algorithm: Algorithm
    verifies_with: Public

    def __post_init__(self) -> None:
        """Refuse a key that does not fit its algorithm, is too weak, or costs too much."""
        _check_name(self.kid)
        object.__setattr__(self, "algorithm", Algorithm(self.algorithm))  # of a name, the member
        key, algorithm = self.verifies_with, self.algorithm
        if isinstance(key, rsa.RSAPublicKey):
            fits = algorithm in (Algorithm.RS256, Algorithm.PS256)
            if fits:
                _check_modulus(key)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            fits = algorithm is Algorithm.ES256 and key.curve.name == "secp256r1"
        else:
            fits = algorithm is Algorithm.EDDSA and isinstance(key, ed25519.Ed25519PublicKey)
        if not fits:
            raise ValueError(f"this public key is not one for {algorithm.value}")

    def public(self) -> PublicKey:
        """The key itself."""
        return self

    def to_jwk(self) -> dict[str, str]:
        """The key as a JWK (RFC 7517)."""
        known = {"kid": self.kid, "alg": self.algorithm.value, "use": "sig"}
        public = self.verifies_with
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            return {"kty": "RSA", "n": _number(numbers.n), "e": _number(numbers.e), **known}
        if isinstance(public, ec.EllipticCurvePublicKey):
            point = public.public_numbers()
            x, y = _number(point.x, 32), _number(point.y, 32)
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y, **known}
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(raw), **known}


def _check_name(kid: object) -> None:
    if not isinstance(kid, str) or _kid_is_plain(kid) is None:
        raise ValueError("a kid is 1 to 64 characters of A-Z, a-z, 0-9, _ and -")


def _check_modulus(key: rsa.RSAPublicKey) -> None:
    numbers = key.public_numbers()
    if not (MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS and numbers.e < 2**32):
        raise ValueError(f"an RSA key needs {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
    if is_roca_weak(numbers.n):
        raise ValueError("this RSA key can be factored (ROCA, CVE-2017-15361): make another one")


def _check_secret(private: Private) -> None:
    if not isinstance(private, bytes):
        raise ValueError("HS256 needs a secret of bytes, as secrets.token_bytes(32) makes one")
    # Whoever takes a public key for a secret lets everybody sign (RFC 8725 section 2.1).
    if private.lstrip().startswith((b"-----BEGIN", b"ssh-", b"ecdsa-", b'{"')):
        raise ValueError("an HS256 secret is random bytes, and this is the text of a key")
    if len(private) < MIN_SECRET_BYTES:
        raise ValueError(
            f"an HS256 secret of {len(private)} bytes is too short: use {MIN_SECRET_BYTES} random "
            "bytes, as from secrets.token_bytes(32)"
        )


def _check_rsa(private: Private) -> None:
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError("RS256 and PS256 need an RSA private key")
    if private.key_size < MIN_RSA_BITS:
        raise ValueError(f"an RSA key needs {MIN_RSA_BITS} bits or more, not {private.key_size}")


def _check_ec(private: Private) -> None:
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise ValueError("ES256 needs a private key on the curve P-256")


def _check_ed25519(private: Private) -> None:
    if not isinstance(private, ed25519.Ed25519PrivateKey):
        raise ValueError("EdDSA needs an Ed25519 private key")


_CHECKS = {
    Algorithm.HS256: _check_secret,
    Algorithm.RS256: _check_rsa,
    Algorithm.PS256: _check_rsa,
    Algorithm.ES256: _check_ec,
    Algorithm.EDDSA: _check_ed25519,
}


def _generate_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=MIN_RSA_BITS)


_GENERATORS: Mapping[Algorithm, Any] = {
    Algorithm.HS256: lambda: secrets.token_bytes(MIN_SECRET_BYTES),
    Algorithm.RS256: _generate_rsa,
    Algorithm.PS256: _generate_rsa,
    Algorithm.ES256: lambda: ec.generate_private_key(ec.SECP256R1()),
    Algorithm.EDDSA: ed25519.Ed25519PrivateKey.generate,
}


def _number(value: int, length: int | None = None) -> str:
    return _base64url(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
