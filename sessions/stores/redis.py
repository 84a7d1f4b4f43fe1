"""Sessions in Valkey or Redis: shared by all nodes, one round trip away."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from valkey.exceptions import ConnectionError, ResponseError, TimeoutError  # noqa: A004

from ..errors import DataTooLarge
from ..events import Event, emit
from ..record import Damaged, Record, decode_record, encode_head, largest
from ..strength import Immediate, Strength
from . import forks
from . import redis_scripts as scripts

if TYPE_CHECKING:
    from valkey import Valkey

GARBAGE_S = 300
"""How much longer than its session a key is kept, so that a server whose clock is ahead of the
manager's ends nobody's session."""
_HGETALL = b"*2\r\n$7\r\nHGETALL\r\n$%d\r\n%b\r\n"
"""The command as it is sent, but for the length of the key and the key."""


class RedisStore:
    """A hash a session, laid out as redis_scripts.py says; see `SessionStore` for the contract.

    *client* is yours, with `decode_responses` off and a socket timeout: without one, a server
    that hangs makes every request hang. Each thread takes one connection of its pool and keeps
    it, since a pool's bookkeeping for every call costs about as much as the round trip. A
    session and its index are written in one script, so a cluster needs a hash tag in *prefix*.
    """

    outages: tuple[type[Exception], ...] = (ConnectionError, TimeoutError, ResponseError)
    strength: Strength = Immediate()

    def __init__(self, client: Valkey, prefix: str = "session:") -> None:
        # The client's annotations are those of its synchronous and asynchronous forms at once.
        self._client: Any = client
        self._ids = f"{prefix}id:".encode()
        self._indexes = f"{prefix}of:".encode()
        self._local = threading.local()

    def create(self, key: bytes, record: Record, expires_at: float) -> None:
        fields: list[bytes] = [b"m", encode_head(record), b"t", _instant(record.seen_at)]
        for name, value in record.data.items():
            fields += [b"d:" + name.encode(), value]
        self._run(scripts.CREATE, [self._ids + key], self._indexes, _gone_at(expires_at), *fields)

    def read(self, key: bytes, fresh: bool = False) -> Record | None:  # noqa: ARG002
        name = self._ids + key
        found = self._ask(_HGETALL % (len(name), name))
        if isinstance(found, list):  # as all but the newest protocol have it
            found = dict(zip(found[::2], found[1::2], strict=True))
        return _record(found)

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
        return bool(self._run(scripts.DELETE_LISTED, [index], b"0", handle.encode()))

    def delete_subject(self, subject: str, keep: str | None = None) -> int:
        index, kept = self._indexes + subject.encode(), (keep or "").encode()
        return int(self._run(scripts.DELETE_LISTED, [index], b"1", kept))

    def list_subject(self, subject: str) -> list[Record]:
        found = self._run(scripts.LIST, [self._indexes + subject.encode()])
        pairs = zip(found[::2], found[1::2], strict=True)
        records = (_record({b"m": head, b"t": seen_at}) for head, seen_at in pairs)
        return [record for record in records if record is not None]

    def reap(self, now: float, limit: int = 1000) -> int:  # noqa: ARG002 - the server does it
        return 0

    def ping(self) -> None:
        self._own().ping()

    def close(self) -> None:
        self._client.close()

    def _run(self, script: str, keys: list[bytes], *arguments: bytes) -> Any:
        own = self._own()
        registered = self._local.registered
        if script not in registered:
            registered[script] = own.register_script(script)
        return registered[script](keys=keys, args=arguments)

    def _ask(self, command: bytes) -> Any:
        """The server's answer to a read, by the shortest way that the client offers.

        Its own for one command costs a fifth more than the round trip. The server may have
        restarted since this thread last asked, and the connection is a dead one: to read twice
        is safe. No write is ever sent a second time.
        """
        line = self._own().connection
        packed = [command]
        try:
            line.send_packed_command(packed)
            return line.read_response()
        except ConnectionError:
            line.send_packed_command(packed)
            return line.read_response()

    def _own(self) -> Any:
        own = getattr(self._local, "own", None)
        if own is None or self._local.forks != forks.count:
            own = self._local.own = self._client.client()
            self._local.forks = forks.count
            self._local.registered = {}
        return own


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
    except (Damaged, KeyError, ValueError) as exc:
        emit(Event.DAMAGED, store="redis", detail=type(exc).__name__)
        return None
