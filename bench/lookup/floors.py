"""Floors: the least that a check could cost, measured beside it in the same process.

For a session the bare call to the same kind of store, on a connection of its own; for a token
the bare primitive of the same algorithm over the same bytes, and the bare call to what calls it
back. No floor is below it in the same language; what a mechanism costs above it is its own.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from demo.auth import Scheme

from .bare import Bare, Floor, bare_store

Sign = Callable[[bytes], bytes]
Check = Callable[[bytes, bytes], object]

ASKING = ("denylist", "generation")
"""The strategies that ask the store on every verify; the others know, and cost a primitive."""


def floor_of(scheme: Scheme, credentials: Sequence[str], store_urls: Sequence[str]) -> Floor | None:
    """The floor of *scheme*, whose *credentials* were issued; None where nobody knows one.

    A scheme names its parts: `token-bearer-es256-denylist-redis` is ES256 and an EXISTS. A call
    takes another credential than the verify beside it, whose record would be at hand already.
    """
    if "rival" in scheme.notes:
        return None  # where a library of others keeps what is its own affair
    parts = scheme.name.split("-")
    if parts[0] == "session":
        store = "memory" if parts[-1] == "cached" else parts[-1]
        return _session_floor(scheme.name, store, credentials, store_urls)
    if parts[0] == "token" and len(parts) > 3:
        primitive = _primitive_floor(parts[2], credentials)
        if primitive is None or parts[3] not in ASKING:
            return primitive
        bare = bare_store(parts[-1], scheme.name, store_urls)
        if bare is None:
            return None
        return _both(primitive, _asked(bare, parts[3]))
    return None


def _session_floor(
    name: str, store: str, credentials: Sequence[str], urls: Sequence[str]
) -> Floor | None:
    # What a store knows a session by; the first look says if that is still so.
    keys = [sha256(credential.encode()).digest() for credential in credentials]
    far = len(keys) // 2
    if store == "memory":
        records = dict.fromkeys(keys, object())
        return lambda call: records[keys[(call + far) % len(keys)]]
    bare: Bare | None = bare_store(store, name, urls)
    if bare is None:
        return None
    bare.check_session(keys[0])
    look = bare.session
    return lambda call: look(keys[(call + far) % len(keys)])


def _primitive_floor(algorithm: str, credentials: Sequence[str]) -> Floor | None:
    signed = [credential.rpartition(".")[0].encode() for credential in credentials]
    if algorithm == "hs256":
        key = secrets.token_bytes(32)
        return lambda call: hmac.digest(key, signed[call % len(signed)], "sha256")
    if algorithm in _SIGNERS:
        sign, check = _SIGNERS[algorithm]()
        signatures = [sign(text) for text in signed]

        def verify(call: int) -> None:
            place = call % len(signed)
            check(signatures[place], signed[place])

        return verify
    return None


def _asked(bare: Bare, strategy: str) -> Floor:
    """What a token that is good asks: a denial that is not there, and a counter that is."""
    if strategy == "denylist":
        return lambda call: bare.denied(f"call-{call}")
    counters = bare.counters()
    return lambda call: bare.standing(f"call-{call}", counters[call % len(counters)])


def _both(first: Floor, second: Floor) -> Floor:
    def floor(call: int) -> None:
        first(call)
        second(call)

    return floor


def _es256() -> tuple[Sign, Check]:
    private, method = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(SHA256())
    public = private.public_key()
    return lambda text: private.sign(text, method), lambda s, text: public.verify(s, text, method)


def _eddsa() -> tuple[Sign, Check]:
    private = Ed25519PrivateKey.generate()
    return private.sign, private.public_key().verify


def _rsa(scheme: padding.AsymmetricPadding) -> tuple[Sign, Check]:
    private, digest = rsa.generate_private_key(65537, 2048), SHA256()
    public = private.public_key()
    return (
        lambda text: private.sign(text, scheme, digest),
        lambda signature, text: public.verify(signature, text, scheme, digest),
    )


_SIGNERS: dict[str, Callable[[], tuple[Sign, Check]]] = {
    "es256": _es256,
    "eddsa": _eddsa,
    "rs256": lambda: _rsa(padding.PKCS1v15()),
    "ps256": lambda: _rsa(padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)),
}
