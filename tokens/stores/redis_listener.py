"""Hears of denials over Valkey's publish and subscribe."""

from __future__ import annotations

import time

from .redis_connection import Connection, packed

ANSWER_S = 1.0
"""How long the server may take to answer a ping before the line counts as dead."""
DRAINED_AT_ONCE = 1000


class RedisListener:
    """One subscribed connection, closed by whatever cuts a call short; see `Listener`.

    A message says only that something was denied: what it was is read from the store, so that a
    message that was lost costs nothing but time.
    """

    def __init__(self, line: Connection, channel: bytes) -> None:
        self._line = line
        try:
            self._send(b"SUBSCRIBE", channel)
            self._next(b"subscribe", ANSWER_S)
        except BaseException:
            self.close()
            raise

    def wait(self, timeout_s: float) -> bool:
        try:
            heard = self._hear(timeout_s) == b"message"
            # One look at the store answers for all that has come in.
            for _ in range(DRAINED_AT_ONCE):
                kind = self._hear(0)
                if kind is None:
                    break
                heard = heard or kind == b"message"
        except BaseException:
            self.close()
            raise
        return heard

    def confirm(self) -> bool:
        # The server answers on one connection in order: what it told before this pong, it told.
        try:
            self._send(b"PING")
            return self._next(b"pong", ANSWER_S)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._line.close()

    def _send(self, *parts: bytes) -> None:
        self._check()
        self._line.connection.send_packed_command((packed(*parts),), False)

    def _next(self, awaited: bytes, timeout_s: float) -> bool:
        """Read until *awaited* comes, and return whether a message came before it."""
        heard = False
        ends_at = time.monotonic() + timeout_s
        while (left_s := ends_at - time.monotonic()) > 0:
            kind = self._hear(left_s)
            if kind == awaited:
                return heard
            heard = heard or kind == b"message"
        raise self._line.errors.TimeoutError(f"no {awaited.decode()} from the server")

    def _hear(self, timeout_s: float) -> bytes | None:
        """Return what kind of message comes next, or None after *timeout_s*."""
        self._check()
        connection = self._line.connection
        if not connection.can_read(timeout_s):
            return None
        kind: bytes = connection.read_response()[0]
        return kind

    def _check(self) -> None:
        # The client would connect again by itself, to a line that nobody has subscribed.
        if not self._line.is_open:
            raise self._line.errors.ConnectionError("this listener is closed")
