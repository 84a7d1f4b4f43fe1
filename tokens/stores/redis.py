"""Families, denials and counters in Valkey or Redis: shared by all nodes, one round trip away.

A server that evicts keys, or restarts without its data, forgets denials, and what was revoked
works again until it expires: set `maxmemory-policy noeviction` and keep an append-only file.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..events import Event, emit
from ..record import Damaged, Outcome, Record, Rotation, decode_record, encode_head
from . import redis_risks
from . import redis_scripts as scripts
from .base import GARBAGE_S as GARBAGE_S
from .base import LINEAGE_BYTES, SPENT_KEPT, Changes, Cursor, Listener, is_of_family
from .redis_connection import Connection, Connections, packed
from .redis_listener import RedisListener

if TYPE_CHECKING:
    from .redis_client import Client

PAGE = 1000
"""How many families of one subject a script looks at: a server does nothing else meanwhile."""
OVERLAP = 100
"""How many of them the next call looks at again, since others may leave the index in between."""
_EXISTS = b"*2\r\n$6\r\nEXISTS\r\n$%d\r\n%b\r\n"
_MGET = b"*3\r\n$4\r\nMGET\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n"
"""Commands as they are sent, but for the length of each key and the key."""


class RedisStore:
    """A hash a family, laid out as redis_scripts.py says; see `TokenStore` for the contract.

    *client* is a `valkey.Valkey` or a `redis.Redis`, also one of a Sentinel's `master_for`. The
    store uses its address, credentials and timeouts, and opens connections of its own: at most
    16, or the client's `max_connections` if that is less, and one for each listener. A client
    without a `socket_timeout` gets one of 1.5 s. `close` closes what the store has opened, and
    not the client.

    Raises ValueError, with the remedy, for clients of a cluster or of asyncio, for pipelines and
    for `decode_responses=True`. A script writes several keys, which a cluster does not allow.

    The server is Valkey, or Redis 7 or later. An ACL user needs the rights
    `~{prefix}* &{prefix}* +@read +@write +@scripting +@connection +@pubsub +time`. With `+info`,
    who follows the denials need not read them again over each new connection; with `+config`,
    settings that forget denials are reported.
    """

    def __init__(self, client: Client, prefix: str = "token:") -> None:
        self._connections = Connections(client, redis_risks.reporter())
        self.outages = self._connections.outages
        self._families = f"{prefix}family:"
        self._indexes = f"{prefix}of:".encode()
        self._denials = f"{prefix}denied:"
        self._counters = f"{prefix}counter:"
        self._log = [f"{prefix}denials".encode(), f"{prefix}denials:log".encode()]
        self._channel = f"{prefix}denials".encode()

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        fields = (b"m", encode_head(record), b"t", _instant(record.seen_at), b"d", record.data)
        arguments = (self._indexes, _gone_at(expires_at), *fields, b"c", key)
        self._run(scripts.CREATE, [self._family(record.handle)], *arguments)

    def read(self, handle: str, key: bytes) -> Record | None:
        command = packed(b"HMGET", self._family(handle), b"m", b"t", b"d", b"c", b"p:" + key)
        try:
            head, seen_at, data, current, spent = self._connections.read(command)
        except self.outages as exc:
            _report_foreign(exc)
            return None
        if head is None or current is None:
            if head or seen_at or data or current:
                emit(Event.DAMAGED, store="redis", detail="a field is missing")
            return None
        if spent is None and not is_of_family(key, current):
            return None
        return _record(head, seen_at, data)

    def merge(self, handle: str, data: bytes, seen_after: float) -> bool:
        return bool(self._run(scripts.MERGE, [self._family(handle)], data, _instant(seen_after)))

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
        bounds = (b"%d" % LINEAGE_BYTES, b"%d" % SPENT_KEPT)
        arguments = (self._indexes, _gone_at(expires_at), key, new_key, nonce, *moments, *bounds)
        outcome, kept, *reuse = self._run(scripts.REPLACE, [self._family(handle)], *arguments)
        spent_at, current = reuse or (0.0, b"")
        return Rotation(Outcome[outcome.decode()], kept, float(spent_at), current)

    def delete(self, handle: str) -> Record | None:
        head, seen_at, data = self._run(scripts.DELETE, [self._family(handle)], self._indexes)
        return None if head is None else _record(head, seen_at, data)

    def delete_handle(self, subject: str, handle: str) -> bool:
        index = self._indexes + subject.encode()
        start, outcome = 0, -1
        while outcome < 0:
            asked = (handle.encode(), b"%d" % start, b"%d" % PAGE)
            outcome = int(self._run(scripts.DELETE_ONE, [index], *asked))
            start += PAGE - OVERLAP
        return bool(outcome)

    def delete_subject(self, subject: str, keep: str | None = None) -> list[str]:
        index, kept = self._indexes + subject.encode(), (keep or "").encode()
        handles: list[str] = []
        more = True
        while more:
            ended, more = self._run(scripts.DELETE_LISTED, [index], kept, b"%d" % PAGE)
            handles += [handle.decode(errors="replace") for handle in ended if handle]
        return handles

    def list_subject(self, subject: str) -> list[Record]:
        index, start = [self._indexes + subject.encode()], 0
        records: dict[str, Record] = {}
        while start >= 0:
            start, *found = self._run(scripts.LIST, index, b"%d" % start, b"%d" % PAGE)
            for parts in zip(found[::3], found[1::3], found[2::3], strict=True):
                record = _record(*parts)
                if record is not None:
                    records[record.handle] = record
            start = max(0, start - OVERLAP) if start > 0 else start
        return list(records.values())

    def deny(self, names: Sequence[str], until: float) -> None:
        life = secrets.token_hex(8).encode()
        arguments = (_gone_at(until), _instant(until), life, self._channel)
        for first in range(0, len(names), PAGE):
            page = names[first : first + PAGE]
            keys = [*self._log, *(self._denial(name) for name in page)]
            self._run(scripts.DENY, keys, *arguments, *(name.encode() for name in page))

    def is_denied(self, name: str) -> bool:
        denial = self._denial(name)
        return bool(self._connections.read(_EXISTS % (len(denial), denial)))

    def denied_since(self, cursor: Cursor | None, limit: int = 10_000) -> Changes:
        known = ("", 0) if cursor is None else (cursor.life, cursor.sequence)
        arguments = (known[0].encode(), b"%d" % known[1], b"%d" % limit)
        with self._connections.connection() as connection:
            seen_by = b"%d" % connection.number
            life, since, entries = connection.run(scripts.SINCE, self._log, (*arguments, seen_by))
        denials = [self._logged(fields) for _, fields in entries]
        reached = entries[-1][0].partition(b"-")[0] if entries else since
        return Changes(denials, Cursor(life.decode(), int(reached)), len(entries) == limit)

    def listen(self) -> Listener:
        return RedisListener(self._connections.open(), self._channel)

    def advance(self, counter: str, step: int, first: int, until: float) -> int:
        key, by, gone_at = [self._counter(counter)], b"%d" % step, _gone_at(until)
        try:
            return self._count(self._run(scripts.ADVANCE, key, by, b"%d" % first, gone_at))
        except self._connections.errors.OutOfMemoryError:
            value = self._run(scripts.ADVANCE_KNOWN, key, by, gone_at)
            if value is None:
                raise
            return self._count(value)

    def standing(self, name: str, counter: str) -> tuple[bool, int | None]:
        denial, count = self._denial(name), self._counter(counter)
        command = _MGET % (len(denial), denial, len(count), count)
        denied, value = self._connections.read(command)
        return denied is not None, None if value is None else self._count(value)

    def reap(self, now: float, limit: int = 1000) -> int:  # noqa: ARG002 - the server does it
        return 0

    def ping(self) -> None:
        self._connections.read(packed(b"PING"))

    def close(self) -> None:
        self._connections.close()

    def _family(self, handle: str) -> bytes:
        return (self._families + handle).encode()

    def _denial(self, name: str) -> bytes:
        return (self._denials + name).encode()

    def _counter(self, name: str) -> bytes:
        return (self._counters + name).encode()

    def _count(self, value: bytes) -> int:
        try:
            return int(value)
        except ValueError:
            # To count as absent would pardon whom it has called back.
            raise self._connections.errors.ResponseError("a counter is no number") from None

    def _logged(self, fields: list[bytes]) -> tuple[str, float]:
        try:
            return fields[1].decode(), float(fields[3])
        except (IndexError, ValueError):
            # To pass over it would pardon whom it denies.
            raise self._connections.errors.ResponseError("a denial is damaged") from None

    def _run(self, script: str, keys: list[bytes], *arguments: bytes) -> Any:
        return self._connections.run(script, keys, arguments)

    def _own(self) -> Connection:
        """Return a connection that is the caller's alone, and ends with its last reference."""
        return self._connections.take()


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


def _report_foreign(exc: Exception) -> None:
    """Report that a key holds another type, and so no record; any other *exc* is an outage."""
    if not str(exc).startswith("WRONGTYPE"):
        raise exc
    emit(Event.DAMAGED, store="redis", detail="another type")
