"""JWK sets (RFC 7517): an issuer's public keys, fetched and kept by verifiers elsewhere."""

from __future__ import annotations

import base64
import binascii
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .door import check_callable, check_seconds
from .errors import TokenError
from .events import Event, emit
from .fetching import FAILURES, Fetch
from .keyring import KeyRing
from .keys import Algorithm, Public, PublicKey

MAX_SET_BYTES = 64 * 1024
MAX_KEYS = 32
FIRST_RETRY_S = 1.0
"""How soon it is tried again while there are no keys at all."""
_SECRET_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class KeysUnavailable(TokenError):
    """No JWK set was ever fetched, so no signature can be judged: an outage, not a rejection."""


class JwksClient:
    """The public keys of an issuer, fetched from *url* and kept.

    https only, or http on loopback; no redirect is followed; a set is bounded in size, in number
    of keys and in time. At most one fetch in *cooldown_s*, however many tokens name a `kid` that
    is not known: else whoever sends tokens decides how often the issuer is asked. A set is
    fetched again after *max_age_s*, so that a key its issuer has removed ends here as well. If
    that fails the last good set stays: an issuer's outage is not everybody's logout.
    """

    def __init__(
        self,
        url: str,
        *,
        cooldown_s: float = 30.0,
        max_age_s: float = 600.0,
        timeout_s: float = 3.0,
        context: ssl.SSLContext | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = Fetch(
            url,
            "keys",
            accept="application/json",
            limit_bytes=MAX_SET_BYTES,
            timeout_s=timeout_s,
            context=context,
        )
        check_callable(monotonic, "monotonic")
        self._cooldown_s = check_seconds(cooldown_s, "cooldown_s", zero=True)
        self._max_age_s = check_seconds(max_age_s, "max_age_s", zero=True)
        self._monotonic = monotonic
        self._fetching = threading.Lock()
        self._ring: KeyRing | None = None
        self._fetched_at = self._tried_at = float("-inf")

    def ring(self, unknown: bool = False) -> KeyRing:
        """The keys as they are known; `KeysUnavailable` if they never were.

        Fetches first if the set has reached its age, or if *unknown*, which a token that names
        a key outside of it is; unless somebody else is fetching, or it is too soon.
        """
        now = self._monotonic()
        if unknown or now - self._fetched_at >= self._max_age_s:
            self._fetch_once(now)
        if self._ring is None:
            raise KeysUnavailable("the issuer's keys could not be fetched")
        return self._ring

    def _fetch_once(self, now: float) -> None:
        # Who has no keys yet waits for who is fetching them; the others go on with what there is.
        if not self._fetching.acquire(blocking=self._ring is None):
            return
        try:
            cooldown_s = self._cooldown_s if self._ring else min(self._cooldown_s, FIRST_RETRY_S)
            if now - self._tried_at < cooldown_s:
                return
            self._tried_at = now
            self._ring = KeyRing(read_jwks(self._fetch()))
            self._fetched_at = now
        except FAILURES as exc:
            emit(Event.KEYS_UNAVAILABLE, host=self._fetch.host, detail=type(exc).__name__)
        finally:
            self._fetching.release()


def read_jwks(text: bytes) -> list[PublicKey]:
    """The keys of a JWK set that can be used here; ValueError if it is none, or has none.

    What is not understood is left out (RFC 7517 section 5), so that an issuer may add kinds.
    """
    try:
        found = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as exc:
        raise ValueError("this is not JSON") from exc
    members = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(members, list) or len(members) > MAX_KEYS:
        raise ValueError(f"a JWK set has a list of at most {MAX_KEYS} keys")
    keys: dict[str, PublicKey] = {}
    for member in members:
        try:
            key = from_jwk(member)
        except ValueError:
            continue
        if key.kid in keys:
            raise ValueError("two keys of a JWK set have one kid")
        keys[key.kid] = key
    if not keys:
        raise ValueError("a JWK set without a key that can be used here")
    return list(keys.values())


def from_jwk(jwk: Any) -> PublicKey:
    """The public key in *jwk*, bound to its one algorithm; ValueError if it is none for here.

    An RSA key must name its algorithm, since two are possible; `use` and `key_ops` must allow
    what it is for; and one that carries its private part is refused: it is nobody's secret.
    """
    if not isinstance(jwk, dict) or not all(isinstance(name, str) for name in jwk):
        raise ValueError("a JWK is an object")
    if _SECRET_MEMBERS & jwk.keys():
        raise ValueError("a public JWK has no private part")
    if jwk.get("use", "sig") != "sig" or "verify" not in _list(jwk.get("key_ops", ["verify"])):
        raise ValueError("this JWK is not for signatures")
    kind = (jwk.get("kty"), jwk.get("crv"))
    if kind == ("RSA", None):
        public: Public = rsa.RSAPublicNumbers(_integer(jwk, "e"), _integer(jwk, "n")).public_key()
        default = None
    elif kind == ("EC", "P-256"):
        x, y = _integer(jwk, "x"), _integer(jwk, "y")
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        default = Algorithm.ES256
    elif kind == ("OKP", "Ed25519"):
        public = ed25519.Ed25519PublicKey.from_public_bytes(_bytes(jwk, "x"))
        default = Algorithm.EDDSA
    else:
        raise ValueError("this kind of JWK is not used here")
    kid = jwk.get("kid")
    if not isinstance(kid, str):
        raise ValueError("a JWK needs a kid")
    algorithm: Any = jwk.get("alg", default)
    return PublicKey(kid, Algorithm(algorithm), public)


def _integer(jwk: Mapping[str, Any], name: str) -> int:
    return int.from_bytes(_bytes(jwk, name), "big")


def _bytes(jwk: Mapping[str, Any], name: str) -> bytes:
    value = jwk.get(name)
    if not isinstance(value, str) or not value or len(value) > 2048:
        raise ValueError(f"a JWK of this kind needs {name}")
    try:
        standard = value.translate({ord("-"): "+", ord("_"): "/"})
        return base64.b64decode(standard + "=" * (-len(value) % 4), validate=True)
    except binascii.Error as exc:
        raise ValueError(f"{name} is not in base64url") from exc


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
