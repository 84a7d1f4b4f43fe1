"""What replaced a credential a moment ago, for a request that was sent while it was replaced.

A double click sends the same login twice with the same credential in hand. The first replaces
it. The second must not begin a login of its own, without the cart and on the list of devices for
ever; it is given what the first was given. So is a login that overtakes a renewal.

At most one request at a time replaces a credential. What it made is kept for ten seconds,
encrypted under a key that only the credential itself gives: whoever reads the registers cannot
use it. A thief who holds the credential gets nothing here either, since only a login asks.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .registers import Registers

KEPT_S = 10.0
TURN_S = 5.0
"""How long a turn lasts at most: a node that dies in the middle of one holds up nobody longer."""
WAIT_S = 1.5
LOOK_S = 0.005
_PENDING = b"pending:"


class Waited(Exception):
    """Another request is replacing the same credential and has not come to an end."""


class Successor(msgspec.Struct, frozen=True):
    """What a credential was replaced by: the fields of a `Grant`, and why."""

    credential: str
    renewal: str | None
    expires_at: float
    handle: str
    login: tuple[str, int] | None
    """The account, and its version whose password was given; None: it was no login."""


class Turn:
    """One request's turn at replacing a credential."""

    def __init__(self, before: Successor | None) -> None:
        self.before = before
        """What it was replaced by a moment ago, by another request."""
        self.after: Successor | None = None
        """What this request replaced it by; None if it did not."""


class Successors:
    """The successors of credentials, kept in *registers*; *mount* keeps schemes apart."""

    def __init__(self, registers: Registers, mount: str = "") -> None:
        self._registers = registers
        self._mount = mount

    @contextmanager
    def turn(self, credential: str) -> Iterator[Turn]:
        """Have the only turn at replacing *credential*; `Waited` if it does not come in time."""
        digest = _digest(credential, self._mount, "name").hex()
        name, key = f"successor:{digest}", _digest(credential, self._mount, "key")
        pending = _PENDING + secrets.token_bytes(8)
        before = self._begin(name, pending)
        turn = Turn(None if before is None else _unsealed(key, before))
        try:
            yield turn
        finally:
            kept = before if turn.after is None else _sealed(key, turn.after)
            # What was done is done: that nobody can be told of it is no reason to fail.
            with suppress(*self._registers.outages):
                self._registers.swap(name, pending, kept, KEPT_S)

    def _begin(self, name: str, pending: bytes) -> bytes | None:
        """Mark the turn as taken; return what was there before."""
        deadline = time.monotonic() + WAIT_S
        found: bytes | None = None
        while not self._registers.swap(name, found, pending, TURN_S):
            found = self._registers.get(name)
            while found is not None and found.startswith(_PENDING):
                if time.monotonic() > deadline:
                    raise Waited
                time.sleep(LOOK_S)
                found = self._registers.get(name)
        return found


def _digest(credential: str, mount: str, purpose: str) -> bytes:
    text = f"{purpose} {mount} {credential}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=32).digest()


def _sealed(key: bytes, successor: Successor) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, msgspec.json.encode(successor), None)


def _unsealed(key: bytes, sealed: bytes) -> Successor | None:
    try:
        text = AESGCM(key).decrypt(sealed[:12], sealed[12:], None)
        return msgspec.json.decode(text, type=Successor)
    except (InvalidTag, ValueError, msgspec.DecodeError):
        return None
