"""The key ring: which key signs, which keys verify, and how others learn the public ones.

An algorithm is bound to its key here, once; nothing a token says can change it (RFC 8725
section 3.1). The set is closed: HS256, RS256, PS256, ES256 and EdDSA with Ed25519.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

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
        if _kid_is_plain(self.kid) is None:
            raise ValueError("a kid is 1 to 64 characters of A-Z, a-z, 0-9, _ and -")
        check = _CHECKS[self.algorithm]
        check(self.private)

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
        except KeyError as exc:
            raise ValueError(f"a stored key lacks {exc}") from None
        if Algorithm(algorithm) is Algorithm.HS256:
            padded = secret + "=" * (-len(secret) % 4)
            return cls(kid, Algorithm.HS256, base64.urlsafe_b64decode(padded))
        private: Any = serialization.load_pem_private_key(secret.encode(), password=None)
        return cls(kid, Algorithm(algorithm), private)


@dataclass(frozen=True)
class PublicKey:
    """A key of another issuer, or of a node that only verifies: it cannot sign."""

    kid: str
    algorithm: Algorithm
    verifies_with: Public

    def __post_init__(self) -> None:
        """Refuse a key that does not fit its algorithm, is too weak, or costs too much."""
        if _kid_is_plain(self.kid) is None:
            raise ValueError("a kid is 1 to 64 characters of A-Z, a-z, 0-9, _ and -")
        key, algorithm = self.verifies_with, self.algorithm
        if isinstance(key, rsa.RSAPublicKey):
            fits = algorithm in (Algorithm.RS256, Algorithm.PS256)
            sound = MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
            if fits and not (sound and key.public_numbers().e < 2**32):
                raise ValueError(f"an RSA key needs {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")
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


class State(StrEnum):
    """Where a key of a ring is in its life. It goes one way only."""

    PUBLISHED = "published"
    """Others learn it and accept it; it signs nothing here yet."""
    SIGNING = "signing"
    """The one that signs."""
    VERIFY_ONLY = "verify-only"
    """What it signed is still accepted."""
    RETIRED = "retired"
    """Nothing it signed is accepted, and it never comes back."""


class KeyRing:
    """The keys of one issuer, each with its state. Never changes: a change gives a new ring.

    Without *states* the first key that can sign does, and the others wait to.

    To rotate without a gap: `publish` the new key on every node and wait until each node, and
    each cache of the JWK set, has it; then `promote` it node by node; and when the last token of
    the old one has expired, `retire` that. In this order no node meets a token signed by a key
    that it does not know, whichever nodes are ahead. A key that has leaked is retired at once,
    when another was promoted: that ends every token it signed.
    """

    def __init__(
        self, keys: Iterable[Key | PublicKey], states: Mapping[str, State] | None = None
    ) -> None:
        self.keys = tuple(keys)
        if not self.keys:
            raise ValueError("a key ring needs a key: Key.generate('ES256') makes one")
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise ValueError("two keys of a ring have one kid: verifiers could not tell them apart")
        self.states = dict(states) if states is not None else _first_signs(self.keys)
        signing = [key for key in self.keys if self.states[key.kid] is State.SIGNING]
        if len(signing) > 1 or any(isinstance(key, PublicKey) for key in signing):
            raise ValueError("one key of a ring signs, and a public key cannot")
        self._signing = signing[0] if signing else None

    @property
    def signing(self) -> Key:
        """The key that signs; ValueError if this ring only verifies."""
        if not isinstance(self._signing, Key):
            raise ValueError("this key ring only verifies: it has no private key that signs")
        return self._signing

    @property
    def can_sign(self) -> bool:
        """Whether there is a key that signs."""
        return self._signing is not None

    @property
    def verifying(self) -> tuple[Key | PublicKey, ...]:
        """The keys whose signatures are accepted: all but the retired."""
        return tuple(key for key in self.keys if self.states[key.kid] is not State.RETIRED)

    def publish(self, key: Key | PublicKey) -> KeyRing:
        """A ring that accepts *key* as well."""
        return KeyRing((*self.keys, key), {**self.states, key.kid: State.PUBLISHED})

    def promote(self, kid: str) -> KeyRing:
        """A ring that signs with the published key *kid*; the one before only verifies."""
        if self.states.get(kid) is not State.PUBLISHED:
            raise ValueError("only a published key can be promoted: verifiers must know it first")
        past = {
            each: State.VERIFY_ONLY if state is State.SIGNING else state
            for each, state in self.states.items()
        }
        return KeyRing(self.keys, {**past, kid: State.SIGNING})

    def retire(self, kid: str) -> KeyRing:
        """A ring that no longer accepts the key *kid*."""
        if self.states.get(kid) in (None, State.SIGNING):
            raise ValueError("the key that signs cannot be retired: promote another first")
        return KeyRing(self.keys, {**self.states, kid: State.RETIRED})

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys as a JWK set (RFC 7517 section 5), the retired left out."""
        public = [key.public() for key in self.verifying]
        return {"keys": [key.to_jwk() for key in public if key is not None]}

    def to_list(self) -> list[dict[str, str]]:
        """Keys with their secret parts and states, for a file that only its owner may read."""
        own = [key for key in self.keys if isinstance(key, Key)]
        return [{**key.to_dict(), "state": self.states[key.kid].value} for key in own]

    @classmethod
    def from_list(cls, stored: Iterable[Mapping[str, str]]) -> KeyRing:
        """The ring that `to_list` wrote; ValueError if it is none."""
        found = list(stored)
        keys = [Key.from_dict(each) for each in found]
        if not any("state" in each for each in found):
            return cls(keys)
        states = {each["kid"]: State(each.get("state", "verify-only")) for each in found}
        return cls(keys, states)


def _first_signs(keys: Iterable[Key | PublicKey]) -> dict[str, State]:
    states: dict[str, State] = {}
    for key in keys:
        if isinstance(key, PublicKey):
            states[key.kid] = State.VERIFY_ONLY
        else:
            first = State.SIGNING not in states.values()
            states[key.kid] = State.SIGNING if first else State.PUBLISHED
    return states


def _check_secret(private: Private) -> None:
    if not isinstance(private, bytes):
        raise ValueError("HS256 needs a secret of bytes, not a private key")
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
