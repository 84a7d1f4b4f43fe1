"""Hears of denials over Valkey's publish and subscribe."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from valkey.exceptions import TimeoutError  # noqa: A004

if TYPE_CHECKING:
    from valkey import Valkey

ANSWER_S = 1.0
"""How long the server may take to answer a ping before the line counts as dead."""
DRAINED_AT_ONCE = 1000

# A subscription confirmed anew means that the client has replaced a broken connection by itself,
# and what was told in between was told to nobody.
_TELLING = ("message", "subscribe")


class RedisListener:
    """One subscribed connection; see `Listener` for the contract.

    A message says only that something was denied: what it was is read from the store, so that a
    message that was lost costs nothing but time.
    """

    def __init__(self, client: Valkey, channel: bytes) -> None:
        untyped: Any = client
        self._line = untyped.pubsub()
        try:
            self._line.subscribe(channel)
            self._next("subscribe", ANSWER_S)
        except BaseException:
            self.close()
            raise

    def wait(self, timeout_s: float) -> bool:
        message = self._line.get_message(timeout=timeout_s)
        heard = message is not None and message["type"] in _TELLING
        # One look at the store answers for all that has come in.
        for _ in range(DRAINED_AT_ONCE):
            message = self._line.get_message(timeout=0)
            if message is None:
                break
            heard = heard or message["type"] in _TELLING
        return heard

    def confirm(self) -> bool:
        # The server answers on one connection in order: what it told before this pong, it told.
        self._line.ping()
        return self._next("pong", ANSWER_S)

    def close(self) -> None:
        self._line.close()

    def _next(self, awaited: str, timeout_s: float) -> bool:
        """Read until *awaited* comes, and say whether something telling came before it."""
        heard = False
        ends_at = time.monotonic() + timeout_s
        while (left_s := ends_at - time.monotonic()) > 0:
            message = self._line.get_message(timeout=left_s)
            if message is None:
                continue
            if message["type"] == awaited:
                return heard
            heard = heard or message["type"] in _TELLING
        raise TimeoutError(f"no {awaited} from the server")
