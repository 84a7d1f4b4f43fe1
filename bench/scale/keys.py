"""Fills a Valkey or Redis with logins: the keys of one, written again under other names."""

from __future__ import annotations

from itertools import islice
from typing import Any

import valkey

from ..processes.children import BenchError
from .logins import Pattern, Template, others

BATCH = 2_000


class Keys:
    """The keys of the login *pattern*, the only one in its database."""

    def __init__(self, url: str, pattern: Pattern) -> None:
        self._client: Any = valkey.Valkey.from_url(url, single_connection_client=True)
        self._pattern = pattern
        marks = pattern.marks()
        commands = b"".join(
            command
            for key in sorted(self._client.scan_iter(count=1000))
            if any(mark in key for mark in marks)
            for command in self._commands(key)
        )
        self._template = Template(commands, marks)
        if not self._template.varies:
            raise BenchError("a login left no key in the store that names it: it cannot be scaled")

    def add(self, count: int, first: int, subject: str | None = None) -> None:
        """Write *count* more; see `others`."""
        connection = self._client.connection
        logins = others(self._pattern, count, first, subject)
        # A million answers that all say OK take longer to read than the writing.
        connection.send_command("CLIENT", "REPLY", "OFF")
        while batch := b"".join(map(self.written, islice(logins, BATCH))):
            connection.send_packed_command([batch])
        connection.send_command("CLIENT", "REPLY", "ON")
        if connection.read_response() != b"OK":
            raise BenchError("the store did not take the logins it was filled with")

    def written(self, marks: list[bytes]) -> bytes:
        """What a login with *marks* is written with."""
        return self._template.with_marks(marks)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _commands(self, key: bytes) -> list[bytes]:
        """What writes *key* again."""
        client = self._client
        kind = client.type(key)
        if kind == b"hash":
            fields = [part for pair in client.hgetall(key).items() for part in pair]
            commands = [_packed(b"HSET", key, *fields)]
        elif kind == b"zset":
            members = client.zrange(key, 0, -1, withscores=True)
            commands = [_packed(b"ZADD", key, repr(s).encode(), m) for m, s in members]
        elif kind == b"string":
            commands = [_packed(b"SET", key, client.get(key))]
        else:
            raise BenchError(
                f"a login has a key of type {kind.decode()}, which no one can fill yet"
            )
        gone_at = client.pexpiretime(key)
        return [*commands, *([_packed(b"PEXPIREAT", key, b"%d" % gone_at)] if gone_at > 0 else [])]


def _packed(*parts: bytes) -> bytes:
    """A command as the protocol has it (RESP)."""
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in parts)
