"""Signed tokens by hand, so that a learner can see each step (RFC 7515, RFC 7519).

For the labs alone: the product signs and verifies in tokens/signing.py. Here are the parts a
verifier is made of, and what an attacker makes a forgery of; the order is up to the policy.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TYPE = "at+jwt"


class Refused(Exception):
    """A token that is not accepted; the text says why, and is for the log alone."""


@dataclass(frozen=True)
class Keys:
    """What a verifier may know: one RSA pair, one secret, and a folder with a file for each kid."""

    private: rsa.RSAPrivateKey
    public: str
    """The public key as PEM: anybody may read it, and that is the point of some attacks."""
    secret: bytes
    folder: Path | None = None
    table: Mapping[str, bytes] = field(default_factory=dict)


def fresh_keys(secret: bytes | None = None, folder: Path | None = None) -> Keys:
    """Keys of this start alone."""
    private = _pair()
    pem = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = secrets.token_bytes(32) if secret is None else secret
    if folder is not None:
        (folder / "main").write_bytes(secret)
    return Keys(private, pem.decode(), secret, folder, {"main": secret})


def encode(claims: Mapping[str, Any], header: Mapping[str, Any]) -> str:
    """Header and claims, ready to be signed."""
    return f"{_packed(header)}.{_packed(claims)}"


def sign_rs256(claims: Mapping[str, Any], private: rsa.RSAPrivateKey) -> str:
    """A token signed with RS256."""
    signed = encode(claims, {"alg": "RS256", "typ": TYPE, "kid": "main"})
    signature = private.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{to_base64url(signature)}"


def sign_hs256(
    claims: Mapping[str, Any], secret: bytes, header: Mapping[str, Any] | None = None
) -> str:
    """A token signed with HS256."""
    signed = encode(claims, header or {"alg": "HS256", "typ": TYPE, "kid": "main"})
    return f"{signed}.{to_base64url(hs256(signed, secret))}"


def hs256(signed: str, secret: bytes) -> bytes:
    """The HMAC over what is signed."""
    return hmac.new(secret, signed.encode(), hashlib.sha256).digest()


def hs256_is_good(signed: str, signature: bytes, secret: bytes) -> bool:
    """Whether *signature* is the HMAC under *secret*."""
    return hmac.compare_digest(hs256(signed, secret), signature)


def rs256_is_good(signed: str, signature: bytes, public: str) -> bool:
    """Whether *signature* was made with the private half of *public*."""
    key = _loaded(public)
    try:
        key.verify(signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any], str, bytes]:
    """Header, claims, what is signed, and the signature; nothing is checked but the form."""
    try:
        header, claims, signature = token.split(".")
        found = json.loads(from_base64url(header)), json.loads(from_base64url(claims))
        given = from_base64url(signature)
    except (ValueError, RecursionError) as exc:
        raise Refused("it is not a token at all") from exc
    if not (isinstance(found[0], dict) and isinstance(found[1], dict)):
        raise Refused("header and claims must be objects")
    return found[0], found[1], f"{header}.{claims}", given


def to_base64url(raw: bytes) -> str:
    """Base64 for addresses, without the padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """And back."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _packed(fields: Mapping[str, Any]) -> str:
    return to_base64url(json.dumps(fields, separators=(",", ":")).encode())


@cache
def _pair() -> rsa.RSAPrivateKey:
    # Once a process, hence once a start: drawing a pair takes longer than a whole lab check.
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _loaded(public: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_public_key(public.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    return key
