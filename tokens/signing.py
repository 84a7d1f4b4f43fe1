"""Claims to compact JWS and back (RFC 7515): authenticity, nothing else.

The only import of PyJWT, for its algorithms. Structure is checked here, more strictly than
there: RFC 8725 asks for it, and PyJWT checks neither `typ` nor size nor the form of `kid`.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from jwt import get_algorithm_by_name

from .claims import decode_object
from .door import check_type
from .errors import InvalidToken, Reason
from .keyring import KeyRing
from .keys import Key, PublicKey

TYPE = "at+jwt"
"""RFC 9068 section 2.1, so that no other kind of JWT passes for an access token."""
MAX_TOKEN_BYTES = 8192
"""Looked at before anything is parsed."""
MAX_HEADER_BYTES = 512
MAX_HEADERS_KNOWN = 64

_is_compact = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+").fullmatch
_HEADER_NAMES = frozenset({"alg", "kid", "typ"})
# The last character of base64url carries unused bits unless the length is a multiple of 4; they
# must be zero, or one token could be written in several ways (RFC 4648 section 3.5).
_LAST_CHARACTERS = {2: frozenset("AQgw"), 3: frozenset("AEIMQUYcgkosw048")}


class Signer:
    """Signs with one key of a ring and verifies with any of them, tokens of one *kind* (`typ`)."""

    def __init__(
        self, ring: KeyRing, max_token_bytes: int = MAX_TOKEN_BYTES, kind: str = TYPE
    ) -> None:
        self._max_token_bytes = max_token_bytes
        self._kind = kind
        self.use(ring)

    def use(self, ring: KeyRing) -> None:
        """Go on with *ring*, from the next call on. Calls under way end with the one before."""
        check_type(ring, KeyRing, "ring")
        verifiers = {key.kid: _Verifier(key) for key in ring.verifying}
        self.ring = ring
        self._verifiers = verifiers
        # A header that was seen before is known by its text: it need not be parsed again.
        self._known = {_header(key, self._kind): verifiers[key.kid] for key in ring.verifying}
        self._signing: tuple[str, _Verifier] | None = None
        if ring.can_sign:
            signing = ring.signing
            self._signing = (_header(signing, self._kind) + ".", verifiers[signing.kid])

    def sign(self, payload: bytes) -> str:
        """The compact JWS of *payload*; ValueError if `verify` would refuse it for its size."""
        if self._signing is None:
            raise ValueError("this key ring only verifies: it has no private key that signs")
        prefix, signing = self._signing
        signed = prefix + _encode(payload)
        token = signed + "." + _encode(signing.sign(signed.encode("ascii")))
        if len(token) > self._max_token_bytes:
            raise ValueError(
                f"the token would be {len(token)} bytes, and {self._max_token_bytes} is the limit: "
                "carry less data in it"
            )
        return token

    def verify(self, token: object) -> bytes:
        """The payload of an authentic *token*, or InvalidToken. Anything may be given."""
        if (
            not isinstance(token, str)
            or len(token) > self._max_token_bytes
            or _is_compact(token) is None
        ):
            raise InvalidToken(Reason.MALFORMED)
        signed, _, signature = token.rpartition(".")
        header, _, payload = signed.partition(".")
        known = self._known
        verifier = known.get(header) or self._verifier(header)
        if not verifier.accepts(signed.encode("ascii"), _decode(signature)):
            raise InvalidToken(Reason.SIGNATURE)
        if header not in known and len(known) < MAX_HEADERS_KNOWN:
            known[header] = verifier
        return _decode(payload)

    def _verifier(self, header: str) -> _Verifier:
        if len(header) > MAX_HEADER_BYTES:
            raise InvalidToken(Reason.HEADER)
        found = decode_object(_decode(header), Reason.HEADER)
        # No `crit`, `b64`, `zip`, embedded key or address of one: nothing but what is known.
        if found.keys() != _HEADER_NAMES or found["typ"] != self._kind:
            raise InvalidToken(Reason.HEADER)
        kid = found["kid"]
        verifier = self._verifiers.get(kid) if isinstance(kid, str) else None
        if verifier is None or found["alg"] != verifier.algorithm:
            raise InvalidToken(Reason.KEY)
        return verifier


class _Verifier:
    """A key, prepared once for the one algorithm it is for."""

    def __init__(self, key: Key | PublicKey) -> None:
        self.algorithm = key.algorithm.value
        self._algorithm: Any = get_algorithm_by_name(self.algorithm)
        private = key.private if isinstance(key, Key) else None
        self._private = private and self._algorithm.prepare_key(private)
        self._public = self._algorithm.prepare_key(key.verifies_with)

    def sign(self, signed: bytes) -> bytes:
        signature: bytes = self._algorithm.sign(signed, self._private)
        return signature

    def accepts(self, signed: bytes, signature: bytes) -> bool:
        return bool(self._algorithm.verify(signed, self._public, signature))


def _header(key: Key | PublicKey, kind: str) -> str:
    known = {"alg": key.algorithm.value, "kid": key.kid, "typ": kind}
    return _encode(json.dumps(known, separators=(",", ":")).encode())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    """The bytes of *text*, whose alphabet was checked; refuses any but the canonical form."""
    left = len(text) % 4
    if left == 1 or (left and text[-1] not in _LAST_CHARACTERS[left]):
        raise InvalidToken(Reason.MALFORMED)
    standard = text.replace("-", "+").replace("_", "/")
    return binascii.a2b_base64(standard + "=" * (-len(text) % 4))
