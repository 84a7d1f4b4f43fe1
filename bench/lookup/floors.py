"""Floors: the least that a check could cost, measured beside it in the same process.

For a session the bare call to the same kind of store, on a connection of its own; for a token
the bare primitive of the same algorithm over the same bytes, and the bare call to its denylist.
No floor is below it in the same language; what a mechanism costs above it is its own.
"""

from __future__ import annotations

import hmac
import itertools
import secrets
import sqlite3
from collections.abc import Callable, Sequence
from urllib.parse import unquote, urlsplit

import valkey
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from demo.auth import Scheme

from ..processes.children import BenchError

Floor = Callable[[int], object]
"""Takes the number of the call, which picks a record or a credential."""
Sign = Callable[[bytes], bytes]
Check = Callable[[bytes, bytes], object]


def floor_of(scheme: Scheme, credentials: Sequence[str], store_urls: Sequence[str]) -> Floor | None:
    """The floor of *scheme*, whose *credentials* were issued; None where nobody knows one.

    A scheme names its parts: `token-bearer-es256-denylist-redis` is ES256 and an EXISTS.
    """
    parts = scheme.name.split("-")
    if parts[0] == "session":
        return _store_floor(scheme, parts[-1], credentials, store_urls)
    if parts[0] == "token" and len(parts) > 2:
        primitive = _primitive_floor(parts[2], credentials)
        if primitive and "denylist" in parts and parts[-1] == "redis":
            return _both(primitive, _exists(_client(store_urls)))
        return primitive if "expiry" in parts else None
    return None


def _store_floor(
    scheme: Scheme, store: str, credentials: Sequence[str], urls: Sequence[str]
) -> Floor | None:
    if store == "memory":
        records = dict.fromkeys(map(str.encode, credentials), object())
        keys = list(records)
        return lambda call: records[keys[call % len(keys)]]
    if store == "sqlite":
        return _select(urls, len(credentials))
    return _hgetall(_client(urls), scheme.name, len(credentials)) if store == "redis" else None


def _hgetall(client: valkey.Valkey, name: str, limit: int) -> Floor:
    # demo.builtin gives each scheme's keys its name as prefix; a session is a hash under `id:`.
    keys = list(itertools.islice(client.scan_iter(match=f"{name}:id:*", count=1000), limit))
    if not keys or not client.hgetall(keys[0]):
        raise BenchError(
            f"no session of {name} is a hash named {name}:id:…: its floor is not known"
        )
    return lambda call: client.hgetall(keys[call % len(keys)])


def _exists(client: valkey.Valkey) -> Floor:
    return lambda call: client.exists(f"denied:{call}")


def _select(urls: Sequence[str], limit: int) -> Floor:
    url = next(url for url in urls if url.startswith("sqlite:"))
    connection = sqlite3.connect(unquote(url.removeprefix("sqlite://")), isolation_level=None)
    keys = connection.execute("SELECT key FROM sessions LIMIT ?", (limit,)).fetchall()
    query = "SELECT head, seen_at, data FROM sessions WHERE key = ?"
    return lambda call: connection.execute(query, keys[call % len(keys)]).fetchone()


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


def _both(first: Floor, second: Floor) -> Floor:
    def floor(call: int) -> None:
        first(call)
        second(call)

    return floor


def _client(urls: Sequence[str]) -> valkey.Valkey:
    """A client with one connection of its own, as the stores have it."""
    url = next(url for url in urls if urlsplit(url).scheme in ("redis", "unix"))
    return valkey.Valkey.from_url(url, single_connection_client=True)


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
