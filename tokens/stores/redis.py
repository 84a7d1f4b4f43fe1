"""Families and denials in Valkey or Redis: shared by all nodes, one round trip away.

A server that evicts keys, or restarts without its data, forgets denials, and what was revoked
works again until it expires: set `maxmemory-policy noeviction` and keep an append-only file.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from valkey.exceptions import ConnectionError, ResponseError, TimeoutError  # noqa: A004

from ..events import Event, emit
from ..record import Damaged, Outcome, Record, Rotation, decode_record, encode_head
from . import redis_scripts as scripts

if TYPE_CHECKING:
    from valkey import Valkey

GARBAGE_S = 300
"""How much longer than its family a key is kept, so that a server whose clock is ahead of the
manager's ends nobody's login, and forgets no denial too early."""


class RedisStore:
    """A hash a family, laid out as redis_scripts.py says; see `TokenStore` for the contract.

    *client* is yours, with `decode_responses` off and a socket timeout: without one, a server
    that hangs makes every request hang. Each thread takes one connection of its pool and keeps
    it, since a pool's bookkeeping for every call costs about as much as the round trip. A
    family and its index are written in one script, so a cluster needs a hash tag in *prefix*.
    """

    outages: tuple[type[Exception], ...] = (ConnectionError, TimeoutError, ResponseError)

    def __init__(self, client: Valkey, prefix: str = "token:") -> None:
        # The client's annotations are those of its synchronous and asynchronous forms at once.
        self._client: Any = client
        self._families = f"{prefix}family:"
        self._indexes = f"{prefix}of:".encode()
        self._denials = f"{prefix}denied:"
        self._local = threading.local()

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        fields = (b"m", encode_head(record), b"t", _instant(record.seen_at), b"d", record.data)
        arguments = (self._indexes, _gone_at(expires_at), *fields, b"c", key)
        self._run(scripts.CREATE, [self._family(record.handle)], *arguments)

    def read(self, handle: str, key: bytes) -> Record | None:
        head, seen_at, data, current, spent = self._own().hmget(
            self._family(handle), "m", "t", "d", "c", b"p:" + key
        )
        if head is None or (current != key and spent is None):
            return None
        return _record(head, seen_at, data)

    def merge(self, handle: str, data: bytes) -> bool:
        return bool(self._run(scripts.MERGE, [self._family(handle)], data))

    def replace(
        self,
        handle: str,
        key: bytes,
        new_key: bytes,
        nonce: bytes,
        seen_at: float,
        expires_at: float,
        grace_since: float,
    ) -> Rotation:
        moments = (_instant(seen_at), _instant(grace_since))
        arguments = (self._indexes, _gone_at(expires_at), key, new_key, nonce, *moments)
        outcome, kept = self._run(scripts.REPLACE, [self._family(handle)], *arguments)
        return Rotation(Outcome[outcome.decode()], kept)

    def delete(self, handle: str) -> Record | None:
        head, seen_at, data = self._run(scripts.DELETE, [self._family(handle)], self._indexes)
        return None if head is None else _record(head, seen_at, data)

    def delete_handle(self, subject: str, handle: str) -> bool:
        index = self._indexes + subject.encode()
        return bool(self._run(scripts.DELETE_LISTED, [index], b"0", handle.encode()))

    def delete_subject(self, subject: str, keep: str | None = None) -> list[str]:
        index, kept = self._indexes + subject.encode(), (keep or "").encode()
        ended = self._run(scripts.DELETE_LISTED, [index], b"1", kept)
        return [handle.decode() for handle in ended]

    def list_subject(self, subject: str) -> list[Record]:
        found = self._run(scripts.LIST, [self._indexes + subject.encode()])
        parts = zip(found[::3], found[1::3], found[2::3], strict=True)
        records = (_record(head, seen_at, data) for head, seen_at, data in parts)
        return [record for record in records if record is not None]

    def deny(self, names: Sequence[str], until: float) -> None:
        if names:
            self._run(scripts.DENY, [self._denial(name) for name in names], _gone_at(until))

    def is_denied(self, name: str) -> bool:
        return bool(self._own().exists(self._denial(name)))

    def reap(self, now: float, limit: int = 1000) -> int:  # noqa: ARG002 - the server does it
        return 0

    def ping(self) -> None:
        self._own().ping()

    def close(self) -> None:
        self._client.close()

    def _family(self, handle: str) -> bytes:
        return (self._families + handle).encode()

    def _denial(self, name: str) -> bytes:
        return (self._denials + name).encode()

    def _run(self, script: str, keys: list[bytes], *arguments: bytes) -> Any:
        own = self._own()
        registered = self._local.registered
        if script not in registered:
            registered[script] = own.register_script(script)
        return registered[script](keys=keys, args=arguments)

    def _own(self) -> Any:
        own = getattr(self._local, "own", None)
        if own is None:
            own = self._local.own = self._client.client()
            self._local.registered = {}
        return own


def _instant(at: float) -> bytes:
    return repr(at).encode()


def _gone_at(expires_at: float) -> bytes:
    return b"%d" % ((expires_at + GARBAGE_S) * 1000)


def _record(head: bytes, seen_at: bytes, data: bytes) -> Record | None:
    try:
        return decode_record(head, float(seen_at), data)
    except (Damaged, TypeError, ValueError) as exc:
        emit(Event.DAMAGED, store="redis", detail=type(exc).__name__)
        return None
