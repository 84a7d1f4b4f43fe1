"""Sessions in Valkey or Redis: shared by all nodes, one round trip away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import DataTooLarge
from ..events import Event, emit
from ..record import Damaged, Record, decode_record, encode_head, largest
from ..strength import Immediate, Strength
from . import redis_scripts as scripts
from .base import GARBAGE_S as GARBAGE_S
from .redis_connection import Connection, Connections, packed

if TYPE_CHECKING:
    from .redis_client import Client

PAGE = 1000
"""How many sessions of one subject a script looks at: a server does nothing else meanwhile."""
OVERLAP = 100
"""How many of them the next call looks at again, since others may leave the index in between."""
_HGETALL = b"*2\r\n$7\r\nHGETALL\r\n$%d\r\n%b\r\n"
"""The command as it is sent, but for the length of the key and the key."""


class RedisStore:
    """A hash a session, laid out as redis_scripts.py says; see `SessionStore` for the contract.

    *client* is a `valkey.Valkey` or a `redis.Redis`, also one of a Sentinel's `master_for`. The
    store uses its address, credentials and timeouts, and opens connections of its own: at most
    16, or the client's `max_connections` if that is less. A client without a `socket_timeout`
    gets one of 1.5 s. `close` closes what the store has opened, and not the client.

    Raises ValueError, with the remedy, for clients of a cluster or of asyncio, for pipelines and
    for `decode_responses=True`. A script writes several keys, which a cluster does not allow.

    The server is Valkey, or Redis 7 or later. An ACL user needs the rights
    `~{prefix}* +@read +@write +@scripting +@connection +time`.
    """

    strength: Strength = Immediate()

    def __init__(self, client: Client, prefix: str = "session:") -> None:
        self._connections = Connections(client)
        self.outages = self._connections.outages
        self._ids = f"{prefix}id:".encode()
        self._indexes = f"{prefix}of:".encode()

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        fields: list[bytes] = [b"m", encode_head(record), b"t", _instant(record.seen_at)]
        for name, value in record.data.items():
            fields += [b"d:" + name.encode(), value]
        self._run(scripts.CREATE, [self._ids + key], self._indexes, _gone_at(expires_at), *fields)

    def read(self, key: bytes, fresh: bool = False) -> Record | None:  # noqa: ARG002
        name = self._ids + key
        try:
            found = self._connections.read(_HGETALL % (len(name), name))
        except self.outages as exc:
            _report_foreign(exc)
            return None
        return _record(dict(zip(found[::2], found[1::2], strict=True)))

    def touch(self, key: bytes, seen_at: float, expires_at: float) -> bool:
        arguments = (self._indexes, _gone_at(expires_at), _instant(seen_at))
        return bool(self._run(scripts.TOUCH, [self._ids + key], *arguments))

    def merge(self, key: bytes, changes: Mapping[str, bytes | None], limit_bytes: int) -> bool:
        arguments: list[bytes] = []
        for name, value in changes.items():
            arguments += [b"d:" + name.encode(), b"0" if value is None else b"1", value or b""]
        outcome = self._run(scripts.MERGE, [self._ids + key], b"%d" % limit_bytes, *arguments)
        if outcome == -1:
            raise DataTooLarge(largest(changes), limit_bytes)
        return bool(outcome)

    def replace(self, key: bytes, new_key: bytes, record: Record, expires_at: float) -> bool:
        head, seen_at = encode_head(record), _instant(record.seen_at)
        arguments = (self._indexes, _gone_at(expires_at), head, seen_at)
        return bool(self._run(scripts.REPLACE, [self._ids + key, self._ids + new_key], *arguments))

    def delete(self, key: bytes) -> Record | None:
        head, seen_at = self._run(scripts.DELETE, [self._ids + key], self._indexes)
        return None if head is None else _record({b"m": head, b"t": seen_at})

    def delete_handle(self, subject: str, handle: str) -> bool:
        index = self._indexes + subject.encode()
        start, outcome = 0, -1
        while outcome < 0:
            asked = (handle.encode(), b"%d" % start, b"%d" % PAGE)
            outcome = int(self._run(scripts.DELETE_ONE, [index], *asked))
            start += PAGE - OVERLAP
        return bool(outcome)

    def delete_subject(self, subject: str, keep: str | None = None) -> int:
        index, kept = self._indexes + subject.encode(), (keep or "").encode()
        total, more = 0, True
        while more:
            ended, more = self._run(scripts.DELETE_LISTED, [index], kept, b"%d" % PAGE)
            total += int(ended)
        return total

    def list_subject(self, subject: str) -> list[Record]:
        index, start = [self._indexes + subject.encode()], 0
        records: dict[str, Record] = {}
        while start >= 0:
            start, *found = self._run(scripts.LIST, index, b"%d" % start, b"%d" % PAGE)
            for head, seen_at in zip(found[::2], found[1::2], strict=True):
                record = _record({b"m": head, b"t": seen_at})
                if record is not None:
                    records[record.handle] = record
            start = max(0, start - OVERLAP) if start > 0 else start
        return list(records.values())

    def reap(self, now: float, limit: int = 1000) -> int:  # noqa: ARG002 - the server does it
        return 0

    def ping(self) -> None:
        self._connections.read(packed(b"PING"))

    def close(self) -> None:
        self._connections.close()

    def _run(self, script: str, keys: list[bytes], *arguments: bytes) -> Any:
        return self._connections.run(script, keys, arguments)

    def _own(self) -> Connection:
        """Return a connection that is the caller's alone, and ends with its last reference."""
        return self._connections.take()


def _instant(at: float) -> bytes:
    return repr(at).encode()


def _gone_at(expires_at: float) -> bytes:
    return b"%d" % ((expires_at + GARBAGE_S) * 1000)


def _record(fields: dict[bytes, bytes]) -> Record | None:
    if not fields:
        return None
    try:
        data = {name[2:].decode(): value for name, value in fields.items() if name[:2] == b"d:"}
        return decode_record(fields[b"m"], float(fields[b"t"]), data)
    except (Damaged, KeyError, TypeError, ValueError) as exc:
        emit(Event.DAMAGED, store="redis", detail=type(exc).__name__)
        return None


def _report_foreign(exc: Exception) -> None:
    """Report that a key holds another type, and so no record; any other *exc* is an outage."""
    if not str(exc).startswith("WRONGTYPE"):
        raise exc
    emit(Event.DAMAGED, store="redis", detail="another type")
