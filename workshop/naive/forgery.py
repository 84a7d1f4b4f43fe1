"""INSECURE ON PURPOSE: verifiers that believe what the token says about itself."""

from __future__ import annotations

import sqlite3
from typing import Any

from ..shop.jws import Keys, Refused, hs256_is_good, parts_of, rs256_is_good
from ..shop.policy import Policy


def believe_none(token: str, keys: Keys, now: float) -> dict[str, Any]:
    """Leave the signature out if the token says that it has none (RFC 7519 section 6)."""
    header, claims, signed, signature = parts_of(token)
    if header.get("alg") == "none":
        return claims
    return _by_rsa(claims, signed, signature, keys, now)


def believe_algorithm(token: str, keys: Keys, now: float) -> dict[str, Any]:
    """One key, used by whatever algorithm the token names: the public key becomes a secret."""
    header, claims, signed, signature = parts_of(token)
    if header.get("alg") == "HS256":
        if not hs256_is_good(signed, signature, keys.public.encode()):
            raise Refused("signature")
        return claims
    return _by_rsa(claims, signed, signature, keys, now)


def key_from_path(token: str, keys: Keys, now: float) -> dict[str, Any]:
    """The key is in the file that the token names, wherever that is."""
    header, claims, signed, signature = parts_of(token)
    assert keys.folder is not None
    try:
        secret = (keys.folder / str(header.get("kid"))).read_bytes()
    except OSError as exc:
        raise Refused("no such key") from exc
    return _by_hmac(claims, signed, signature, secret, now)


def key_from_table(token: str, keys: Keys, now: float) -> dict[str, Any]:
    """The key is what the database says to a question that the token finishes."""
    header, claims, signed, signature = parts_of(token)
    table = sqlite3.connect(":memory:")
    try:
        table.execute("CREATE TABLE keys (kid TEXT, secret BLOB)")
        table.executemany("INSERT INTO keys VALUES (?, ?)", keys.table.items())
        row = table.execute(
            f"SELECT secret FROM keys WHERE kid = '{header.get('kid')}'"  # noqa: S608 - the fault
        ).fetchone()
    except sqlite3.Error as exc:
        raise Refused("no such key") from exc
    finally:
        table.close()
    if row is None:
        raise Refused("no such key")
    secret = row[0] if isinstance(row[0], bytes) else str(row[0]).encode()
    return _by_hmac(claims, signed, signature, secret, now)


def plain_hmac(token: str, keys: Keys, now: float) -> dict[str, Any]:
    """Right in itself: the fault is the secret, which is a word."""
    header, claims, signed, signature = parts_of(token)
    if header.get("alg") != "HS256":
        raise Refused("algorithm")
    return _by_hmac(claims, signed, signature, keys.secret, now)


def _by_rsa(
    claims: dict[str, Any], signed: str, signature: bytes, keys: Keys, now: float
) -> dict[str, Any]:
    if not rs256_is_good(signed, signature, keys.public) or now >= claims.get("exp", 0):
        raise Refused("signature or expiry")
    return claims


def _by_hmac(
    claims: dict[str, Any], signed: str, signature: bytes, secret: bytes, now: float
) -> dict[str, Any]:
    if not hs256_is_good(signed, signature, secret) or now >= claims.get("exp", 0):
        raise Refused("signature or expiry")
    return claims


FORGERY = (
    Policy(marker="alg-none", verify=believe_none),
    Policy(marker="key-confusion", verify=believe_algorithm),
    Policy(marker="kid-traversal", verify=key_from_path, sign_with="HS256"),
    Policy(marker="kid-injection", verify=key_from_table, sign_with="HS256"),
    Policy(marker="weak-secret", verify=plain_hmac, sign_with="HS256", secret=b"sunshine"),
)
