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
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from ..auth import ASKING, Floor, Settings

if TYPE_CHECKING:
    from .bare import Bare

Sign = Callable[[bytes], bytes]
Check = Callable[[bytes, bytes], object]


def session_floor(store: str, place: str, settings: Settings, credentials: Sequence[str]) -> Floor:
    """Return a bare look at the session of each of *credentials*, at *place* in *store*.

    A call takes another credential than the verify beside it, whose record would be at hand.
    """
    # What a store knows a session by; the first look says if that is still so.
    keys = [sha256(credential.encode()).digest() for credential in credentials]
    far = len(keys) // 2
    if store == "memory":
        records = dict.fromkeys(keys, object())
        return lambda call: records[keys[(call + far) % len(keys)]]
    bare = _bare(store, place, settings)
    bare.check_session(keys[0])
    look = bare.session
    return lambda call: look(keys[(call + far) % len(keys)])


def token_floor(
    algorithm: str,
    strategy: str,
    store: str,
    place: str,
    settings: Settings,
    credentials: Sequence[str],
) -> Floor:
    """Return the primitive of *algorithm* over *credentials*, and what *strategy* asks of *store*.

    The strategies that know cost a primitive alone.
    """
    primitive = _primitive_floor(algorithm, credentials)
    if strategy not in ASKING:
        return primitive
    return _both(primitive, _asked(_bare(store, place, settings), strategy))


def _bare(store: str, place: str, settings: Settings) -> Bare:
    # Only now: the driver of PostgreSQL is an extra, and who measures nothing needs no floor.
    from .bare import bare_store

    return bare_store(store, place, (settings.store_url or "").split())


def _primitive_floor(algorithm: str, credentials: Sequence[str]) -> Floor:
    signed = [credential.rpartition(".")[0].encode() for credential in credentials]
    if algorithm == "HS256":
        key = secrets.token_bytes(32)
        return lambda call: hmac.digest(key, signed[call % len(signed)], "sha256")
    sign, check = _SIGNERS[algorithm]()
    signatures = [sign(text) for text in signed]

    def verify(call: int) -> None:
        place = call % len(signed)
        check(signatures[place], signed[place])

    return verify


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
    "ES256": _es256,
    "EdDSA": _eddsa,
    "RS256": lambda: _rsa(padding.PKCS1v15()),
    "PS256": lambda: _rsa(padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)),
}
