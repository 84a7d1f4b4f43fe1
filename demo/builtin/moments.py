"""Moments at which a revocation is hardest for a strategy, and how an adversary finds them.

Against a scheme that remembers what it looked up, the moment is right after a node looked: the
prober finds it alone, since a node's first accept is its first look. Two strategies need help
from the store, which an adversary may well have: one who polls is weakest right after a poll,
and one who is told is weakest while the line on which it is told is cut.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from socket import create_connection
from socket import socket as Socket  # noqa: N812 - `socket` is an attribute here
from typing import Any
from urllib.parse import urlsplit

import valkey

from ..auth import Moment

CONNECT_LIMIT_S = 2.0
POLLING = frozenset({"snapshot", "statuslist", "filter"})
TOLD = frozenset({"pushed"})


class AfterPoll:
    """Right after some node has read the order of denials at *place*, as the store saw it."""

    def __init__(self, place: str, port: int) -> None:
        # What `denied_since` does in the server, and nothing else of this scheme does.
        self._sign = f'lua] "XRANGE" "{place}:'.encode()
        self._heard = b""
        self.socket: Socket | None = create_connection(("127.0.0.1", port), CONNECT_LIMIT_S)
        self.socket.sendall(b"MONITOR\r\n")
        self.socket.setblocking(False)

    def begin(self) -> None:
        """Forget the polls there were before."""
        self.is_due()

    def is_due(self) -> bool:
        assert self.socket is not None
        with contextlib.suppress(BlockingIOError):
            while data := self.socket.recv(65536):
                self._heard += data
        whole, _, self._heard = self._heard.rpartition(b"\n")
        return self._sign in whole

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()


class WhileCutOff:
    """Right after every line on which nodes are told of denials was cut."""

    def __init__(self, port: int) -> None:
        self.socket: Socket | None = None
        self._client: Any = valkey.Valkey(port=port, socket_timeout=CONNECT_LIMIT_S)
        self._client.ping()

    def begin(self) -> None:
        """Cut them."""
        self._client.client_kill_filter(_type="pubsub")

    def is_due(self) -> bool:
        return True

    def close(self) -> None:
        self._client.close()


def weakest_moment(strategy: str, store: str, place: str, urls: Sequence[str]) -> Moment | None:
    """
    Return what finds the weakest moment of *strategy*, whose denials are at *place* in *store*.

    *urls* are of stores that are nobody else's: of none that is missing here a line is cut, and to
    none anybody listens.
    """
    ports = [urlsplit(url).port for url in urls if urlsplit(url).scheme in ("redis", "valkey")]
    if store != "redis" or not ports or ports[0] is None:
        return None
    if strategy in POLLING:
        return AfterPoll(place, ports[0])
    return WhileCutOff(ports[0]) if strategy in TOLD else None
