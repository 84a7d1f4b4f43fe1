"""Families, denials and counters in Valkey or Redis: shared by all nodes, one round trip away.

A server that evicts keys, or restarts without its data, forgets denials, and what was revoked
works again until it expires: set `maxmemory-policy noeviction` and keep an append-only file.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from valkey.exceptions import ConnectionError, ResponseError, TimeoutError  # noqa: A004

from ..events import Event, emit
from ..record import Damaged, Outcome, Record, Rotation, decode_record, encode_head
from . import forks, redis_risks
from . import redis_scripts as scripts
from .base import Changes, Cursor, Listener
from .redis_listener import RedisListener

if TYPE_CHECKING:
    from valkey import Valkey

GARBAGE_S = 300
"""How much longer than its family a key is kept, so that a server whose clock is ahead of the
manager's ends nobody's login, and forgets no denial too early."""
_EXISTS = b"*2\r\n$6\r\nEXISTS\r\n$%d\r\n%b\r\n"
_MGET = b"*3\r\n$4\r\nMGET\r\n$%d\r\n%b\r\n$%d\r\n%b\r\n"
"""Commands as they are sent, but for the length of each key and the key."""


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
        self._counters = f"{prefix}counter:"
        self._log = [f"{prefix}denials".encode(), f"{prefix}denials:log".encode()]
        self._channel = f"{prefix}denials".encode()
        self._local = threading.local()
        self._is_examined = False

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
        arguments = (self._indexes, _gone_at(expires_at), key, new_key, nonce, *moments)
        outcome, kept, *reuse = self._run(scripts.REPLACE, [self._family(handle)], *arguments)
        spent_at, current = reuse or (0.0, b"")
        return Rotation(Outcome[outcome.decode()], kept, float(spent_at), current)

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
            keys = [*self._log, *(self._denial(name) for name in names)]
            life = secrets.token_hex(8).encode()
            arguments = (_gone_at(until), _instant(until), life, self._channel)
            self._run(scripts.DENY, keys, *arguments, *(name.encode() for name in names))

    def is_denied(self, name: str) -> bool:
        denial = self._denial(name)
        return bool(self._ask(_EXISTS % (len(denial), denial)))

    def denied_since(self, cursor: Cursor | None, limit: int = 10_000) -> Changes:
        known = ("", 0) if cursor is None else (cursor.life, cursor.sequence)
        arguments = (known[0].encode(), b"%d" % known[1], b"%d" % limit)
        life, since, entries = self._run(scripts.SINCE, self._log, *arguments)
        denials = [(fields[1].decode(), float(fields[3])) for _, fields in entries]
        reached = entries[-1][0].partition(b"-")[0] if entries else since
        return Changes(denials, Cursor(life.decode(), int(reached)), len(entries) == limit)

    def listen(self) -> Listener:
        return RedisListener(self._client, self._channel)

    def advance(self, counter: str, step: int, first: int, until: float) -> int:
        arguments = (b"%d" % step, b"%d" % first, _gone_at(until))
        return int(self._run(scripts.ADVANCE, [self._counter(counter)], *arguments))

    def standing(self, name: str, counter: str) -> tuple[bool, int | None]:
        denial, count = self._denial(name), self._counter(counter)
        denied, value = self._ask(_MGET % (len(denial), denial, len(count), count))
        return denied is not None, None if value is None else int(value)

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

    def _counter(self, name: str) -> bytes:
        return (self._counters + name).encode()

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
            if not self._is_examined:
                redis_risks.report(self._client)
                self._is_examined = True
            own = self._local.own = self._client.client()
            self._local.forks = forks.count
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
