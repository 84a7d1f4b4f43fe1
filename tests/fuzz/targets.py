"""What is fuzzed: everything that parses bytes from a stranger, and the one way it may fail.

A target takes any bytes at all. It raises what its documentation does not name, or asserts what
must not be, only if there is a fault.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from sessions import InvalidSession, SessionManager
from sessions.record import Damaged, decode_data, decode_values, encode_data, encode_head
from sessions.record import decode_record as decode_session
from sessions.stores.memory import MemoryStore as SessionMemory
from sessions.testing import a_record
from tokens import (
    Algorithm,
    Expiry,
    InvalidToken,
    Key,
    KeyRing,
    StatusListClient,
    TokenManager,
)
from tokens.claims import Claims, encode
from tokens.jwks import read_jwks
from tokens.lists import signed_list
from tokens.record import Damaged as TokenDamaged
from tokens.record import decode_record as decode_family
from tokens.record import encode_head as encode_family
from tokens.revocation.statuslist import StatusList
from tokens.signing import Signer
from tokens.stores.memory import MemoryStore as TokenMemory
from tokens.testing import a_record as a_family

NOW = 1_900_000_000
BASE = "https://issuer.example/lists"
RINGS = {each: KeyRing([Key("kid", each, Key.generate(each).private)]) for each in Algorithm}
SECRET = KeyRing([Key("kid", Algorithm.HS256, b"a secret that only these tests know")])


def _manager(ring: KeyRing) -> TokenManager:
    return TokenManager(ring, TokenMemory(), Expiry(), issuer="i", audience="a", now=lambda: NOW)


MANAGER = _manager(SECRET)
SESSIONS = SessionManager(SessionMemory(), now=lambda: NOW)
GOOD = Signer(SECRET).sign(
    encode(
        Claims("i", "a", "alice", NOW + 60, NOW, "jti", "family-of-16-ch", NOW, {}),
        b'{"cart":{"apple":2}}',
    )
)
"""The same in every process, and so is what the fuzzer begins with."""
HEADER, PAYLOAD, _ = GOOD.split(".")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _signed(header: str, payload: str) -> str:
    signed = f"{header}.{payload}"
    private = SECRET.signing.private
    assert isinstance(private, bytes)
    return f"{signed}.{_base64url(hmac.digest(private, signed.encode(), 'sha256'))}"


def token(data: bytes) -> None:
    """Any text as an access token: refused, but for the one that was issued."""
    text = _text(data)
    with contextlib.suppress(InvalidToken):
        assert MANAGER.verify(text).subject == "alice"
        assert text == GOOD


def claims(data: bytes) -> None:
    """Any payload, well signed: an identity or a rejection."""
    with contextlib.suppress(InvalidToken):
        MANAGER.verify(_signed(HEADER, _base64url(data)))


def header(data: bytes) -> None:
    """Any header, well signed."""
    with contextlib.suppress(InvalidToken):
        MANAGER.verify(_signed(_base64url(data), PAYLOAD))


SIGNERS = [(Signer(ring), Signer(ring).sign(b"{}")) for ring in RINGS.values()]


def signature(data: bytes) -> None:
    """Any signature under each algorithm; ECDSA alone has twins, which say the same."""
    for signer, good in SIGNERS:
        signed, _, _ = good.rpartition(".")
        with contextlib.suppress(InvalidToken):
            assert signer.verify(f"{signed}.{_base64url(data)}") == b"{}"


def refresh(data: bytes) -> None:
    """Any text as a refresh token."""
    text = _text(data)
    with contextlib.suppress(InvalidToken):
        MANAGER.renew(text)
        raise AssertionError("a token that was never issued is refused")


def jwks(data: bytes) -> None:
    """Any answer as a JWK set: keys, or ValueError."""
    with contextlib.suppress(ValueError):
        assert read_jwks(data)


CLIENT = StatusListClient(SECRET, BASE, now=lambda: NOW)


def status_list(data: bytes) -> None:
    """Any JSON as a status list, alone and in a token that is well signed."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(data)
        with contextlib.suppress(ValueError):
            made = StatusList.from_dict(found)
            assert all(made[index] < 1 << made.bits for index in range(min(len(made), 64)))
        known = {"sub": f"{BASE}/1", "iat": NOW, "exp": NOW + 60, "ttl": 60, "status_list": found}
        changed = {**known, **found} if isinstance(found, dict) else known
        with contextlib.suppress(InvalidToken):
            CLIENT._read(f"{BASE}/1", signed_list(changed, SECRET), 0.0)


def session_id(data: bytes) -> None:
    """Any text as a session ID: refused, whatever is done with it."""
    text = _text(data)
    for verb in (SESSIONS.verify, SESSIONS.renew, SESSIONS.revoke):
        with contextlib.suppress(InvalidSession):
            verb(text)
            raise AssertionError("an ID that was never made is refused")


def session_record(data: bytes) -> None:
    """Any bytes in a session store: a record, or damaged."""
    with contextlib.suppress(Damaged):
        decode_session(data, 0.0, {})
    with contextlib.suppress(Damaged):
        decode_values(decode_data(data))
    with contextlib.suppress(Damaged):
        decode_values({"key": data})


def token_record(data: bytes) -> None:
    """Any bytes in a token store."""
    with contextlib.suppress(TokenDamaged):
        decode_family(data, 0.0, b"{}")


def planted(data: bytes) -> None:
    """A fault, to see that it would be found."""
    if len(data) > 3 and data[0] == ord("b") and data[1] == ord("u") and data[2] == ord("g"):
        raise KeyError("planted")


@dataclass(frozen=True)
class Target:
    """One thing to fuzz, and what good input looks like."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


_RECORD = a_record(cart=b"\x81\xa5apple\x02")
TARGETS = {
    "token": Target(token, (GOOD.encode(), b"a.b.c", b"..")),
    "claims": Target(claims, (_raw(PAYLOAD), b"{}", b'{"exp":1}')),
    "header": Target(header, (_raw(HEADER), b'{"alg":"none"}', b"{}")),
    "signature": Target(signature, tuple(_raw(good.split(".")[2]) for _, good in SIGNERS)),
    "refresh": Target(refresh, (b"A" * 16 + b"." + b"A" * 67, b"a.b")),
    "jwks": Target(jwks, (b"{}", *(json.dumps(ring.jwks()).encode() for ring in RINGS.values()))),
    "status-list": Target(
        status_list,
        (b'{"bits":1,"lst":"eNrbuRgAAhcBXQ"}', b'{"ttl":1,"exp":1}', b'{"bits":2,"lst":""}'),
    ),
    "session-id": Target(session_id, (b"A" * 43, b"A" * 42)),
    "session-record": Target(
        session_record, (encode_head(_RECORD), encode_data(_RECORD.data), b"\x81\xa5apple\x02")
    ),
    "token-record": Target(token_record, (encode_family(a_family()),)),
    "planted": Target(planted, (b"bu",)),
}
